"""What people wait for, in a small database and in a large one: it should not depend on the size.

    python tests/bench/scale.py [--small 10000] [--large 1000000] [--keep FOLDER] [--only WORD] [--write FILE]

Whole requests, as a browser or a program sends them: log-in, scope, row-level security, the page as it is sent.
Both databases stand at once and are asked in turns, so that other work on the machine meets both. The
municipality asked about holds 500 assets and the pilot programme 5,000 in both; the rest grows (``seed.py``).
Every preset of rules holds for every programme, all events are sealed, and PostgreSQL has the settings of the
product. With ``--keep`` the databases stay in that folder and are used the next time: filling a million takes
some 20 GB and ten minutes and more.
"""

import argparse
import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlencode

from asgi import NOW, ask
from bench_database import Cpu, as_app, folder_of, kept
from growth import sealed
from seed import MUNICIPALITY, seed
from sqlalchemy import delete, select
from sqlalchemy.pool import NullPool
from tables import show

from asset_tracker import collector, kyiv
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import user_account
from asset_tracker.app import create_app
from asset_tracker.assets import due_kept
from asset_tracker.consignments.tables import act, consignment
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.jobs import queue
from asset_tracker.jobs.tables import job
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.policies import PRESETS, Reach
from asset_tracker.programmes.rules import apply_preset
from asset_tracker.programmes.tables import programme
from asset_tracker.reports.tables import report_work
from asset_tracker.settings import Settings
from asset_tracker.territory.tables import municipality

READER = "reader@example.org"
SECRET = "b" * 40
RUNS, SLOW, ENOUGH = 9, 3, 1.0  # a request that takes so many seconds is asked ``SLOW`` times
FLAT, CLICK, FIND, REPORT, PDF = 1.5, 300, 100, 200, 2000  # a ratio, and milliseconds
HEAVY = 100_000  # bytes of a page
FILLING = {"fsync": "off", "synchronous_commit": "off", "max_wal_size": "4GB", "autovacuum": "off"}
HEAD = ("what", "small, ms", "large, ms", "ratio", "by processor, ms", "ratio by processor", "wanted")


class Work(NamedTuple):
    """A request, the milliseconds that it may take in the large database, and the status that it answers.

    ``worker``: asked while a worker is there, who does not begin yet: what is measured is the click.
    """

    name: str
    path: str
    at_most: int = CLICK
    status: int = 200
    worker: bool = False


class Known(NamedTuple):
    """What there is in a database to ask for."""

    tag: str
    serial: str
    consignment: str
    number: str
    act: str
    programme: str
    point: str
    planned: str
    oblast: str


def work(of: Known) -> Iterator[Work]:
    """All that is asked, in the order of the table."""
    api, here = "/api/v1", MUNICIPALITY
    yield Work("look-up by tag", f"{api}/assets/{of.tag}", FIND)
    yield Work("an asset's page", f"/a/{of.tag}")
    yield Work("an asset's maintenance plans", f"/a/{of.planned}/plans")
    yield from _lists(of)
    for what, text, status in (
        ("a tag", of.tag, 303),
        ("a serial number", of.serial, 200),
        ("an act", of.act, 200),
        ("a consignment", of.number, 200),
        ("a municipality", "Баранівська", 200),
        ("a municipality with a mistake", "Бараневська", 200),
        ("a maker and model", "lenovo e42", 200),
        ("a word that a sixth of all have", "ноутбук", 200),
        ("what there is none of", "верстат токарний", 200),
    ):
        yield Work(f"find {what}", f"/find?q={quote(text)}", FIND, status)
    yield Work("what the find field proposes", f"/find/suggestions?q={quote('лено')}", FIND)
    yield Work("today", "/")
    yield Work("today, of a municipality", f"/?municipality={here}")
    yield Work("today, of an oblast", f"/?oblast={here[:4]}")
    yield Work("today, of a programme", f"/?programme={of.programme}")
    yield Work("the map of the country", "/map")
    yield Work("the map of an oblast", f"/map?oblast={of.oblast}")
    yield Work("the map of an oblast, coloured by what is overdue", f"/map?oblast={of.oblast}&colour=overdue")
    yield Work("the map of the country, coloured by what is overdue", "/map?colour=overdue")
    yield Work(
        "the map of a programme, coloured by what is overdue", f"/map?programme={of.programme}&colour=overdue"
    )
    yield Work("the map of a programme", f"/map?programme={of.programme}")
    yield Work("a municipality", f"/municipalities/{here}")
    yield Work("the list of municipalities", "/municipalities")
    yield Work("what is due", "/due")
    yield Work("what is due of one rule", "/due?rule=maintenance")
    yield Work("what is due of a programme", f"/due?programme={of.programme}")
    yield Work("how much is due", f"{api}/due/counts")
    yield Work("the list of consignments", "/consignments")
    yield Work("consignments on their way", "/consignments?status=dispatched")
    yield Work("a consignment", f"/consignments/{of.consignment}")
    yield Work("the calendar", "/calendar")
    yield Work("the labels of a consignment", f"/labels?consignment={of.consignment}")
    yield Work("a service point", f"/points/{of.point}")
    yield Work("loss cases", "/losses")
    yield Work("the list of programmes", "/programmes")
    yield Work("the list of reports", "/reports")
    yield from _reports()


