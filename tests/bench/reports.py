"""What reports cost: 500 assets with ten years of events, and tables of 20,000 items.

Run it as ``python tests/bench/reports.py``. It needs no database: the time of the queries is another bench's.
"""

import io
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from uuid import UUID

from openpyxl import Workbook

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chain import opened, seal
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.reports.columns import item_columns
from asset_tracker.reports.compose import municipality_facts, report
from asset_tracker.reports.csv import iter_csv
from asset_tracker.reports.fold import Known, stand, tell
from asset_tracker.reports.formats import FORMATS

MUNICIPALITY = "UA18080010000090720"
START = datetime(2015, 1, 10, 9, tzinfo=UTC)
YEARS = 10


def lives(assets: int) -> list[list[tuple[bytes, object]]]:
    """For each asset the stored bytes of ten years: delivered, installed, twice a year looked after."""
    donor, point = uuid7(), uuid7()
    found = []
    for _ in range(assets):
        asset = uuid7()
        registered = ev.Registered(
            category="laptop",
            name_uk="Ноутбук",
            tag=new_tag(),
            unit_price=Decimal("38499.99"),
            currency="UAH",
            shares=(Share(donor, Decimal(100)),),
            destination=MUNICIPALITY,
        )
        facts: list[ev.Payload] = [
            registered,
            ev.Dispatched(),
            ev.Delivered(municipality=MUNICIPALITY),
            ev.Accepted(act=donor, act_number="A-1"),
            ev.Installed(service_point=point, municipality=MUNICIPALITY),
            ev.Commissioned(),
        ]
        for _ in range(YEARS):
            facts += [ev.Maintained(work="Чищення"), ev.Verified(condition="working")]
        found.append([_sealed(asset, n, fact) for n, fact in enumerate(facts, 1)])
    return found


def _sealed(asset: UUID, seq: int, fact: ev.Payload) -> tuple[bytes, object]:
    at = START + timedelta(days=seq * 120)
    draft = Draft(id=uuid7(), asset=asset, occurred_at=at, payload=fact)
    return seal(draft, seq=seq, recorded_at=at, actor=asset, programme=None)


def timed(label, work):
    begun = process_time()
    made = work()
    print(f"{label:<58}{process_time() - begun:8.3f} s CPU")
    return made


def told(stored):
    known = Known(programmes={}, points={}, consignments={}, tags={})
    day = datetime(2026, 1, 1, tzinfo=UTC)
    found = []
    for asset in stored:
        standing = stand([opened(body, private) for body, private in asset], day, None)
        found.append(tell(standing, known))
    return found


def plain_table(cells: list[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for row in cells:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from factories.reports import item, making, material, timeline

    stored = lives(500)
    print(f"500 assets, {sum(map(len, stored))} events")
    parts = timed("opened, cut at the day, folded, told", lambda: told(stored))
    happenings = tuple(line for part in parts for line in part.happenings)
    made = material(items=tuple(part.item for part in parts), timeline=happenings, losses=())
    facts = timed("figures and content hash", lambda: report(municipality_facts(made), making()))
    for name in ("json", "pdf", "xlsx", "csv"):
        body = timed(f"written as {name}", lambda name=name: FORMATS[name].write(facts))
        print(f"{'':<58}{len(body):10,} bytes")

    many = tuple(item(n) for n in range(20_000))
    table = report(
        municipality_facts(material(items=many, timeline=timeline(many[:10]), losses=())), making()
    )
    rows = timed("20,000 items as csv", lambda: sum(len(piece) for piece in iter_csv(table)))
    print(f"{'':<58}{rows:10,} bytes")
    tracemalloc.start()
    for _piece in iter_csv(table):
        pass
    print(f"{'most memory at a time while it is streamed':<58}{tracemalloc.get_traced_memory()[1]:10,} bytes")
    tracemalloc.stop()
    timed("20,000 items as xlsx", lambda: FORMATS["xlsx"].write(table))
    columns = len(item_columns(table.facts, "uk"))
    cells: list[list[object]] = [
        [n, "Ноутбук 15,6″", "Lenovo", Decimal("38499.99"), START.date(), *["у роботі"] * (columns - 5)]
        for n in range(20_000)
    ]
    timed("the same number of cells by openpyxl alone", lambda: plain_table(cells))


if __name__ == "__main__":
    main()
