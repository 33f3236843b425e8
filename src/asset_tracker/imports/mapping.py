"""Which row is the heading, and which column is what. [pure]

Nothing is decided in silence: a column that is not recognised is a question, and the person sees five of its
values before they answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell, Mark, Row, column_name
from asset_tracker.imports.vocabulary import Vocabulary, heading_in, heading_key

SAMPLES = 5

Standing = Literal["mapped", "skipped", "unknown"]
# heading (folded) or letters of a column to field; None leaves the column out
Answers = Mapping[str, str | None]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column and what it is taken for. ``unknown`` is a question to the person; ``skipped`` is left out.

    ``unfit``: how many of its values do not fit the field, once all rows were planned. ``currency``: named in the heading.
    """

    index: int
    heading: str
    standing: Standing
    field: str | None = None
    samples: tuple[str, ...] = ()
    unfit: int = 0
    currency: str | None = None

    @property
    def letters(self) -> str:
        return column_name(self.index)


class SheetMapping(msgspec.Struct, frozen=True, kw_only=True):
    """How one sheet is read. ``header_row`` as the spreadsheet shows it; ``numbered``: a row 1, 2, 3 … follows it."""

    sheet: int
    name: str
    header_row: int
    columns: tuple[Column, ...]
    numbered: bool = False

    def fields(self) -> dict[str, Column]:
        """The column of each field that has one (of the first, where there are several)."""
        found: dict[str, Column] = {}
        for column in self.columns:
            if column.field:
                found.setdefault(column.field, column)
        return found


def is_numbering(row: Row) -> bool:
    """Whether the row only counts the columns (1, 2, 3, …), as Ukrainian forms do under their headings."""
    filled = [values.shown(cell) for cell in row.cells if cell is not None]
    return (
        len(filled) >= 3 and filled == [str(n) for n in range(int(filled[0]), int(filled[0]) + len(filled))]
        if (filled and filled[0].isdigit() and len(filled[0]) < 3)
        else False
    )


def map_sheet(
    index: int,
    name: str,
    rows: Iterable[Row],
    vocabulary: Vocabulary,
    answers: Answers | None = None,
) -> SheetMapping | None:
    """The mapping of a sheet from its first rows; None where no heading row is found.

    ``answers`` is what the person said: folded heading (``heading_key``) or letters of the column to field, None
    to leave the column out. It goes before every guess.
    """
    head = list(rows)
    header, _ = vocabulary.find_header(head)
    if header is None:
        return None
    below = [row for row in head if row.number > header.number]
    numbered = bool(below) and is_numbering(below[0])
    body = below[1:] if numbered else below
    chosen = _choose(header, body, vocabulary, answers or {})
    return SheetMapping(
        sheet=index, name=name, header_row=header.number, numbered=numbered, columns=tuple(chosen)
    )


def _choose(header: Row, body: Sequence[Row], vocabulary: Vocabulary, answers: Answers) -> list[Column]:
    width = max([len(header.cells), *(len(row.cells) for row in body)])
    headings = [heading_in(header.cells[at]) if at < len(header.cells) else "" for at in range(width)]
    said: dict[int, str | None] = {}
    guesses: list[tuple[float, int, str]] = []
    for at, heading in enumerate(headings):
        for key in (column_name(at), heading_key(heading), heading):
            if key and key in answers:
                said[at] = answers[key]
                break
        else:
            field, sure = vocabulary.guess(heading) if heading else (None, 0.0)
            if field:
                guesses.append((sure, at, field))
    fields = {at: field for at, field in said.items() if field}
    for _, at, field in sorted(guesses, key=lambda each: (-each[0], each[1])):
        if field not in fields.values() or vocabulary.by_key[field].many:
            fields[at] = field
    return [
        column
        for at in range(width)
        if (
            column := _column(
                at, headings[at], body, fields.get(at), vocabulary, skipped=at in said and said[at] is None
            )
        )
    ]


def _column(
    at: int,
    heading: str,
    body: Sequence[Row],
    field: str | None,
    vocabulary: Vocabulary,
    *,
    skipped: bool,
) -> Column | None:
    filled = [
        row.cells[at]
        for row in body
        if at < len(row.cells) and row.cells[at] is not None and not _covered(row.cells[at])
    ]
    if not heading and not filled:
        return None
    standing: Standing = "mapped" if field else "unknown"
    if not field and (skipped or not filled or vocabulary.is_skipped(heading)):
        standing = "skipped"
    distinct = dict.fromkeys(text for cell in filled if (text := values.shown(cell)))
    return Column(
        index=at,
        heading=heading,
        field=field,
        standing=standing,
        samples=tuple(list(distinct)[:SAMPLES]),
        currency=values.currency_in(heading) if field in {"unit_price", "total_price"} else None,
    )


def _covered(cell: Cell) -> bool:
    return isinstance(cell, Mark) and cell.kind == "merged"
