"""What an import costs, from the file to committed events, beside merely reading the sheet with openpyxl.

    python tests/bench/imports.py [--rows 10000] [--columns 20]

CPU is that of this process and of the reader it starts; the database server's is not counted on either side.
"""

import argparse
import asyncio
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench_database import as_app
from openpyxl import Workbook, load_workbook

sys.path.insert(0, str(Path(__file__).parents[1]))
from asset_tracker import collector
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.files.storage import Storage
from asset_tracker.imports import commit
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.views import Choices
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.service import load_shipped
from factories.uploading import upload

HEADINGS = [
    "№ з/п", "Громада", "Область", "Партія", "Категорія", "Найменування", "Назва англійською", "Виробник", "Модель",
    "Серійний номер", "К-сть", "Ціна за од., грн", "Рік випуску", "Дата придбання", "Гарантія до", "Інвентарний номер",
    "Партномер", "Коробка", "MAC", "Примітка",
]  # fmt: skip


def main() -> None:
    bench(__doc__, measure)


def bench(says: str | None, measure: Callable[[Path, int], Awaitable[Any]]) -> None:
    """Measure with as many rows as asked for, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--rows", type=int, default=10_000)
    folder = Path(tempfile.mkdtemp(prefix="at-bench-", dir="/tmp"))
    folder.chmod(0o755)
    rows = parser.parse_args().rows
    collector.seldom()  # as the server and its worker do
    try:
        asyncio.run(measure(folder, rows))
    finally:
        EmbeddedServer(folder / "db").stop()
        shutil.rmtree(folder, ignore_errors=True)


async def measure(folder: Path, rows: int) -> tuple[float, float]:
    """Seconds of CPU: from the file to recorded events, and openpyxl merely reading it. Prints as it goes."""
    path = write(folder / "list.xlsx", rows)
    print(f"{rows} rows of {len(HEADINGS)} columns, {path.stat().st_size / 1024:.0f} kB")
    reading = cpu(lambda: read_with_openpyxl(path))
    print(f"openpyxl, read-only, merely reading: {reading:.2f} s CPU")
    engine = make_engine(await prepared(folder), statement_timeout="300s")
    storage = Storage.open((folder / "files").as_uri())
    choices = Choices(defaults=Defaults(programme="BENCH"))
    data = path.read_bytes()
    total = 0.0
    batch = None
    async with transaction(engine) as conn:
        spent, batch = await acpu(lambda: upload(conn, storage, COMMAND_LINE, path.name, data, choices))
        total += spent
        print(f"ours, read and planned: {spent:.2f} s CPU; {batch.plan.counts}")
    async with transaction(engine) as conn:
        spent, _ = await acpu(lambda: commit.commit_batch(conn, COMMAND_LINE, batch.id))
        total += spent
        print(f"ours, committed as events: {spent:.2f} s CPU")
    print(f"ours, from file to events: {total:.2f} s CPU = {total / reading:.2f} of openpyxl's reading")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    async with transaction(engine) as conn:
        spent, batch = await acpu(lambda: upload(conn, storage, COMMAND_LINE, path.name, data, choices))
        print(f"the same file again: {spent:.2f} s CPU; {batch.plan.counts}")
    await engine.dispose()
    return total, reading


async def prepared(folder: Path) -> str:
    """The address, for the log-in of a server, of a new database with all municipalities and a programme BENCH."""
    (folder / "db").mkdir(mode=0o755)
    url = EmbeddedServer(folder / "db").start()
    await migrate.upgrade(url)
    engine = make_engine(url)
    async with engine.begin() as conn:
        await load_shipped(conn)
        ids = [
            await add_party(conn, COMMAND_LINE, NewParty(kind=kind, name_uk=kind, name_en=kind))
            for kind in ("implementer", "donor")
        ]
        shares = (Share(ids[1], Decimal(100)),)
        new = NewProgramme(code="BENCH", name_uk="Б", name_en="B", implementer=ids[0], shares=shares)
        await add_programme(conn, COMMAND_LINE, new)
    await engine.dispose()
    return as_app(url)


def write(path: Path, rows: int) -> Path:
    municipalities = [
        each for each in read_shipped().municipalities if each.category == "H" and not each.gone
    ]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Пакувальний лист")
    sheet.append(HEADINGS)
    for n in range(rows):
        town = municipalities[n // 25 % len(municipalities)]
        sheet.append(
            [
                n + 1, town.code, town.oblast_uk, f"П-{n // 25 + 1}", "ноутбук", "Ноутбук 15,6″ з програмним забезпеченням",
                "Laptop 15.6″", "Lenovo", "ThinkPad E16 Gen 2", f"PF4X{n:06d}", 1, "38 499,99", 2024, "01.06.2024",
                "31.05.2027", f"1014{n:05d}", "21MA000BRA", f"К-{n // 10}", f"00:1A:{n % 97:02d}:{n % 89:02d}", "У комплекті миша",
            ]
        )  # fmt: skip
    book.save(path)
    return path


def read_with_openpyxl(path: Path) -> None:
    book = load_workbook(path, read_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass
    book.close()


def spent_so_far() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def cpu(work: Callable[[], object]) -> float:
    before = spent_so_far()
    work()
    return spent_so_far() - before


async def acpu(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    before, started = spent_so_far(), time.perf_counter()
    result = await work()
    print(f"  ({time.perf_counter() - started:.1f} s by the clock)")
    return spent_so_far() - before, result


if __name__ == "__main__":
    main()
