"""Which row is the heading, and which column is what. [pure]

Nothing is decided in silence: a column that is not recognised is a question, and the person sees five of its
values before they answer.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

import msgspec

from asset_tracker.imports import identifiers, values
from asset_tracker.imports.cells import Cell, Mark, Row, column_name
from asset_tracker.imports.fields import BY_KEY, FIELDS, SKIPPED, Field, FieldKey

HEAD_ROWS = 60
SAMPLES = 5

Standing = Literal["mapped", "skipped", "unknown"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column and what it is taken for. ``unknown`` is a question to the person; ``skipped`` is left out.

    ``unfit``: how many of the values looked at do not fit the field. ``currency``: named in the heading.
    """

    index: int
    heading: str
    standing: Standing
    field: FieldKey | None = None
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


_NAMES: dict[str, FieldKey] = {}
for _field in FIELDS:
    for _name in _field.names:
        _NAMES.setdefault(values.fold(_name), _field.key)

_BETWEEN = re.compile(r"[\s/,]+")
_BY_WORD: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
for _name in _NAMES:
    if len(_name) >= 4:
        for _word in set(_BETWEEN.split(_name)):
            _BY_WORD[_word].append((_name, frozenset(_name.split())))

_PREFIX = re.compile(r"^(?:hb\.(?:field\.)?|cf:\s*|asset\.|item\.)")
_BRACKETS = re.compile(r"[(\[].*?[)\]]|,?\s*type:\w+$")
_TAIL = re.compile(r"[\s,;:*.!?]+$")
_CURRENCY_TAIL = re.compile(r"[,/]?\s*\b(?:uah|eur|usd|sek|грн|гривень|євро|доларів)\b\.?$|[₴€$£]$")
_VAT = re.compile(r",?\s*(?:з|без|в т ч|в т.ч.|включно з|incl\.?|excl\.?|without|with)\s*(?:пдв|vat)\.?$")


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """A heading for comparing: folded, without brackets, units, currency and an export's prefix."""
    bare = _PREFIX.sub("", values.fold(heading)).replace("_", " ").replace("\n", " ")
    bare = _BRACKETS.sub(" ", bare)
    for pattern in (_TAIL, _VAT, _CURRENCY_TAIL, _TAIL):
        bare = pattern.sub("", " ".join(bare.split()))
    return bare.strip(" .,:;*") or values.fold(heading).strip()


@lru_cache(maxsize=4096)
def guess(heading: str) -> tuple[FieldKey | None, float]:
    """The field that a heading means and how sure that is, from 0 to 1; None where nothing is near."""
    field, sure = named(heading)
    key = heading_key(heading)
    if sure >= 0.5 or not key or _is_skipped(heading):
        return field, sure
    for name, each in _NAMES.items():
        if len(name) < 4 or abs(len(name) - len(key)) > 3:
            continue
        matcher = SequenceMatcher(None, key, name, autojunk=False)
        if matcher.real_quick_ratio() > 0.82 and matcher.quick_ratio() > 0.82:
            ratio = matcher.ratio()
            if ratio > 0.82 and ratio * 0.8 > sure:
                field, sure = each, ratio * 0.8
    return (field, sure) if sure >= 0.4 else (None, 0.0)


def named(text: str) -> tuple[FieldKey | None, float]:
    """The field that the text names outright or among other words; quick, for it is asked of hundreds of cells."""
    key = heading_key(text)
    if not key or key in _NAMES or _is_skipped(text):
        return (_NAMES[key], 1.0) if key in _NAMES else (None, 0.0)
    words = set(_BETWEEN.split(key))
    best: tuple[FieldKey | None, float] = (None, 0.0)
    for word in words:
        for name, parts in _BY_WORD.get(word, ()):
            score = 0.9 * len(name) / max(len(key), len(name))
            if score > best[1] and parts <= words:
                best = (_NAMES[name], score)
    return best


def _is_skipped(text: str) -> bool:
    return heading_key(text) in SKIPPED or values.fold(text) in SKIPPED


def is_heading(text: str) -> bool:
    """Whether the text is, word for word, what people call a field."""
    return bool(text) and len(text) < 80 and heading_key(values.tidy(text)) in _NAMES


