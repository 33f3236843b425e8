"""Whole requests beside the least that could answer them: a bare Litestar route with one asyncpg SELECT.

    python tests/bench/beside.py [--assets 10000]

Ours: log-in by a token, scope, row-level security, and the views that people get. The bare routes ask as the
owner of the tables, whom no policy stops, and answer the row as it stands. Requests a second, eight at a time,
of the two in turns within one run, each first as often as the other, so that other work on the machine meets both;
the middle of fifteen ratios. By the clock, and by what the processor spends on them, PostgreSQL's processes
included, which other work disturbs less. Neither side has a network or a client to pay for.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import asyncpg
import msgspec
from asgi import NOW, ask
from bench_database import Cpu, as_app, database
from litestar import Litestar, get
from seed import MUNICIPALITY, seed
from sqlalchemy import Select, exists, make_url, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from tables import show

from asset_tracker import collector
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.app import create_app
from asset_tracker.assets.queries import ROWS
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.ledger.letters import LETTERS
from asset_tracker.ledger.tables import NAME_SOUGHT, NAMES_KEY, asset, asset_name, event
from asset_tracker.ledger.tables_of_log import ledger_unsealed
from asset_tracker.programmes.tables import programme
from asset_tracker.settings import Settings

TURNS, AT_ONCE = 15, 8
PAGE, DAY, WORD = 100, "2021-06-01", "ноутбук"
Headers = list[tuple[bytes, bytes]]


class Beside(NamedTuple):
    """Requests a second, and the ratios of ours to the bare route's: the middle by the clock, and by processor."""

    name: str
    ours: float
    bare: float
    ratio: float
    by_cpu: float


class Pair(NamedTuple):
    """Two addresses that answer the same, and how many requests make one turn."""

    name: str
    ours: str
    bare: str
    requests: int


def pairs(tag: str) -> tuple[Pair, ...]:
    report = f"/api/v1/reports/municipalities/{MUNICIPALITY}.json?as_of={DAY}&known_on={NOW}"
    return (
        Pair("look-up by tag", f"/api/v1/assets/{tag}", f"/assets/{tag}", 240),
        Pair("list page of 100", f"/api/v1/assets?limit={PAGE}", "/list", 40),
        Pair(
            "search by a word, page of 100", f"/api/v1/assets?limit={PAGE}&q={_quoted(WORD)}", "/search", 24
        ),
        Pair("municipality report, 500 assets", report, "/events", 2),
    )


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02X}" for byte in word.encode())


@asynccontextmanager
async def bare_app(owner: str) -> AsyncIterator[Litestar]:
    """A route for each question: one SELECT by asyncpg, its rows as they are."""
    parts = make_url(owner)
    pool = await asyncpg.create_pool(
        user=parts.username, database=parts.database, host=parts.query["host"], port=int(parts.query["port"])
    )
    columns = ", ".join(c.name for c in asset.c if c.name not in ("state", "head_hash"))
    shown = ROWS.with_only_columns(
        *(c for c in ROWS.selected_columns if c.name not in ("state", "head_hash"))
    )
    page = _sql(shown.order_by(asset.c.id.desc()).limit(PAGE + 1))
    held = NAME_SOUGHT.contains(WORD.translate(str.maketrans(*LETTERS)))
    found = _sql(
        shown.where(NAMES_KEY.in_(select(asset_name.c.key).where(held)))
        .order_by(asset.c.id.desc())
        .limit(PAGE + 1)
    )
    there = select(asset.c.id).where(asset.c.municipality_code == MUNICIPALITY)
    bodies = _sql(
        select(event.c.body).where(event.c.asset_id.in_(there)).order_by(event.c.asset_id, event.c.seq)
    )

    @get("/assets/{tag:str}")
    async def look(tag: str) -> dict[str, Any]:
        row = await pool.fetchrow(f"SELECT {columns} FROM asset WHERE tag = $1", tag)
        return dict(row) if row else {}

    @get("/list")
    async def list_of() -> list[dict[str, Any]]:
        return [dict(row) for row in await pool.fetch(page)]

    @get("/search")
    async def search() -> list[dict[str, Any]]:
        return [dict(row) for row in await pool.fetch(found)]

    @get("/events")
    async def events() -> list[Any]:
        return [msgspec.json.decode(row["body"]) for row in await pool.fetch(bodies)]

    yield Litestar([look, list_of, search, events])
    await pool.close()


