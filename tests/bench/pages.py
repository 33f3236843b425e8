"""Every page that there is, asked at a size: the answer to a click is wanted within 100 ms at 100,000 assets.

    python tests/bench/pages.py [--assets 100000] [--keep FOLDER] [--only PART] [--write FILE]

Which pages, is told by the table of routes that the tests walk (``factories.pages``), with their other faces, and
by ``scale.py``, whose database it is too. What stands behind an address is what a large database has there (an
asset of the pilot, the municipality with 500 assets, a loss, a stocktake of 500, a list of 1,000 rows to import),
and for what the seed has none of, one of each thing that the tests make. With ``--keep`` it all stays in that folder.
"""

import argparse
import asyncio
import json
import logging
import re
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench_database import folder_of, kept
from scale import FILLING, SECRET, Asked, Known, Took, asked, fill, in_turns, work
from seed import MUNICIPALITY
from sqlalchemy import select
from tables import show

sys.path.insert(0, str(Path(__file__).parents[1]))
from asset_tracker import collector
from asset_tracker.assets.tables import asset_case
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import transaction
from asset_tracker.ledger.tables import asset, asset_share, event
from factories.offices import Offices, furnish
from factories.pages import every_page, more_things
from integration.access.walk import filled

SLOWEST = 10
WANTED = 100  # milliseconds, by the clock and by processor
SOME_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
HEAD = ("page", "by the clock, ms", "by processor, ms", "of it PostgreSQL, ms")
LISTED = 1000


class Page(NamedTuple):
    """An address as the table of routes has it and with what stands behind it, and what it may answer.

    ``worker``: as ``scale.Work`` has it.
    """

    name: str
    path: str
    answers: tuple[int, ...]
    worker: bool = False


async def things(side: Asked, folder: Path) -> dict[str, Any]:
    """What the addresses speak of: made the first time, and kept beside the database."""
    file = folder / "things.json"
    if not file.exists():
        offices = Offices(side.app)
        await furnish(offices)
        more = await more_things(offices, SECRET)
        own = offices.own | more | {"user": offices.users["C"]}
        file.write_text(json.dumps(own | await _large(offices, side), default=str))
        await offices.client.aclose()
    return dict(json.loads(file.read_text()))


async def _large(offices: Offices, side: Asked) -> dict[str, Any]:
    """What the large database has behind the same names."""
    of, a = side.known, asset.c
    async with transaction(offices.engine) as conn:
        at = (await conn.execute(select(a.id, a.act_id).where(a.tag == of.tag))).one()
        case = await conn.scalar(select(asset_case.c.case_id).limit(1))
        seen = await conn.scalar(select(event.c.id).where(event.c.asset_id == at.id, event.c.seq == 1))
        donor = await conn.scalar(select(asset_share.c.donor_id).where(asset_share.c.asset_id == at.id))
    here = {"municipality": MUNICIPALITY, "programmes": [of.programme], "counter": offices.users["A"]}
    campaign, ended = [(await offices.made("A", "/api/v1/verifications", here))["id"] for _ in range(2)]
    await offices.made("A", f"/api/v1/verifications/{ended}/end")
    rows = (f"{MUNICIPALITY},LARGE-1,laptop,Laptop,SN-L-{n},1" for n in range(LISTED))
    listed = "\n".join(["Municipality,Consignment,Category,Name,Serial number,Quantity", *rows])
    sent = {"file": ("list.csv", listed.encode(), "text/csv")}
    batch = await offices.made("A", "/api/v1/imports", files=sent, data={"programme": "PILOT"})
    return {
        **{name: getattr(of, name) for name in ("tag", "consignment", "programme", "point")},
        "asset": at.id,
        "event": seen,
        "act": at.act_id,
        "donor": donor,
        "case": case,
        "place": MUNICIPALITY,
        "campaign": campaign,
        "ended": ended,
        "batch": batch["batch"]["id"],
        "programme_code": "PILOT",
    }


def pages(made: dict[str, Any], known: Known) -> list[Page]:
    """Each address once, asked by somebody who may see everything; the public ones answer alike."""
    found: dict[str, Page] = {}
    for each in work(known):
        if not each.path.startswith("/api/"):
            found[each.name] = Page(each.name, each.path, (each.status,), each.worker)
    known_paths = {each.path for each in found.values()}
    for _who, path, answers in every_page(made):
        address = filled(path, made)
        if address not in known_paths:
            found.setdefault(address, Page(SOME_ID.sub("…", path), address, answers))
    return list(found.values())


async def measure(server: EmbeddedServer, owner: str, folder: Path, only: str) -> list[tuple[Page, Took]]:
    """What each page takes."""
    async with asked(server, owner) as side:
        made = await things(side, folder)
        found = []
        for page in pages(made, side.known):
            if only in page.name:
                (took,) = await in_turns([side], [page.path], page.answers, worker=page.worker)
                found.append((page, took))
                print(" | ".join(_row(page, took)), flush=True)
    return found


def _row(page: Page, took: Took) -> tuple[str, ...]:
    spent = (took.clock, took.processor, took.processor - took.ours)
    return (f"`{page.name}`", *(f"{each * 1000:.0f}" for each in spent))


def table(found: list[tuple[Page, Took]]) -> list[tuple[str, ...]]:
    """The slowest by processor, and what the others come to."""
    ordered = sorted(found, key=lambda each: -each[1].processor)
    over = sum(each.processor * 1000 > WANTED for _, each in ordered)
    others = [took for _, took in ordered[SLOWEST:]]
    rows = [_row(*each) for each in ordered[:SLOWEST]]
    if others:
        clock = [each.clock * 1000 for each in others]
        spent = [each.processor * 1000 for each in others]
        told = (f"at most {max(some):.0f}, the middle {median(some):.0f}" for some in (clock, spent))
        rows.append((f"the other {len(others)}", *told, ""))
    rows.append((f"of all {len(ordered)} over {WANTED} ms", "", str(over), ""))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder for the database, to be used again")
    parser.add_argument("--only", default="", help="a part of the addresses of what to measure")
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    with ExitStack() as stack:
        at = stack.enter_context(folder_of(given.keep)) / str(given.assets)
        owner = stack.enter_context(kept(at, partial(fill, assets=given.assets), **FILLING))
        collector.seldom()
        found = asyncio.run(measure(*owner, at, given.only))
    show("pages", HEAD, table(found), given.write)


if __name__ == "__main__":
    main()
