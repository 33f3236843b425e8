"""What people wait for, in a small database and in a large one: it should not depend on the size.

    python tests/bench/scale.py [--small 10000] [--large 1000000]

The municipality asked about holds 500 assets in both, and every preset of rules asks for what is due.
"""

import argparse
import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench_database import as_app, database
from seed import MUNICIPALITY, seed
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import show

from asset_tracker.access import scope
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import history, queries
from asset_tracker.assets.columns import COLUMNS, USUAL, list_columns
from asset_tracker.assets.summary import held, holdings
from asset_tracker.assets.views import Filters
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.policies import PRESETS, Reach
from asset_tracker.programmes.rules import apply_preset
from asset_tracker.programmes.tables import programme
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.queries import municipality_report
from asset_tracker.web import desk

RUNS = 7
# Who asks: through row-level security, as a server does.
WHO = Actor(
    id=uuid7(),
    name="Bench",
    lang="uk",
    grants=(Grant(role="administrator"), Grant(role="coordinator")),
)
Work = Callable[[AsyncConnection, str], Awaitable[Any]]


async def _report(conn: AsyncConnection, _tag: str, **asked: str) -> Any:
    now = datetime.now(UTC)
    ask = parse_ask(now=now, **({"as_of": "2021-06-01"} | asked))
    return await municipality_report(conn, WHO, MUNICIPALITY, ask, now=now, base_url="https://a.example")


async def _page(conn: AsyncConnection, tag: str) -> Any:
    found = await queries.find_asset(conn, WHO, tag)
    return await queries.get_asset(conn, WHO, found), await history.timeline(conn, WHO, found)


async def _municipalities(conn: AsyncConnection) -> Any:
    codes = await held(conn, WHO)
    return await holdings(conn, WHO, codes=codes[:100])


WORK: dict[str, Work] = {
    "look-up by tag": lambda conn, tag: queries.find_asset(conn, WHO, tag),
    "an asset's page": _page,
    "a list of 50": lambda conn, _: queries.list_assets(conn, WHO, Filters()),
    "a list of a municipality": lambda conn, _: queries.list_assets(
        conn, WHO, Filters(municipality=MUNICIPALITY)
    ),
    "a list in Ukrainian order, all columns": lambda conn, _: list_columns(
        conn, WHO, Filters(), COLUMNS, sort="name"
    ),
    "a list of an oblast in Ukrainian order": lambda conn, _: list_columns(
        conn, WHO, Filters(oblast=MUNICIPALITY[:4]), USUAL, sort="name"
    ),
    "municipality report as of a day": _report,
    "the desk": lambda conn, _: desk.gather(conn, WHO, "uk"),
    "search, found": lambda conn, _: queries.list_assets(conn, WHO, Filters(q="ноутб")),
    "search, maker and model": lambda conn, _: queries.list_assets(conn, WHO, Filters(q="lenovo e12")),
    "search, not found": lambda conn, _: queries.list_assets(conn, WHO, Filters(q="верстат")),
    "the list of municipalities": lambda conn, _: _municipalities(conn),
    "what is due": lambda conn, _: due.list_due(conn, WHO, DueFilter(), limit=50),
    "how much is due": lambda conn, _: due.count_due(conn, WHO),
}


async def _times(url: str) -> dict[str, float]:
    engine = make_engine(as_app(url))
    found: dict[str, float] = {}
    async with transaction(engine) as conn:
        reach = Reach(programme=await conn.scalar(select(programme.c.id)))
        for preset in PRESETS:
            await apply_preset(conn, COMMAND_LINE, preset, reach)
    async with transaction_for(engine, scope.reach(WHO)) as conn:
        tag = str(
            await conn.scalar(select(asset.c.tag).where(asset.c.municipality_code == MUNICIPALITY).limit(1))
        )
        for name, work in WORK.items():
            took = []
            for _ in range(RUNS):
                began = time.perf_counter()
                await work(conn, tag)
                took.append(time.perf_counter() - began)
            found[name] = median(took[1:])
    await engine.dispose()
    return found


def measured(assets: int) -> dict[str, float]:
    """Seconds for each piece of work in a database of so many assets."""
    with database(fsync="off", synchronous_commit="off", max_wal_size="4GB") as (_, url):
        print(f"{assets:,} assets: {seed(url, assets):,.0f} events a second")
        return asyncio.run(_times(url))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    given = parser.parse_args()
    # As the server does (cli/serve.py).
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    small, large = measured(given.small), measured(given.large)
    heads = ("", f"{given.small:,} assets, ms", f"{given.large:,} assets, ms", "ratio")
    rows = [
        (name, f"{small[name] * 1000:.1f}", f"{large[name] * 1000:.1f}", f"{large[name] / small[name]:.2f}")
        for name in WORK
    ]
    show("scale", heads, rows, None)


if __name__ == "__main__":
    main()