def _lists(of: Known) -> Iterator[Work]:
    yield Work("a list of 100, newest first", "/api/v1/assets?limit=100")
    for what, asked in (
        ("all", {}),
        ("in the order of names", {"sort": "name"}),
        ("of a programme", {"programme": of.programme}),
        ("of an oblast", {"oblast": MUNICIPALITY[:4]}),
        ("of an oblast, in the order of names", {"oblast": MUNICIPALITY[:4], "sort": "name"}),
        ("of a municipality", {"municipality": MUNICIPALITY}),
        ("of a category and condition", {"category": "ups", "condition": "needs_attention"}),
        ("of a stage", {"stage": "dispatched"}),
        ("of what is gone", {"gone": "yes"}),
        ("by a word", {"q": "ноутбук"}),
        ("without an inventory number", {"missing": "inventory_number"}),
    ):
        yield Work(f"page of assets, {what}", "/assets?" + urlencode(asked))


def _reports() -> Iterator[Work]:
    """Made anew each time, and what is kept of them when asked again."""
    municipality, pilot = f"/reports/municipalities/{MUNICIPALITY}", "/reports/programmes/PILOT"
    anew, day = f"known_on={NOW}", "as_of=2023-06-01"
    one, all_of = "report of a municipality", "report of a programme with 5,000 assets"
    yield Work(f"{one}, JSON", f"/api/v1{municipality}.json?{anew}", REPORT)
    yield Work(f"{one} as of a day, JSON", f"/api/v1{municipality}.json?{day}&{anew}", REPORT)
    yield Work(f"{one}, page", f"{municipality}?{anew}", REPORT)
    yield Work(f"{one}, page again", municipality)
    yield Work(f"{one}, PDF", f"/api/v1{municipality}.pdf?{anew}", PDF)
    yield Work(f"{all_of}, the click", f"{pilot}?{anew}", FIND, worker=True)
    yield Work(f"{all_of}, XLSX, the click", f"{pilot}/files/xlsx?{anew}", FIND, worker=True)
    yield Work(f"{all_of}, page made at once", f"{pilot}?{anew}", 0)
    yield Work(f"{all_of}, page again", pilot)
    yield Work(f"{all_of}, what a figure is made of", f"{pilot}/figures/in_service")
    yield Work(f"{all_of}, JSON", f"/api/v1{pilot}.json?{anew}", 0)
    yield Work(f"{all_of}, XLSX", f"/api/v1{pilot}.xlsx?{anew}", 0)


async def _prepare(url: str) -> None:
    """Every preset of rules for every programme, and somebody who may see all."""
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        programmes = list(await conn.scalars(select(programme.c.id)))
        for each in programmes:
            for preset in PRESETS:
                await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=each))
        coordinates = (Grant(role="coordinator", programme=each) for each in programmes)
        grants = (Grant(role="administrator"), *coordinates)
        await users.add_user(conn, COMMAND_LINE, email=READER, name="Reader", password=None, grants=grants)
    await engine.dispose()


def fill(server: EmbeddedServer, url: str, assets: int) -> None:
    """What ``kept`` fills a new database with; says how long it took."""
    began = time.perf_counter()
    rate = seed(url, assets)
    asyncio.run(_prepare(as_app(url)))
    spent = asyncio.run(sealed(server, url, server.data_dir))
    took = time.perf_counter() - began
    print(f"{assets:,} assets: {rate:,.0f} events a second, sealed in {spent:,.0f} s, {took:,.0f} s in all")


class Spent(NamedTuple):
    """Seconds of one request: of the processor in this process and in all, and by the clock."""

    ours: float
    total: float
    wall: float


class Asked(NamedTuple):
    """An application over a database, what there is to ask for, and who asks."""

    server: EmbeddedServer
    app: Any
    headers: list[tuple[bytes, bytes]]
    known: Known

    async def spent(self, path: str, statuses: tuple[int, ...]) -> Spent:
        """What one request takes, which must answer one of ``statuses``."""
        cpu = Cpu(self.server)
        status = await ask(self.app, path, self.headers)
        assert status in statuses, (path, status)
        return Spent(*cpu.spent())

    @asynccontextmanager
    async def announced(self) -> AsyncIterator[None]:
        """A worker is said to be there; what is left for it is nobody's business afterwards."""
        engine = make_engine(self.app.state.settings.database_url, poolclass=NullPool)
        async with engine.connect() as lease:
            await lease.execution_options(isolation_level="AUTOCOMMIT")
            await queue.announce(lease)
            yield
        async with transaction(engine) as conn:
            await conn.execute(delete(job).where(job.c.kind == "report"))
            await conn.execute(delete(report_work))
        await engine.dispose()


