"""Fills a database with assets and ten events each, chained and folded as the ledger does it, by COPY.

    python tests/bench/seed.py --assets 100000 --url postgresql://...   (a migrated, empty database)

A pilot programme has 5,000 of the assets in 162 municipalities, 500 of them in Baranivka; the others belong to
twenty programmes all over the country, and reach every municipality of it, however few they are: how many
municipalities there are is a property of Ukraine and not of a database. They come in deliveries of 25, or of what
is left for each municipality where that is less, each with a consignment and an act; one in a hundred was lost, three need attention, two were never accepted, and one delivery in two hundred is still on its
way. What it writes passes ``asset-tracker ledger verify``. What stands beside the ledger (service points,
consignments, acts, plans) is ``seed_around``'s.
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
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from seed_around import around
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db import bulk
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import projection, store, tables
from asset_tracker.ledger.chain import GENESIS
from asset_tracker.ledger.chaining import Chaining, Head, by_asset, in_pieces
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import replay
from asset_tracker.ledger.rows import EVENT_COLUMNS, packed
from asset_tracker.ledger.tags import ALPHABET, check_character
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.service import load_shipped

MUNICIPALITY, THERE = "UA18080010000090720", 500
PILOT, PILOT_MUNICIPALITIES = 5000, 162
PROGRAMMES, DONORS = 20, 5
START = datetime(2016, 1, 1, 9, tzinfo=UTC)
EVENTS = 10
BATCH = 1000
TOGETHER = 25  # assets of one delivery, at most
KINDS: dict[Any, tuple[str, str, str]] = {
    "laptop": ("Ноутбук", "Lenovo", "E"),
    "desktop": ("Системний блок", "Dell", "OptiPlex "),
    "monitor": ("Монітор", "Samsung", "S"),
    "mfd": ("Багатофункціональний пристрій", "Canon", "MF"),
    "ups": ("Джерело безперебійного живлення", "APC", "BX"),
    "router": ("Маршрутизатор", "MikroTik", "RB"),
}


class Delivery(NamedTuple):
    """What came to one municipality on one consignment; ``point`` is where it was set up."""

    municipality: str
    programme: UUID
    shares: tuple[Share, ...]
    consignment: UUID
    day: datetime
    on_its_way: bool
    assets: int

    @property
    def act(self) -> UUID:
        return uuid5(self.consignment, "act")

    @property
    def point(self) -> UUID:
        return point_of(self.municipality)


def point_of(municipality: str) -> UUID:
    return uuid5(NAMESPACE_OID, municipality)


def tag_of(number: int) -> str:
    """A tag for each number, no two the same: a million random ones would meet some fourteen times."""
    bits = number * 0x2545F4914F6CDD1D % 2**35
    seven = "".join(ALPHABET[bits >> shift & 31] for shift in range(30, -1, -5))
    return seven + check_character(seven)


def life(rng: random.Random, at: Delivery, line: int, tag: str) -> Iterator[tuple[datetime, ev.Payload]]:
    """Ten facts of one asset over some two and a half years."""
    day = at.day + timedelta(minutes=rng.randrange(500))
    registered = _registered(rng, at, line, tag)
    facts = _on_its_way(at, registered) if at.on_its_way else _arrived(rng, at, registered)
    for days, fact in facts:
        day += timedelta(days=days)
        yield day, fact


def _on_its_way(at: Delivery, registered: ev.Registered) -> Iterable[tuple[int, ev.Payload]]:
    noted = ev.Note(note="Комплектність перевірено")
    dispatched = ev.Dispatched(consignment=at.consignment, destination=at.municipality)
    return ((0, registered), *((1, noted) for _ in range(EVENTS - 2)), (1, dispatched))


def _arrived(rng: random.Random, at: Delivery, registered: ev.Registered) -> Iterable[tuple[int, ev.Payload]]:
    seen = ev.Verified(condition="working")
    papers: tuple[ev.Payload, ...] = (
        ev.Accepted(act=at.act, act_number="A-1"),
        ev.TitleTransferred(to="municipality"),
    )
    last: ev.Payload = seen
    luck = rng.random()
    if luck < 0.01:
        last = ev.Lost(circumstances="Не знайдено під час інвентаризації", case=uuid7())
    elif luck < 0.04:
        last = ev.FaultReported(description="Не вмикається")
    elif luck < 0.06:
        papers = seen, seen
    return (
        (0, registered),
        (5, ev.Dispatched(consignment=at.consignment, destination=at.municipality)),
        (3, ev.Delivered(municipality=at.municipality)),
        (6, papers[0]),
        (0, papers[1]),
        (9, ev.Installed(service_point=at.point, municipality=at.municipality)),
        (2, ev.Commissioned()),
        (300, seen),
        (200, ev.Maintained(work="Чищення")),
        (400, last),
    )


def _registered(rng: random.Random, at: Delivery, line: int, tag: str) -> ev.Registered:
    category = rng.choice(tuple(KINDS))
    name, maker, model = KINDS[category]
    return ev.Registered(
        category=category,
        name_uk=name,
        manufacturer=maker,
        model=f"{model}{rng.randrange(10, 60)}",
        serial=f"SN{rng.randrange(10**9):09d}",
        tag=tag,
        unit_price=Decimal("30499.99"),
        currency="UAH",
        shares=at.shares,
        consignment=at.consignment,
        line=line,
        destination=at.municipality,
        acquired_on=at.day.date(),
        warranty_until=at.day.date() + timedelta(days=1095),
    )


async def write(conn: AsyncConnection, deliveries: list[Delivery], first: int) -> int:
    """The assets of these deliveries, numbered from ``first`` on; answers how many events."""
    rng = random.Random(first)  # noqa: S311 - the same data every time
    now = datetime.now(UTC)
    drafts: list[Draft] = []
    heads: dict[UUID, Head] = {}
    lines = ((at, line) for at in deliveries for line in range(1, at.assets + 1))
    for number, (at, line) in enumerate(lines, first):
        asset = uuid7()
        heads[asset] = Head(0, GENESIS, at.programme, now)
        drafts += [
            Draft(id=uuid7(), asset=asset, occurred_at=day, payload=fact)
            for day, fact in life(rng, at, line, tag_of(number))
        ]
    chaining = Chaining({}, heads, COMMAND_LINE.id)
    chunks = [packed(chaining.rows(some)) for some in in_pieces(by_asset(drafts), 100)]
    folded = {asset: replay(events) for asset, events in chaining.events().items()}
    await bulk.copy(conn, tables.event, EVENT_COLUMNS, chunks)
    await bulk.put(conn, tables.asset_head, store._HEAD, store._ends(chaining.moved))
    await projection.write(conn, folded, chaining.moved, set(folded))
    return len(drafts)


async def _work(url: str, deliveries: list[Delivery], first: int) -> int:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    written = 0
    try:
        for at, some in _numbered(deliveries, BATCH, first):
            async with engine.begin() as conn:
                written += await write(conn, some, at)
    finally:
        await engine.dispose()
    return written


def _numbered(deliveries: list[Delivery], size: int, first: int) -> Iterator[tuple[int, list[Delivery]]]:
    """Deliveries of some ``size`` assets together, each lot with the number of its first asset."""
    some: list[Delivery] = []
    for each in deliveries:
        some.append(each)
        together = sum(one.assets for one in some)
        if together >= size or each is deliveries[-1]:
            yield first, some
            first, some = first + together, []


def _process(url: str, task: tuple[int, list[Delivery]]) -> int:
    return asyncio.run(_work(url, task[1], task[0]))


async def _begin(url: str) -> list[tuple[UUID, tuple[Share, ...]]]:
    """Each programme with who pays for it; the first is the pilot."""
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            await load_shipped(conn)
            donors = [await _party(conn, "donor", number) for number in range(1, DONORS + 1)]
            implementer = await _party(conn, "implementer", 1)
            made = []
            for number in range(PROGRAMMES + 1):
                one, other = donors[number % DONORS], donors[(number + 1) % DONORS]
                shares = (Share(one, Decimal(60)), Share(other, Decimal(40)))
                names: dict[str, Any] = {"name_uk": f"Програма {number}", "name_en": f"Programme {number}"}
                code = f"BENCH{number:02d}" if number else "PILOT"
                new = NewProgramme(code=code, implementer=implementer, shares=shares, **names)
                made.append((await add_programme(conn, COMMAND_LINE, new), shares))
            return made
    finally:
        await engine.dispose()


async def _party(conn: AsyncConnection, kind: Any, number: int) -> UUID:
    names: dict[str, Any] = {"name_uk": f"Сторона {number}", "name_en": f"Party {number}"}
    return await add_party(conn, COMMAND_LINE, NewParty(kind=kind, **names))


def _deliveries(assets: int, programmes: list[tuple[UUID, tuple[Share, ...]]]) -> list[Delivery]:
    """In the order in which they are written: those of a municipality are far from one another."""
    rng = random.Random(assets)  # noqa: S311 - the same data every time
    codes = [each.code for each in read_shipped().municipalities if each.code != MUNICIPALITY]
    pilot = rng.sample(codes, PILOT_MUNICIPALITIES - 1)
    there, in_pilot = THERE // TOGETHER, min(PILOT, assets) // TOGETHER
    where = [MUNICIPALITY] * there + pilot + rng.choices(pilot, k=PILOT)
    where = where[:in_pilot]
    found = [_delivery(rng, code, programmes[0], TOGETHER, on_its_way=False) for code in where]
    left = assets - len(found) * TOGETHER
    others = [code for code in codes if code not in pilot]
    together = min(TOGETHER, max(1, left // len(others)))
    for number, some in enumerate(_shared_out(left, together)):
        code = others[number] if number < len(others) else rng.choice(codes)
        to = rng.choice(programmes[1:])
        found.append(_delivery(rng, code, to, some, on_its_way=number % 200 == 7))
    rng.shuffle(found)
    return found


def _shared_out(assets: int, together: int) -> list[int]:
    """So many to each, and what is left over."""
    whole, rest = divmod(assets, together)
    return [together] * whole + [rest] * (rest > 0)


def _delivery(
    rng: random.Random,
    code: str,
    programme: tuple[UUID, tuple[Share, ...]],
    assets: int,
    *,
    on_its_way: bool,
) -> Delivery:
    day = (
        datetime.now(UTC) - timedelta(days=14) if on_its_way else START + timedelta(days=rng.randrange(2900))
    )
    return Delivery(code, *programme, uuid7(), day, on_its_way, assets)


async def _finish(url: str) -> None:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0", isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        await conn.exec_driver_sql("VACUUM ANALYZE")
    await engine.dispose()


def seed(url: str, assets: int, processes: int = 2) -> float:
    """Fill the database; answers events a second, projections and indexes included."""
    deliveries = _deliveries(assets, asyncio.run(_begin(url)))
    tasks = list(_numbered(deliveries, 10 * BATCH, 0))
    began = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        written = sum(pool.map(partial(_process, url), tasks))
    rate = written / (time.perf_counter() - began)
    asyncio.run(around(url, deliveries))
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