def _sql(statement: Select[Any]) -> str:
    return str(statement.compile(dialect=dialect(), compile_kwargs={"literal_binds": True}))


async def measure(server: EmbeddedServer, owner: str, folder: Path) -> list[Beside]:
    """Each pair in turns; ``owner``: the address of a database that ``seed`` filled."""
    tag, token = await _prepared(as_app(owner))
    env = {"ASSET_TRACKER_DATABASE_URL": as_app(owner), "ASSET_TRACKER_DATA_DIR": str(folder / "app")}
    app = create_app(Settings.from_env(env))
    headers = [(b"authorization", f"Bearer {token}".encode())]
    async with app.lifespan(), bare_app(owner) as bare:
        await _sealed(app.state.engine)
        return [await _in_turns(server, app, headers, bare, pair) for pair in pairs(tag)]


async def _sealed(engine: AsyncEngine) -> None:
    """Until the sealer, which starts with the application, has put all that was filled in into the log."""
    waiting = True
    while waiting:
        await asyncio.sleep(0.5)
        async with transaction(engine) as conn:
            waiting = bool(await conn.scalar(select(exists(select(ledger_unsealed.c.event_id)))))


async def _prepared(url: str) -> tuple[str, str]:
    """A tag in the municipality, and the token of somebody who coordinates the programme."""
    engine = make_engine(url)
    async with transaction(engine) as conn:
        grant = Grant(role="coordinator", programme=await conn.scalar(select(programme.c.id)))
        there = select(asset.c.tag).where(asset.c.municipality_code == MUNICIPALITY).limit(1)
        tag = str(await conn.scalar(there))
        user = await users.add_user(
            conn, COMMAND_LINE, email="reader@example.org", name="Reader", password=None, grants=(grant,)
        )
        token = (await tokens.make_token(conn, COMMAND_LINE, "bench", user=user)).token
    await engine.dispose()
    return tag, token


async def _in_turns(server: EmbeddedServer, app: Any, headers: Headers, bare: Any, pair: Pair) -> Beside:
    sides = ((app, pair.ours, headers), (bare, pair.bare, []))
    rates: tuple[list[float], list[float]] = ([], [])
    spent = [0.0, 0.0]
    for turn in range(TURNS + 1):  # the first one only warms up
        for n in (0, 1) if turn % 2 else (1, 0):
            cpu = Cpu(server)
            await _turn(*sides[n], pair.requests)
            _, total, wall = cpu.spent()
            if turn:
                rates[n].append(pair.requests / wall)
                spent[n] += total
    ratio = median(one / other for one, other in zip(*rates, strict=True))
    return Beside(pair.name, median(rates[0]), median(rates[1]), ratio, spent[1] / spent[0])


async def _turn(app: Any, path: str, headers: Headers, requests: int) -> None:
    waiting = iter(range(requests))

    async def client() -> None:
        for _ in waiting:
            status = await ask(app, path, headers)
            assert status == 200, (path, status)

    await asyncio.gather(*(client() for _ in range(min(AT_ONCE, requests))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=10_000)
    args = parser.parse_args()
    collector.seldom()
    with TemporaryDirectory() as name, database(fsync="off") as (server, url):
        seed(url, args.assets)
        rows = [
            (each.name, f"{each.ours:.1f}", f"{each.bare:.1f}", f"{each.ratio:.2f}", f"{each.by_cpu:.2f}")
            for each in asyncio.run(measure(server, url, Path(name)))
        ]
    show("beside", ("request", "ours a second", "bare a second", "ratio", "by processor"), rows, None)


if __name__ == "__main__":
    main()
