"""From the bytes of a file to the stored plan of what would come of it."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.db import bulk
from asset_tracker.imports import recorded, sheet
from asset_tracker.imports.cells import Row, column_index
from asset_tracker.imports.known import Item, Known, wanted
from asset_tracker.imports.line import Line
from asset_tracker.imports.lines import LineReader
from asset_tracker.imports.plan import Planner
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.survey import aftermath, survey
from asset_tracker.imports.tables import import_row
from asset_tracker.imports.views import Choices, ConsignmentPlan, Counts, Plan
from asset_tracker.ledger.ids import uuid7
from asset_tracker.territory.queries import municipality_index

CHUNK = 100
_ROW = ("batch_id", "n", "action", "weight", "programme_id", "asset_id", "kit_key", "item")
_WEIGHT = {"warning": 1, "error": 2, "question": 2}
_json = msgspec.json.Encoder(decimal_format="string").encode


async def plan_file(
    conn: AsyncConnection, actor: Actor, batch_id: UUID, name: str, data: bytes, choices: Choices
) -> Plan:
    """Read the file and store the plan's rows under ``batch_id``; answers the plan without them.

    Raises InvalidError that says what the file is, if it is no table.
    """
    with tempfile.TemporaryDirectory(prefix="asset-tracker-import-") as folder:
        # the name is only looked at for its ending; the path is ours
        source = Path(folder) / f"upload{_ending(name)}"
        await anyio.to_thread.run_sync(source.write_bytes, data)
        book = await anyio.to_thread.run_sync(partial(sheet.read, source, Path(folder) / "rows"))
        return await _Planning(conn, actor, batch_id, choices).run(book)


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if ending in {".xlsx", ".ods", ".csv"} else ""


class _Planning:
    def __init__(self, conn: AsyncConnection, actor: Actor, batch_id: UUID, choices: Choices) -> None:
        self.conn, self.actor, self.batch_id, self.choices = conn, actor, batch_id, choices
        self.planner, self.known = Planner(), Known()
        self.asked: set[tuple[UUID, str]] = set()
        self.tally = Tally()
        self.n = 0
        self.fixes = _by_place(choices.fixes)

    async def run(self, book: sheet.Book) -> Plan:
        programmes = await recorded.programmes_for(self.conn, self.actor)
        index = await municipality_index(self.conn)
        looked = await anyio.to_thread.run_sync(survey, book, self.choices.answers, self.choices.defaults)
        readers = []
        for mapping in looked.mappings:
            reader = LineReader(
                mapping, index, programmes, self.choices.defaults, since_1904=book.about.since_1904
            )
            readers.append(reader)
            rows = self._fixed(mapping.name, book.rows(mapping.sheet))
            # in threads, so that others are answered in between
            while lines := await anyio.to_thread.run_sync(_next_lines, reader, rows):
                await recorded.learn(self.conn, self.actor, self.known, wanted(lines), self.asked)
                await self._store(await anyio.to_thread.run_sync(self._judge, lines))
        await self._store(self.planner.finish(self.known))
        problems = (*looked.problems, *_split(self.planner.split), *aftermath(readers))
        return self.tally.plan(looked.mappings, problems, self.known)

    def _judge(self, lines: list[Line]) -> list[Item]:
        judged = []
        for n, line in enumerate(lines):
            if (item := self.planner.judge(line, self.known)) is not None:
                judged.append(item)
            if not n % 8:
                time.sleep(0)
        return judged

    async def _store(self, items: Iterable[Item]) -> None:
        rows = []
        for item in items:
            self.tally.add(item)
            self.n += 1
            rows.append(self._row(item))
        if rows:
            await bulk.copy(self.conn, import_row, _ROW, rows)

    def _row(self, item: Item) -> tuple[Any, ...]:
        asset = uuid7() if item.action == "create" else item.asset
        return (
            self.batch_id,
            self.n,
            item.action,
            max((_WEIGHT[problem.severity] for problem in item.problems), default=0),
            item.facts.programme if item.facts else None,
            asset,
            item.kit_key,
            _json(item).decode(),
        )

    def _fixed(self, name: str, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows with what the person typed over their cells."""
        fixes = self.fixes.get(name)
        if not fixes:
            yield from rows
            return
        for row in rows:
            yield _with(row, fixes[row.number]) if row.number in fixes else row


class Tally:
    """Adds up what the rows come to."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.values: dict[str, Decimal] = {}
        self.consignments: dict[tuple[UUID, str, str], int] = {}
        self.municipalities: set[str] = set()

    def add(self, item: Item) -> None:
        setattr(self.counts, item.action, getattr(self.counts, item.action) + 1)
        self.counts.warnings += sum(problem.severity == "warning" for problem in item.problems)
        facts = item.facts
        if item.action != "create" or facts is None:
            return
        self.municipalities.add(facts.municipality)
        if facts.unit_price is not None and facts.currency:
            worth = facts.unit_price * facts.quantity
            self.values[facts.currency] = self.values.get(facts.currency, Decimal(0)) + worth
        if facts.consignment:
            key = (facts.programme, facts.consignment, facts.municipality)
            self.consignments[key] = self.consignments.get(key, 0) + 1

    def plan(self, mappings: tuple[Any, ...], problems: tuple[Problem, ...], known: Known) -> Plan:
        self.counts.questions += sum(problem.severity in {"question", "error"} for problem in problems)
        self.counts.warnings += sum(problem.severity == "warning" for problem in problems)
        return Plan(
            counts=self.counts,
            sheets=mappings,
            problems=problems[:500],
            consignments=tuple(
                ConsignmentPlan(*key, assets=n, new=known.consignment(key[0], key[1]) is None)
                for key, n in self.consignments.items()
            ),
            municipalities=len(self.municipalities),
            values={currency: str(worth) for currency, worth in sorted(self.values.items())},
        )


def _split(split: Mapping[str, set[str]]) -> Iterator[Problem]:
    for number, others in split.items():
        yield Place(sheet="", field="consignment").problem(
            "warning",
            "split-consignment",
            "The consignment %(number)s serves several municipalities; each of them gets its own: %(others)s.",
            number=number,
            others=", ".join(sorted(others)[:5]),
        )


def _next_lines(reader: LineReader, rows: Iterator[Row]) -> list[Line]:
    """The lines of the next rows; none at the end of the sheet."""
    lines: list[Line] = []
    for row in rows:
        lines += reader.lines(row)
        if not row.number % 8:
            time.sleep(0)  # hands the interpreter to whoever waits to be answered
        if len(lines) >= CHUNK:
            break
    return lines


def _by_place(fixes: Mapping[str, str]) -> dict[str, dict[int, dict[int, str]]]:
    """``{"Sheet!C12": text}`` by sheet, row and column; what is not so written is passed over."""
    found: dict[str, dict[int, dict[int, str]]] = {}
    for place, text in fixes.items():
        name, _, cell = place.rpartition("!")
        letters = cell.rstrip("0123456789")
        number = cell[len(letters) :]
        if letters.isascii() and letters.isupper() and len(letters) <= 3 and number and len(number) < 8:
            found.setdefault(name, {}).setdefault(int(number), {})[column_index(letters)] = text
    return found


def _with(row: Row, fixes: Mapping[int, str]) -> Row:
    cells = list(row.cells)
    for index, text in fixes.items():
        if index < 1000:
            cells.extend([None] * (index + 1 - len(cells)))
            cells[index] = text or None
    return msgspec.structs.replace(row, cells=tuple(cells))
