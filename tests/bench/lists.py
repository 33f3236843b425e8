"""Lists of assets by every filter, every pair of filters and every order that there is, in a database of a size.

    python tests/bench/lists.py --keep FOLDER [--assets 1000000] [--share 20] [--only WORD] [--write FILE]

Of each filter a value that half of all assets have, if there is one, one that some have and one that three have,
which are planted where the seed (``seed.py``) has none: use a copy of what is kept for ``scale.py``. Asked are the
page, its next one, one near the end, and the same as JSON, by an administrator and by people who see a part: a
coordinator of a programme, a custodian of a municipality, a technician of an oblast, a donor. ``--share``: so many
per cent of the pairs, each time the same ones. Told are the slowest, by processor, PostgreSQL's included; what takes
long is asked three times, and the least counts.
"""

import argparse
import asyncio
import logging
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from asgi import ask
from bench_database import Cpu, folder_of, kept
from scale import FILLING, Asked, asked, fill
from seed import MUNICIPALITY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool
from tables import show

from asset_tracker import collector
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.assets.ordering import SORTS
from asset_tracker.assets.waits import MISSING, WAITS
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.ledger.ids import uuid7

LONG, AGAIN = 0.06, 2  # seconds of processor; what takes more is asked so many times more
INDEXED = ("", "name", "-name", "tag", "-tag", "category", "-category")
HEAD = ("who", "what", "order", "page", "by processor, ms", "of it PostgreSQL, ms")
SLOWEST = 15
# One in so many assets, by the last letters of what is as good as random of an id, and what becomes of it.
PLANTED: Mapping[str, tuple[int, str]] = {
    "inventory number": (20, "inventory_number = '10480' || substr(tag, 1, 4)"),
    "colour": (20, """state = jsonb_set(state, '{attributes}', '{"colour": "black"}')"""),
    "tablet": (200, "category = 'tablet', name_uk = 'Планшет', model = 'Tab'"),
    "expected": (211, "stage = 'expected', municipality_code = NULL, place = 'unknown'"),
    "out of service": (401, "stage = 'out_of_service'"),
    "disputed": (503, "disputed = true"),
    "unserviceable": (1009, "condition = 'unserviceable'"),
}
RARE: Mapping[str, str] = {
    "vehicle": "category = 'vehicle', name_uk = 'Автомобіль'",
    "imei": """state = jsonb_set(state, '{attributes}', '{"imei": "490154203237518"}')""",
    "received": "stage = 'received'",
    "donor": "title = 'donor'",
    "name": "name_uk = 'Яструб'",
    "unknown": "use = NULL, acquired_on = NULL, unit_price = NULL, currency = NULL, serial = NULL, serial_key = NULL",
}


class Who(NamedTuple):
    """Somebody, and the headers of their requests."""

    name: str
    headers: list[tuple[bytes, bytes]]
    grants: tuple[Grant, ...]


class Took(NamedTuple):
    """Seconds of processor, in all and of PostgreSQL."""

    total: float
    database: float


async def plant(conn: AsyncConnection) -> None:
    """What the seed has none of, spread over all assets."""
    if await conn.scalar(text("SELECT EXISTS (SELECT FROM asset WHERE category = 'vehicle')")):
        return
    for one_in, change in PLANTED.values():
        await conn.exec_driver_sql(f"UPDATE asset SET {change} WHERE hashtext(id::text) % {one_in} = 1")
    for number, change in enumerate(RARE.values()):
        few = f"SELECT id FROM asset WHERE hashtext(tag) % 7 = {number} ORDER BY tag LIMIT 3 OFFSET 50"
        await conn.exec_driver_sql(f"UPDATE asset SET {change} WHERE id IN ({few})")