@asynccontextmanager
async def asked(server: EmbeddedServer, owner: str) -> AsyncIterator[Asked]:
    """The application as it is served, over the database of ``owner``."""
    url = as_app(owner)
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        user = await conn.scalar(select(user_account.c.id).where(user_account.c.email == READER))
        token = (await tokens.make_token(conn, COMMAND_LINE, "bench", user=user)).token
        known = await _known(conn)
    async with transaction(engine) as conn:  # as the job that comes every five minutes
        await due_kept.keep(conn, kyiv.today())
    await engine.dispose()
    # The folder that the key of the ledger was made in.
    env = {"DATABASE_URL": url, "DATA_DIR": str(server.data_dir), "SECRET_KEY": SECRET}
    app = create_app(Settings.from_env({f"ASSET_TRACKER_{name}": value for name, value in env.items()}))
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"accept-language", b"uk")]
    async with app.lifespan():
        yield Asked(server, app, headers, known)


async def _known(conn: Any) -> Known:
    a = asset.c
    there = select(a.tag, a.serial, a.consignment_id, a.programme_id, a.act_id, a.service_point_id)
    row = (
        await conn.execute(there.where(a.municipality_code == MUNICIPALITY, a.act_id.is_not(None)).limit(1))
    ).one()
    numbered = select(consignment.c.number).where(consignment.c.id == row.consignment_id)
    planned = select(a.tag).where(a.municipality_code == MUNICIPALITY, a.category == "ups").limit(1)
    return Known(
        tag=row.tag,
        serial=row.serial,
        consignment=str(row.consignment_id),
        number=str(await conn.scalar(numbered)),
        act=str(await conn.scalar(select(act.c.number).where(act.c.id == row.act_id))),
        programme=str(row.programme_id),
        point=str(row.service_point_id),
        planned=str(await conn.scalar(planned)),
        oblast=str(
            await conn.scalar(select(municipality.c.oblast_code).where(municipality.c.code == MUNICIPALITY))
        ),
    )


class Took(NamedTuple):
    """Seconds by the clock (the middle) and of processor (the mean), in all and this process's of it."""

    clock: float
    processor: float
    ours: float

    @classmethod
    def of(cls, spent: Sequence[Spent]) -> Self:
        return cls(
            median(each.wall for each in spent),
            fmean(each.total for each in spent),
            fmean(each.ours for each in spent),
        )


async def in_turns(
    sides: Sequence[Asked], paths: Sequence[str], statuses: tuple[int, ...], *, worker: bool = False
) -> list[Took]:
    """What the same costs on each side, asked in turns; the first one only warms up."""
    if worker:
        async with AsyncExitStack() as stack:
            for side in sides:
                await stack.enter_async_context(side.announced())
            return await in_turns(sides, paths, statuses)
    taken: list[list[Spent]] = [[] for _ in sides]
    runs, turn = RUNS, 0
    while turn <= runs:
        for side, path, spent in zip(sides, paths, taken, strict=True):
            spent.append(await side.spent(path, statuses))
            if not turn and spent[0].wall > ENOUGH:
                runs = SLOW
        turn += 1
    return [Took.of(spent[1:]) for spent in taken]


async def measure(owners: list[tuple[EmbeddedServer, str]], only: str) -> list[tuple[str, ...]]:
    """The rows of the table."""
    rows = []
    async with AsyncExitStack() as stack:
        sides = [await stack.enter_async_context(asked(*owner)) for owner in owners]
        for each in zip(*(work(side.known) for side in sides), strict=True):
            what, paths = each[0], [one.path for one in each]
            if only in what.name:
                small, large = await in_turns(sides, paths, (what.status,), worker=what.worker)
                await _weigh(sides, what.name, paths)
                rows.append(_row(what, small, large))
                print(" | ".join(rows[-1]), flush=True)
    return rows


async def _weigh(sides: Sequence[Asked], name: str, paths: Sequence[str]) -> None:
    """No page weighs more than ``HEAVY``, unpacked, in a database of either size."""
    for side, path in zip(sides, paths, strict=True):
        weights: list[int] = []
        await ask(side.app, path, side.headers, weights=weights)
        if sum(weights) >= HEAVY and not path.startswith("/api/"):
            raise SystemExit(f"{name}: {sum(weights):,} bytes, which is no page")


def _row(each: Work, small: Took, large: Took) -> tuple[str, ...]:
    ratio = large.processor / small.processor
    wanted = f"under {each.at_most}" if each.at_most else ""
    if (each.at_most and large.clock * 1000 > each.at_most) or ratio > FLAT:
        wanted = f"**{wanted or 'flat'}**"
    return (
        each.name,
        f"{small.clock * 1000:.1f}",
        f"{large.clock * 1000:.1f}",
        f"{large.clock / small.clock:.2f}",
        f"{large.processor * 1000:.1f}",
        f"{ratio:.2f}",
        wanted,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder for the databases, to be used again")
    parser.add_argument("--only", default="", help="a word in the names of what to measure")
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of(given.keep))
        owners = [
            stack.enter_context(kept(folder / str(assets), partial(fill, assets=assets), **FILLING))
            for assets in (given.small, given.large)
        ]
        collector.seldom()
        rows = asyncio.run(measure(owners, given.only))
    show("scale", HEAD, rows, given.write)


if __name__ == "__main__":
    main()
