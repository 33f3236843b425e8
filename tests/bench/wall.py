"""What row-level security costs: the same question asked through the wall and beside it, one after the other.

    python tests/bench/wall.py [--assets 10000]

Beside the wall is the system with the actor's conditions (``access.scope``) in the query; through the wall
PostgreSQL asks for the policies as well. Then a whole request, with its log-in, beside a bare Litestar route
that does one asyncpg SELECT: what the processor spends on each, since that is what limits requests a second. The
ratios are what matters.
"""

import argparse
import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from asgi import ask
from bench_database import Cpu, as_app, database
from litestar import Litestar, get
from seed import MUNICIPALITY, seed
from sqlalchemy import make_url, select
from tables import show

from asset_tracker.access import scope, tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.app import create_app
from asset_tracker.assets import field, history, queries
from asset_tracker.assets.views import Filters
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.programmes.tables import programme
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.queries import municipality_report
from asset_tracker.settings import Settings

RUNS = 40
REQUESTS = 500


async def _page(conn: Any, actor: Actor, tag: str) -> Any:
    found = await queries.find_asset(conn, actor, tag)
    return await queries.get_asset(conn, actor, found), await history.timeline(conn, actor, found)


async def _report(conn: Any, actor: Actor, _tag: str) -> Any:
    now = datetime.now(UTC)
    ask = parse_ask(now=now, as_of="2021-06-01")
    return await municipality_report(conn, actor, MUNICIPALITY, ask, now=now, base_url="https://a.example")


async def _batch(conn: Any, actor: Actor, tag: str) -> Any:
    import msgspec

    facts = [
        {
            "id": str(uuid7()),
            "asset": tag,
            "occurred_at": datetime.now(UTC).isoformat(),
            "payload": {"kind": "note", "note": "bench"},
        }
        for _ in range(100)
    ]
    async with conn.begin_nested() as savepoint:
        told = await field.receive(conn, actor, [msgspec.Raw(msgspec.json.encode(each)) for each in facts])
        assert {each.outcome for each in told} == {"recorded"}
        await savepoint.rollback()


WORK: dict[str, tuple[Any, tuple[str, ...]]] = {
    "look-up by tag": (queries.find_asset, ()),
    "an asset's page": (_page, ()),
    "a list of 100": (lambda c, a, _: queries.list_assets(c, a, Filters(), limit=100), ()),
    "a list of a municipality": (
        lambda c, a, _: queries.list_assets(c, a, Filters(municipality=MUNICIPALITY), limit=100),
        (),
    ),
    "100 events of a phone": (_batch, ("donor", "auditor")),
    "municipality report as of a day": (_report, ("technician",)),
}


async def _walls(url: str) -> list[tuple[str, ...]]:
    engine = make_engine(url)
    async with transaction(engine) as conn:
        ours = await conn.scalar(select(programme.c.id))
        donor = await conn.scalar(select(asset_share.c.donor_id).limit(1))
        there = select(asset.c.tag).where(asset.c.municipality_code == MUNICIPALITY).limit(1)
        tag = str(await conn.scalar(there))
    grants = {
        "auditor": Grant(role="auditor"),
        "coordinator": Grant(role="coordinator", programme=ours),
        "technician": Grant(role="technician", area="UA18"),
        "donor": Grant(role="donor", donor=donor),
    }
    rows = []
    for name, (work, without) in WORK.items():
        told = [name]
        for role, grant in grants.items():
            if role in without:
                told.append("")
                continue
            actor = Actor(id=uuid7(), name=role, grants=(grant,))
            ways = (transaction(engine), transaction_for(engine, scope.reach(actor)))
            beside, through = await _alternately(ways, lambda c, w=work, a=actor: w(c, a, tag))
            told.append(f"{beside * 1000:.2f} -> {through * 1000:.2f} ms, {through / beside:.2f}")
        rows.append(tuple(told))
        print(*told, sep=" | ", flush=True)
    await engine.dispose()
    return rows


async def _alternately(ways: Any, work: Any) -> tuple[float, float]:
    """The median time each way, in seconds, a run of one after a run of the other."""
    took: tuple[list[float], list[float]] = ([], [])
    async with ways[0] as one, ways[1] as other:
        for _ in range(RUNS):
            for conn, kept in zip((one, other), took, strict=True):
                began = time.perf_counter()
                await work(conn)
                kept.append(time.perf_counter() - began)
    return median(took[0][8:]), median(took[1][8:])


# --- a whole request


@asynccontextmanager
async def _bare(url: str) -> Any:
    parts = make_url(url)
    pool = await asyncpg.create_pool(
        user=parts.username, database=parts.database, host=parts.query["host"], port=int(parts.query["port"])
    )
    columns = ", ".join(c.name for c in asset.c if c.name not in ("state", "head_hash"))

    @get("/assets/{tag:str}")
    async def look(tag: str) -> dict[str, Any]:
        row = await pool.fetchrow(f"SELECT {columns} FROM asset WHERE tag = $1", tag)
        return dict(row) if row else {}

    yield Litestar([look])
    await pool.close()


async def _requests(server: Any, owner: str, folder: Path) -> list[tuple[str, ...]]:
    engine = make_engine(as_app(owner))
    async with transaction(engine) as conn:
        ours = await conn.scalar(select(programme.c.id))
        tag = str(await conn.scalar(select(asset.c.tag).limit(1)))
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email="bench@example.org",
            name="Bench",
            password=None,
            grants=(Grant(role="coordinator", programme=ours),),
        )
        token = (await tokens.make_token(conn, COMMAND_LINE, "bench", user=user)).token
    await engine.dispose()
    env = {"ASSET_TRACKER_DATABASE_URL": as_app(owner), "ASSET_TRACKER_DATA_DIR": str(folder / "app")}
    app = create_app(Settings.from_env(env))
    headers = [(b"authorization", f"Bearer {token}".encode())]
    async with app.lifespan(), _bare(owner) as bare:
        least = await _each(server, bare, f"/assets/{tag}", [])
        whole = await _each(server, app, f"/api/v1/assets/{tag}", headers)
    named = (
        ("bare Litestar route, one asyncpg SELECT", least),
        ("look-up by tag: log-in, scope, wall, all of the asset", whole),
    )
    return [
        (name, *(f"{spent:.2f} ms" for spent in took), f"{sum(took) / sum(least):.2f}")
        for name, took in named
    ]


async def _each(server: Any, app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[float, float]:
    """Milliseconds of the processor that one request takes: of this process, and of PostgreSQL."""
    for _ in range(100):
        assert await ask(app, path, headers) == 200
    cpu = Cpu(server)
    for _ in range(REQUESTS):
        await ask(app, path, headers)
    ours, total, _ = cpu.spent()
    return 1000 * ours / REQUESTS, 1000 * (total - ours) / REQUESTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=10_000)
    args = parser.parse_args()
    with TemporaryDirectory() as name, database(fsync="off") as (server, url):
        seed(url, args.assets)
        head = ("beside -> through the wall", "auditor", "coordinator", "technician", "donor")
        show("wall", head, asyncio.run(_walls(as_app(url))), None)
        head = ("request", "the server", "PostgreSQL", "ratio")
        show("requests", head, asyncio.run(_requests(server, url, Path(name))), None)


if __name__ == "__main__":
    main()