async def values(conn: AsyncConnection) -> dict[str, tuple[str, ...]]:
    """Of each filter what to ask for."""

    async def column(statement: str) -> tuple[str, ...]:
        return tuple(str(each) for each in await conn.scalars(text(statement)))

    async def often(name: str) -> tuple[str, ...]:
        found = await column(
            f"SELECT {name} FROM asset WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        return tuple(dict.fromkeys((found[0], found[len(found) // 2], found[-1])))

    return {
        "programme": await column(
            "SELECT id FROM programme WHERE code IN ('PILOT', 'BENCH01') ORDER BY code"
        ),
        "oblast": ("UA18", "UA32"),
        "municipality": (MUNICIPALITY, (await often("municipality_code"))[-1]),
        "category": ("ups", "tablet", "vehicle"),
        "stage": ("in_service", "dispatched", "expected", "gone", "received", "out_of_service"),
        "condition": ("working", "needs_attention", "unserviceable", "unknown"),
        "title": ("municipality", "implementer", "donor"),
        "donor": (await column("SELECT donor_id FROM asset_share ORDER BY asset_id LIMIT 1")),
        "consignment": (await often("consignment_id"))[:1],
        "service_point": (await often("service_point_id"))[:1],
        "disputed": ("yes",),
        "gone": ("yes", "no"),
        "waits": WAITS,
        "missing": MISSING,
        "q": ("ноутбук", "lenovo e42", "яструб", "SN12", "чорний", "e4"),
        "field.colour": ("black",),
        "field.imei": ("490154203237518",),
    }


def questions(
    of: Mapping[str, tuple[str, ...]], share: int, orders: str
) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """Filters, and the orders in which to ask for them."""
    every = tuple(orders.split(",")) if orders else ("", *SORTS, *(f"-{each}" for each in SORTS))
    yield {}, every
    single = [(name, value) for name, some in of.items() for value in some]
    for each in single:
        yield dict([each]), every
    rng = random.Random(1)  # noqa: S311 - the same ones every time
    for one, other in combinations(single, 2):
        if one[0] != other[0] and rng.random() * 100 < share:
            yield dict([one, other]), tuple(dict.fromkeys((*every[:2], rng.choice(every))))


async def people(conn: AsyncConnection, programme: str, donor: str) -> list[Who]:
    """An administrator, and people who see a part."""
    grants = {
        "administrator": (Grant(role="administrator"),),
        "coordinator": (Grant(role="coordinator", programme=programme),),
        "custodian": (Grant(role="custodian", area=MUNICIPALITY),),
        "technician": (Grant(role="technician", area=MUNICIPALITY[:4]),),
        "donor": (Grant(role="donor", donor=donor),),
    }
    found = []
    for name, some in grants.items():
        email = f"{name}-{uuid7()}@example.org"
        user = await users.add_user(conn, COMMAND_LINE, email=email, name=name, password=None, grants=some)
        token = (await tokens.make_token(conn, COMMAND_LINE, "lists", user=user)).token
        headers = [(b"authorization", f"Bearer {token}".encode()), (b"accept-language", b"uk")]
        found.append(Who(name, headers, some))
    return found


class Walk:
    """Asks, and keeps what it took."""

    def __init__(self, server: EmbeddedServer, app: Any, near_the_end: str) -> None:
        self._server, self._app, self._end = server, app, near_the_end
        self.took: list[tuple[Took, tuple[str, ...]]] = []

    async def all_of(self, who: Who, asked_for: dict[str, str], sort: str) -> None:
        """The first page, the next, one near the end, and the first as JSON."""
        asking = asked_for | ({"sort": sort} if sort else {})
        body: list[bytes] = []
        await self._one(who, asked_for, sort, "first", f"/assets?{urlencode(asking)}", body)
        following = re.search(r'href="(/assets\?[^"]*after=[^"]*)"', b"".join(body).decode())
        if following:
            await self._one(who, asked_for, sort, "next", unescape(following[1]))
            after = asking | {"after": self._end}
            await self._one(who, asked_for, sort, "near the end", f"/assets?{urlencode(after)}")
        if not (sort or any(name.startswith("field") for name in asked_for)):
            as_json = {
                name: {"yes": "true", "no": "false"}.get(each, each) for name, each in asked_for.items()
            }
            await self._one(who, asked_for, sort, "JSON", f"/api/v1/assets?{urlencode(as_json)}")

    async def _one(
        self,
        who: Who,
        asked_for: dict[str, str],
        sort: str,
        part: str,
        path: str,
        body: list[bytes] | None = None,
    ) -> None:
        least = await self._spent(who, path, body)
        for _ in range(AGAIN if least.total > LONG else 0):
            least = min(least, await self._spent(who, path, None))
        said = " ".join(f"{name}={value}" for name, value in asked_for.items()) or "all"
        self.took.append((least, (who.name, said, sort or "newest", part)))
        if least.total > LONG * 2:
            print(_row(*self.took[-1]), flush=True)

    async def _spent(self, who: Who, path: str, body: list[bytes] | None) -> Took:
        cpu = Cpu(self._server)
        status = await ask(self._app, path, who.headers, pieces=body)
        ours, total, _ = cpu.spent()
        if status != 200:
            print("answered", status, path, flush=True)
        return Took(total, total - ours)


def _row(took: Took, what: tuple[str, ...]) -> tuple[str, ...]:
    return (*what, f"{took.total * 1000:.0f}", f"{took.database * 1000:.0f}")


async def measure(server: EmbeddedServer, owner: str, given: argparse.Namespace) -> list[tuple[str, ...]]:
    """The rows of the table."""
    engine = make_engine(owner, poolclass=NullPool, statement_timeout="0")
    async with transaction(engine) as conn:
        await plant(conn)
    async with engine.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
            "VACUUM ANALYZE asset"
        )
    async with transaction(engine) as conn:
        of = await values(conn)
        end = str(await conn.scalar(text("SELECT id FROM asset ORDER BY id OFFSET 60 LIMIT 1")))
        everybody = await people(conn, of["programme"][0], of["donor"][0])
    await engine.dispose()
    async with asked(server, owner) as side:
        walk = await _walked(side, everybody, list(questions(of, given.share, given.orders)), end, given)
    return told(walk)


async def _walked(
    side: Asked, everybody: list[Who], every: list[Any], end: str, given: argparse.Namespace
) -> Walk:
    walk = Walk(side.server, side.app, end)
    for who in everybody:
        if given.who not in who.name:
            continue
        for filters, orders in every:
            if given.only not in urlencode(filters):
                continue
            for sort in orders:
                await walk.all_of(who, filters, sort)
    return walk


def told(walk: Walk) -> list[tuple[str, ...]]:
    """The slowest, and what the others come to."""
    ordered = sorted(walk.took, reverse=True)
    print(f"{len(ordered):,} asked; over 100 ms {sum(took.total > 0.1 for took, _ in ordered):,},", end=" ")
    print(f"over 300 ms {sum(took.total > 0.3 for took, _ in ordered):,}")
    return [_row(*each) for each in ordered[:SLOWEST]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder for the database, to be used again")
    parser.add_argument("--share", type=int, default=10, help="per cent of the pairs of filters")
    parser.add_argument("--only", default="", help="a part of the filters to ask for")
    parser.add_argument("--who", default="", help="a part of the names of those who ask")
    parser.add_argument("--orders", default="", help="the orders to ask for, with commas between them")
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    with ExitStack() as stack:
        at = stack.enter_context(folder_of(given.keep)) / str(given.assets)
        owner = stack.enter_context(kept(at, partial(fill, assets=given.assets), **FILLING))
        collector.seldom()
        rows = asyncio.run(measure(*owner, given))
    show("lists", HEAD, rows, given.write)


if __name__ == "__main__":
    main()
