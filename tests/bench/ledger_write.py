"""What recording costs: the field's way in, and the bulk path, beside the same rows without a ledger.

    python tests/bench/ledger_write.py [--only post|bulk|clients] [--write docs/ledger.md]

* post: ``POST /api/v1/events`` with batches of 100 facts of 100 assets, beside a bare asyncpg INSERT of
  the same rows. CPU of our process, without an HTTP client.
* bulk: 100,000 facts of 10,000 new assets chained and stored, before projections, beside a plain COPY of
  the same rows. CPU of our process and of PostgreSQL.
* clients: 16 clients that record to assets of their own, beside the same without a chain.

Ours goes through the log-in of a server, behind row-level security; what it is held against, as a superuser.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from bench_database import Cpu, as_app, database
from sqlalchemy import Select, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncEngine
from tables import show

from asset_tracker import collector
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.app import create_app
from asset_tracker.db import bulk
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.wall import as_system, become_system
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store, tables
from asset_tracker.ledger.chain import GENESIS, seal
from asset_tracker.ledger.chaining import Chaining, Head, by_asset
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.rows import EVENT_COLUMNS
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.settings import Settings

NOW = datetime(2025, 6, 1, 9, tzinfo=UTC)
COLUMNS = EVENT_COLUMNS
DONOR, PROGRAMME = uuid7(), uuid7()
# One table that holds by itself what parts and keys hold together.
BARE = "CREATE {kind} bare (LIKE event INCLUDING ALL, PRIMARY KEY (id), UNIQUE (asset_id, seq))"
Say = Callable[..., Awaitable[Any]]


def registered() -> Draft:
    fact = ev.Registered(
        category="laptop",
        name_uk="Ноутбук Lenovo ThinkPad E14",
        manufacturer="Lenovo",
        model="E14",
        serial=f"PF{uuid7().hex[-8:].upper()}",
        tag=new_tag(),
        destination="UA18080010000090720",
        shares=(Share(DONOR, 100),),
    )
    return Draft(id=uuid7(), asset=uuid7(), occurred_at=NOW, payload=fact)


def seen(asset: Any) -> Draft:
    fact = ev.Verified(method="scan", municipality="UA18080010000090720", condition="working")
    return Draft(id=uuid7(), asset=asset, occurred_at=NOW, payload=fact, device="phone")


async def post(server: EmbeddedServer, url: str) -> list[list[str]]:
    """CPU per event of the route and of bare INSERTs."""
    ours, bare = await cost_of_an_event(server, url)
    return [
        ["`POST /api/v1/events`, 100 at a time", f"{ours * 1e6:.0f} µs", f"{ours / bare:.1f}"],
        ["bare asyncpg INSERT of the same row", f"{bare * 1e6:.0f} µs", "1"],
    ]


async def cost_of_an_event(server: EmbeddedServer, url: str, batches: int = 30) -> tuple[float, float]:
    """Seconds of CPU of our process for an event: by the route, a hundred at a time, and by a bare INSERT."""
    app = create_app(
        Settings.from_env(
            {"ASSET_TRACKER_DATABASE_URL": as_app(url), "ASSET_TRACKER_DATA_DIR": str(server.data_dir)}
        )
    )
    engine = app.state.engine
    async with transaction(engine) as conn:
        drafts = [registered() for _ in range(100)]
        await store.append(conn, COMMAND_LINE.id, drafts, programme=PROGRAMME)
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email="bench@example.org",
            name="Bench",
            password=None,
            grants=(Grant(role="administrator"),),
        )
        token = (await tokens.make_token(conn, COMMAND_LINE, "bench", user=user)).token
    bodies = [
        json.dumps([as_sent(seen(each.asset), n) for each in drafts]).encode() for n in range(batches + 3)
    ]
    for body in bodies[:3]:
        await send(app, token, body)
    cpu = Cpu(server)
    for body in bodies[3:]:
        await send(app, token, body)
    ours, _, _ = cpu.spent()
    await engine.dispose()
    owner = make_engine(url)
    async with owner.connect() as conn:
        rows = [tuple(row) for row in await conn.execute(_stored(3000))]
        bare, _, _ = await inserted(server, await bulk.driver(conn), rows)
    await owner.dispose()
    return ours / batches / 100, bare


def as_sent(draft: Draft, hours: int) -> dict[str, Any]:
    payload = {
        "kind": "verified",
        "method": "scan",
        "municipality": "UA18080010000090720",
        "condition": "working",
    }
    return {
        "id": str(draft.id),
        "asset": str(draft.asset),
        "occurred_at": (NOW + timedelta(hours=hours + 1)).isoformat(),
        "payload": payload,
        "device": "phone",
    }


async def send(app: Any, token: str, body: bytes) -> None:
    """One request, as the ASGI server hands it in."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    said: list[dict[str, Any]] = []
    headers = [
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-type", b"application/json"),
        (b"host", b"127.0.0.1:8000"),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/v1/events", "raw_path": b"/api/v1/events", "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("test", 80), "state": {}, "extensions": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def reply(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, reply)
    outcomes = json.loads(b"".join(each.get("body", b"") for each in said))
    assert isinstance(outcomes, list), outcomes
    assert {each["outcome"] for each in outcomes} == {"recorded"}, outcomes[:2]


async def inserted(
    server: EmbeddedServer, raw: asyncpg.Connection, rows: list[Any]
) -> tuple[float, float, float]:
    """CPU per row of one INSERT each, in transactions of a hundred."""
    places = ", ".join(f"${n}" for n in range(1, len(COLUMNS) + 1))
    await raw.execute(BARE.format(kind="TEMPORARY TABLE"))
    statement = await raw.prepare(f"INSERT INTO bare ({', '.join(COLUMNS)}) VALUES ({places})")
    cpu = Cpu(server)
    for n in range(0, len(rows), 100):
        async with raw.transaction():
            for row in rows[n : n + 100]:
                await statement.fetch(*row)
    return tuple(each / len(rows) for each in cpu.spent())


async def in_bulk(server: EmbeddedServer, url: str, count: int = 100_000) -> list[list[str]]:
    """Total CPU of the store without its projections, and of COPY alone: the best of three in turns."""
    engine, owner = (make_engine(each, statement_timeout="0") for each in (as_app(url), url))
    both = [await _in_bulk(server, engine, owner, count) for _ in range(3)]
    ours, bare = (min(each) for each in zip(*both, strict=True))
    await engine.dispose()
    await owner.dispose()
    return [
        [f"{count:,} events chained and stored", f"{ours:.2f} s", f"{ours / bare:.2f}"],
        ["plain COPY of the same rows", f"{bare:.2f} s", "1"],
    ]


async def _in_bulk(
    server: EmbeddedServer, engine: AsyncEngine, owner: AsyncEngine, count: int
) -> tuple[float, float]:
    begun = [registered() for _ in range(count // 10)]
    drafts = [draft for each in begun for draft in (each, *(seen(each.asset) for _ in range(9)))]
    with without_projections():
        async with engine.begin() as conn:
            cpu = Cpu(server)
            await store.append(conn, COMMAND_LINE.id, drafts, programme=PROGRAMME)
            _, ours, _ = cpu.spent()
    # The same rows out of the same kinds of Python objects.
    heads = {each.asset: Head(0, GENESIS, PROGRAMME, NOW) for each in begun}
    rows = Chaining({}, heads, COMMAND_LINE.id).rows(by_asset(drafts))
    async with owner.begin() as conn:
        await (await bulk.driver(conn)).execute(BARE.format(kind="TABLE"))
    async with owner.begin() as conn:
        raw = await bulk.driver(conn)
        cpu = Cpu(server)
        await raw.copy_records_to_table("bare", records=rows, columns=COLUMNS)
        _, bare, _ = cpu.spent()
    async with owner.begin() as conn:
        await (await bulk.driver(conn)).execute("DROP TABLE bare")
    return ours, bare


async def at_once(server: EmbeddedServer, url: str, clients: int = 16, seconds: float = 6) -> list[list[str]]:
    """Events a second of clients that record to assets of their own, with the chain and without."""
    engine = make_engine(as_app(url), pool_size=clients)
    assets = [registered() for _ in range(clients)]
    async with engine.begin() as conn:
        await store.append(conn, COMMAND_LINE.id, assets, programme=PROGRAMME)
        await become_system(conn)
        rows = [tuple(row) for row in await conn.execute(_stored(1))]

    async def chained(asset: Any) -> None:
        async with engine.begin() as conn:
            await store.append(conn, COMMAND_LINE.id, [seen(asset)])

    async def unchained(asset: Any) -> None:
        draft = seen(asset)
        body, private = seal(draft, seq=1, recorded_at=NOW, actor=COMMAND_LINE.id, programme=PROGRAMME)
        made = {"id": draft.id, "asset_id": uuid7(), "body": body, "private": json.dumps(private)}
        row = [made.get(name, value) for name, value in zip(COLUMNS, rows[0], strict=True)]
        async with engine.begin() as conn, as_system(conn):
            await bulk.insert(conn, tables.event, COLUMNS, [tuple(row)])

    async def rate(work: Say) -> float:
        until, done = time.perf_counter() + seconds, 0

        async def client(asset: Any) -> None:
            nonlocal done
            while time.perf_counter() < until:
                await work(asset)
                done += 1

        await asyncio.gather(*(client(each.asset) for each in assets))
        return done / seconds

    with without_projections():
        rates = [(await rate(chained), await rate(unchained)) for _ in range(2)]
    with_chain, without = (sum(each) / 2 for each in zip(*rates, strict=True))
    await engine.dispose()
    return [
        [
            f"{clients} clients, each to assets of its own",
            f"{with_chain:,.0f} events/s",
            f"{with_chain / without:.2f}",
        ],
        ["the same without a chain", f"{without:,.0f} events/s", "1"],
    ]


def _stored(count: int) -> Select[Any]:
    """Stored rows as they go in: openings as text."""
    columns = (tables.event.c[name] for name in COLUMNS)
    return select(*(cast(each, Text) if each.name == "private" else each for each in columns)).limit(count)


@contextmanager
def without_projections() -> Iterator[None]:
    """The store as it chains and stores, without what it folds afterwards."""

    async def nothing(*_: Any) -> None:
        return None

    kept = store._project, store._going_on
    store._project = store._going_on = nothing
    try:
        yield
    finally:
        store._project, store._going_on = kept


BENCHES = {"post": post, "bulk": in_bulk, "clients": at_once}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=BENCHES)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    collector.seldom()
    with database() as (server, url):
        rows = [
            row
            for name, bench in BENCHES.items()
            if given.only in (None, name)
            for row in asyncio.run(bench(server, url))
        ]
    show("ledger-write", ("what", "measured", "ratio"), rows, given.write)


if __name__ == "__main__":
    main()