def find_header(rows: Sequence[Row]) -> Row | None:
    """The row that names most columns among the first ones; None where no row names two."""
    best: tuple[float, Row | None] = (0.0, None)
    for row in rows[:HEAD_ROWS]:
        headings = [cell for cell in map(_heading, row.cells) if cell]
        fields = {field for field, sure in map(named, headings) if field and sure >= 0.6}
        known = len(fields) + 0.25 * sum(heading_key(heading) in SKIPPED for heading in headings)
        # prose above the table holds single words that are headings too; a heading row is mostly headings
        score = known - 0.2 * (len(headings) - known)
        if len(fields) >= 2 and score > best[0]:
            best = (score, row)
    return best[1]


def _heading(cell: Cell) -> str:
    value = values.plain(cell)
    return values.tidy(value.replace("\n", " ")) if isinstance(value, str) and len(value) <= 200 else ""


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
    answers: Mapping[str, FieldKey | None] | None = None,
) -> SheetMapping | None:
    """The mapping of a sheet from its first rows; None where no heading row is found.

    ``answers`` is what the person said: folded heading (``heading_key``) or letters of the column to field, None
    to leave the column out. It goes before every guess.
    """
    head = list(rows)
    header = find_header(head)
    if header is None:
        return None
    below = [row for row in head if row.number > header.number]
    numbered = bool(below) and is_numbering(below[0])
    body = below[1:] if numbered else below
    chosen = _choose(header, body, answers or {})
    return SheetMapping(
        sheet=index, name=name, header_row=header.number, numbered=numbered, columns=tuple(chosen)
    )


def _choose(header: Row, body: Sequence[Row], answers: Mapping[str, FieldKey | None]) -> list[Column]:
    width = max([len(header.cells), *(len(row.cells) for row in body)])
    headings = [_heading(header.cells[at]) if at < len(header.cells) else "" for at in range(width)]
    said: dict[int, FieldKey | None] = {}
    guesses: list[tuple[float, int, FieldKey]] = []
    for at, heading in enumerate(headings):
        for key in (column_name(at), heading_key(heading), heading):
            if key and key in answers:
                said[at] = answers[key]
                break
        else:
            field, sure = guess(heading) if heading else (None, 0.0)
            if field:
                guesses.append((sure, at, field))
    fields = {at: field for at, field in said.items() if field}
    for _, at, field in sorted(guesses, key=lambda each: (-each[0], each[1])):
        if field not in fields.values() or BY_KEY[field].many:
            fields[at] = field
    return [
        column
        for at in range(width)
        if (
            column := _column(at, headings[at], body, fields.get(at), skipped=at in said and said[at] is None)
        )
    ]


def _column(
    at: int, heading: str, body: Sequence[Row], field: FieldKey | None, *, skipped: bool
) -> Column | None:
    filled = [
        row.cells[at]
        for row in body
        if at < len(row.cells) and row.cells[at] is not None and not _covered(row.cells[at])
    ]
    if not heading and not filled:
        return None
    standing: Standing = "mapped" if field else "unknown"
    if not field and (skipped or not filled or heading_key(heading) in SKIPPED):
        standing = "skipped"
    distinct = dict.fromkeys(text for cell in filled if (text := values.shown(cell)))
    return Column(
        index=at,
        heading=heading,
        field=field,
        standing=standing,
        samples=tuple(list(distinct)[:SAMPLES]),
        unfit=unfit(BY_KEY[field], filled) if field else 0,
        currency=values.currency_in(heading) if field in {"unit_price", "total_price"} else None,
    )


def _covered(cell: Cell) -> bool:
    return isinstance(cell, Mark) and cell.kind == "merged"


READERS: dict[str, Callable[[Cell], values.Reading]] = {
    "line": values.whole,
    "quantity": values.quantity,
    "unit_price": values.money,
    "total_price": values.money,
    "currency": values.currency,
    "serial": identifiers.serial,
    "year": values.year,
    "acquired_on": values.date,
    "warranty_until": values.date,
    "vin": identifiers.vin,
    "plate": identifiers.plate,
    "notes": lambda cell: values.text(cell, 4000),
}


def read_cell(field: str, cell: Cell) -> values.Reading:
    """The value of a cell in a column of this field."""
    return READERS.get(field, values.text)(cell)


def unfit(field: Field, cells: Iterable[Cell]) -> int:
    """How many of the cells hold something that does not fit the field."""
    return sum(read_cell(field.key, cell).expected is not None for cell in cells)
