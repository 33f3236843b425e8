"""Fills a database with assets and ten events each, chained and folded as the ledger does it, by COPY.

    python tests/bench/seed.py --assets 100000 --url postgresql://...   (a migrated, empty database)

500 of the assets are in Baranivka, the others all over the country. What it writes passes
``asset-tracker ledger verify``.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db import bulk
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import projection, store, tables
from asset_tracker.ledger.chain import GENESIS
from asset_tracker.ledger.chaining import EVENT_COLUMNS, Chaining, Head, by_asset
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import replay
from asset_tracker.ledger.tags import ALPHABET, check_character
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.service import load_shipped

MUNICIPALITY, THERE = "UA18080010000090720", 500
START = datetime(2016, 1, 1, 9, tzinfo=UTC)
EVENTS = 10
BATCH = 1000
KINDS = ("laptop", "desktop", "monitor", "mfd", "ups", "router")


def tag_of(number: int) -> str:
    """A tag for each number, no two the same: a million random ones would meet some fourteen times."""
    bits = number * 0x2545F4914F6CDD1D % 2**35
    seven = "".join(ALPHABET[bits >> shift & 31] for shift in range(30, -1, -5))
    return seven + check_character(seven)


def life(
    rng: random.Random, municipality: str, donor: UUID, tag: str
) -> Iterator[tuple[datetime, ev.Payload]]:
    """Ten facts of one asset over some eight years."""
    point = uuid5(donor, municipality)
    day = START + timedelta(days=rng.randrange(1500), minutes=rng.randrange(500))
    facts: Iterable[tuple[int, ev.Payload]] = (
        (0, _registered(rng, municipality, donor, tag)),
        (5, ev.Dispatched(destination=municipality)),
        (3, ev.Delivered(municipality=municipality)),
        (6, ev.Accepted(act=point, act_number="A-1")),
        (0, ev.TitleTransferred(to="municipality")),
        (9, ev.Installed(service_point=point, municipality=municipality)),
        (2, ev.Commissioned()),
        (300, ev.Verified(condition="working")),
        (200, ev.Maintained(work="Чищення")),
        (400, ev.Verified(condition="working")),
    )
    for days, fact in facts:
        day += timedelta(days=days)
        yield day, fact


def _registered(rng: random.Random, municipality: str, donor: UUID, tag: str) -> ev.Registered:
    return ev.Registered(
        category=rng.choice(KINDS),
        name_uk="Ноутбук",
        manufacturer="Lenovo",
        model=f"E{rng.randrange(10, 20)}",
        serial=f"SN{rng.randrange(10**9):09d}",
        tag=tag,
        unit_price=Decimal("30499.99"),
        currency="UAH",
        shares=(Share(donor, Decimal(100)),),
        destination=municipality,
    )


async def write(
    conn: AsyncConnection, municipalities: list[str], first: int, programme: UUID, donor: UUID
) -> int:
    """Assets number ``first`` and following, one for each municipality in the list; answers how many events."""
    rng = random.Random(first)  # noqa: S311 - the same data every time
    now = datetime.now(UTC)
    drafts: list[Draft] = []
    heads: dict[UUID, Head] = {}
    for number, municipality in enumerate(municipalities, first):
        asset = uuid7()
        heads[asset] = Head(0, GENESIS, programme, now)
        drafts += [
            Draft(id=uuid7(), asset=asset, occurred_at=day, payload=fact)
            for day, fact in life(rng, municipality, donor, tag_of(number))
        ]
    chaining = Chaining({}, heads, COMMAND_LINE.id)
    rows = chaining.rows(by_asset(drafts))
    folded = {asset: replay(events) for asset, events in chaining.events().items()}
    await bulk.put(conn, tables.event, EVENT_COLUMNS, rows)
    await bulk.put(conn, tables.asset_head, store._HEAD, store._ends(chaining.moved))
    await projection.write(conn, folded, chaining.moved, set(folded))
    return len(rows)


async def _work(url: str, municipalities: list[str], first: int, programme: UUID, donor: UUID) -> int:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    written = 0
    try:
        for at in range(0, len(municipalities), BATCH):
            async with engine.begin() as conn:
                part = municipalities[at : at + BATCH]
                written += await write(conn, part, first + at, programme, donor)
    finally:
        await engine.dispose()
    return written


def _process(url: str, programme: UUID, donor: UUID, task: tuple[int, list[str]]) -> int:
    return asyncio.run(_work(url, task[1], task[0], programme, donor))


async def _begin(url: str) -> tuple[UUID, UUID]:
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            await load_shipped(conn)
            names: dict[str, Any] = {"name_uk": "Донор", "name_en": "Donor"}
            donor = await add_party(conn, COMMAND_LINE, NewParty(kind="donor", **names))
            implementer = await add_party(conn, COMMAND_LINE, NewParty(kind="implementer", **names))
            shares = (Share(donor, Decimal(100)),)
            new = NewProgramme(code="BENCH", implementer=implementer, shares=shares, **names)
            return await add_programme(conn, COMMAND_LINE, new), donor
    finally:
        await engine.dispose()


async def _finish(url: str) -> None:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0", isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        await conn.exec_driver_sql("VACUUM ANALYZE")
    await engine.dispose()


def seed(url: str, assets: int, processes: int = 2) -> float:
    """Fill the database; answers events a second, projections and indexes included."""
    programme, donor = asyncio.run(_begin(url))
    others = [each.code for each in read_shipped().municipalities if each.code != MUNICIPALITY]
    rng = random.Random(assets)  # noqa: S311 - the same data every time
    where = [MUNICIPALITY] * THERE + rng.choices(others, k=assets - THERE)
    rng.shuffle(where)
    size = 10 * BATCH
    tasks = [(first, where[first : first + size]) for first in range(0, assets, size)]
    began = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        written = sum(pool.map(partial(_process, url, programme, donor), tasks))
    rate = written / (time.perf_counter() - began)
    asyncio.run(_finish(url))
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--url", required=True)
    given = parser.parse_args()
    print(f"{seed(given.url, given.assets):,.0f} events a second")


if __name__ == "__main__":
    main()
