"""One table: what the product takes beside the least that could do the same, in one run on one machine.

    python tests/bench/summary.py [--assets 10000] [--write docs/benchmarks.md]     (``make bench``)

Each row is a ratio; what stands beside it was measured in the same run, most of it in turns. How each is
measured is told by the scripts that do it: ``beside.py``, ``ledger_write.py``, ``imports.py``, ``labels_pdf.py``
and ``stack.py``, which may be run by themselves for more. Takes some three minutes.
"""

import argparse
import asyncio
import contextlib
import io
import logging
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import beside
import imports
import labels_pdf
import ledger_write
import stack
from bench_database import database
from seed import seed
from tables import show

from asset_tracker import collector
from asset_tracker.db.embedded import EmbeddedServer

HEAD = ("what", "ours", "beside it", "the least that could do it", "ratio", "by processor", "target")
ROWS, LABELS = 10_000, 1_000
TARGETS = {"look-up by tag": "at least 0.5", "list page of 100": "at least 0.5"}
Row = tuple[str, ...]


def requests_and_events(assets: int) -> Iterator[Row]:
    """The rows that need a filled database."""
    with tempfile.TemporaryDirectory() as folder, database(fsync="off") as (server, url):
        seed(url, assets)
        for each in asyncio.run(beside.measure(server, url, Path(folder))):
            yield (
                each.name,
                f"{each.ours:,.4g} a second",
                f"{each.bare:,.4g} a second",
                "bare Litestar route, one asyncpg SELECT",
                f"{each.ratio:.2f}",
                f"{each.by_cpu:.2f}",
                TARGETS.get(each.name, ""),
            )
        ours, bare = asyncio.run(ledger_write.cost_of_an_event(server, url))
        yield (
            "100 events by `POST /api/v1/events`",
            f"{ours * 1e5:.1f} ms",
            f"{bare * 1e5:.1f} ms",
            "bare asyncpg INSERT of the same 100 rows",
            "",
            f"{bare / ours:.2f}",
            "",
        )


def import_of_a_workbook() -> Row:
    """From the file to recorded events."""
    folder = Path(tempfile.mkdtemp(prefix="at-bench-"))
    folder.chmod(0o755)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            ours, reading = asyncio.run(imports.measure(folder, ROWS))
    finally:
        EmbeddedServer(folder / "db").stop()
        shutil.rmtree(folder, ignore_errors=True)
    what = f"import of {ROWS:,} rows of {len(imports.HEADINGS)} columns"
    said = "openpyxl merely reading the sheet"
    return (what, f"{ours:.2f} s", f"{reading:.2f} s", said, "", f"{reading / ours:.2f}", "")


def labels() -> Row:
    """A PDF of labels with a symbol each."""
    ours, plain = (labels_pdf.run(way, LABELS)["cpu"] for way in ("ours", "plain"))
    said = "`qrcode` on a reportlab canvas"
    return (
        f"{LABELS:,} labels as PDF",
        f"{ours:.2f} s",
        f"{plain:.2f} s",
        said,
        "",
        f"{plain / ours:.1f}",
        "",
    )


def start_and_memory() -> Iterator[Row]:
    """The stack that ``serve`` starts."""
    ours, bare = stack.measure()
    said = "bare Litestar route with a PostgreSQL of its own"
    ratio = f"{bare.start / ours.start:.2f}"
    yield (
        "start of `serve`",
        f"{ours.start:.2f} s",
        f"{bare.start:.2f} s",
        said,
        ratio,
        f"{bare.start_cpu / ours.start_cpu:.2f}",
        "under 2 s",
    )
    ratio = f"{bare.memory / ours.memory:.2f}"
    what = "memory of the idle stack: server, worker, PostgreSQL"
    yield (what, f"{ours.memory:.0f} MB", f"{bare.memory:.0f} MB", said, ratio, "", "under 300 MB")


def machine(assets: int) -> str:
    """Where and when, in a sentence; the load tells whether others were at work."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors ({platform.machine()}), Python "
        f"{platform.python_version()}, {assets:,} assets with {10 * assets:,} events, load at the end {load:.1f}"
    )


def rows(assets: int) -> Iterator[Row]:
    """As they are measured."""
    yield from start_and_memory()
    yield from requests_and_events(assets)
    yield import_of_a_workbook()
    yield labels()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    given = parser.parse_args()
    collector.seldom()
    logging.disable(logging.WARNING)
    show("bench", HEAD, rows(given.assets), given.write)
    told = machine(given.assets)
    print(told)
    if given.write:
        put("machine", told, given.write)


def put(name: str, told: str, document: Path) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end -->``."""
    before, mark, rest = document.read_text("utf-8").partition(f"<!-- {name} -->\n")
    document.write_text(f"{before}{mark}{told}\n{rest[rest.index('<!-- end -->') :]}", "utf-8")


if __name__ == "__main__":
    main()
