"""From the bytes of a file to the stored plan of what would come of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.db import bulk
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.imports import sheet
from asset_tracker.imports.cells import Row, column_index
from asset_tracker.imports.kind import Kind, Planning
from asset_tracker.imports.kinds import guess_kind, kind_for, vocabulary_of
from asset_tracker.imports.known import Item
from asset_tracker.imports.line import Line
from asset_tracker.imports.progress import tell
from asset_tracker.imports.rows import RowReader
from asset_tracker.imports.survey import check_answers, survey
from asset_tracker.imports.tables import import_row
from asset_tracker.imports.views import Choices, Plan
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import FIRST_YEAR

CHUNK = 500
_ROW = ("batch_id", "n", "action", "weight", "programme_id", "asset_id", "kit_key", "item")
_WEIGHT = {"warning": 1, "error": 2, "question": 2}
_json = msgspec.json.Encoder(decimal_format="string").encode


async def plan_book(
    conn: AsyncConnection, actor: Actor, batch_id: UUID, book: sheet.Book, choices: Choices
) -> Plan:
    """Store the plan's rows under ``batch_id``; answers the plan without them."""
    _check_day(choices.occurred_on)
    kind = kind_for(actor, choices.kind) if choices.kind else await _guessed(book, actor)
    planning = await kind.planning(conn, actor, choices)
    return await _Run(conn, batch_id, kind, planning, choices).run(book)


def _check_day(day: date | None) -> None:
    """Raises InvalidError for a day to come, and for one at the beginning of the calendar."""
    if day is None:
        return
    if day > kyiv.today():
        raise InvalidError(errors=(FieldError("occurred_on", "This day has not come yet."),))
    if day.year < FIRST_YEAR:
        raise InvalidError(errors=(FieldError("occurred_on", "There is no such day."),))


async def _guessed(book: sheet.Book, actor: Actor) -> Kind:
    return await anyio.to_thread.run_sync(guess_kind, book, actor)


class _Run:
    """Takes the rows of a book through a planning of its kind, and stores what comes of each."""

    def __init__(
        self, conn: AsyncConnection, batch_id: UUID, kind: Kind, planning: Planning, choices: Choices
    ) -> None:
        self.conn, self.batch_id, self.kind, self.planning = conn, batch_id, kind, planning
        self.choices = choices
        self.n = 0
        self.fixes = _by_place(choices.fixes)

    async def run(self, book: sheet.Book) -> Plan:
        vocabulary = await vocabulary_of(self.conn, self.kind.key)
        check_answers(vocabulary, self.choices.answers)
        looked = await anyio.to_thread.run_sync(
            survey, book, vocabulary, self.choices.answers, self.planning.asked
        )
        readers = []
        heights = {info.index: info.rows for info in book.sheets}
        due, done = sum(heights[mapping.sheet] for mapping in looked.mappings), 0
        await tell("planning", 0, due)
        for mapping in looked.mappings:
            reader = self.planning.reader(mapping, since_1904=book.about.since_1904)
            readers.append(reader)
            rows = self._fixed(mapping.name, book.rows(mapping.sheet))
            # in threads, so that others are answered in between
            while lines := await anyio.to_thread.run_sync(_next_lines, reader, rows):
                await self.planning.learn(lines)
                await self._store(await anyio.to_thread.run_sync(self._judge, lines))
                await tell("planning", done + lines[-1].row, due)
            done += heights[mapping.sheet]
        await self._store(self.planning.finish())
        after = (problem for reader in readers for problem in reader.aftermath())
        problems = (*looked.problems, *self.planning.aftermath(), *after)
        return self.planning.tally.plan(self.kind.key, looked.mappings, problems)

    def _judge(self, lines: list[Line]) -> list[Item]:
        return [item for line in lines if (item := self.planning.judge(line)) is not None]

    async def _store(self, items: Iterable[Item]) -> None:
        rows = []
        for item in items:
            self.planning.tally.add(item)
            self.n += 1
            rows.append(self._row(item))
        if rows:
            await bulk.put(self.conn, import_row, _ROW, rows)

    def _row(self, item: Item) -> tuple[Any, ...]:
        asset = uuid7() if item.action == "create" and item.asset is None else item.asset
        return (
            self.batch_id,
            self.n,
            item.action,
            max((_WEIGHT[problem.severity] for problem in item.problems), default=0),
            item.facts.programme if item.facts else item.programme,
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


def _next_lines(reader: RowReader, rows: Iterator[Row]) -> list[Line]:
    """The lines of the next rows; none at the end of the sheet."""
    lines: list[Line] = []
    for row in rows:
        lines += reader.lines(row)
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
