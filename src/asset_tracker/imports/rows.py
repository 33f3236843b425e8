"""From a row of cells to lines: every cell read, every problem of the row found at once. [pure]

What is the same for every kind of table stands here; a kind says by its fields how a row is known to be one of its
lines, and completes what was read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell, Mark, Row
from asset_tracker.imports.line import Line
from asset_tracker.imports.mapping import Column, SheetMapping
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.vocabulary import Vocabulary

_TOTAL = re.compile(r"^(?:разом|всього|усього|підсумок|итого|загалом|total|grand total|subtotal|sum)\b")
_TOTAL_ALONE = re.compile(_TOTAL.pattern + r"\W*$")
_KEPT = 4096
_WRITTEN = frozenset({str, int})  # no truth values and no floats, which equal whole numbers


class RowReader:
    """Reads the rows of one sheet.

    ``identity``: fields of which a line holds at least one. ``certain``: fields that no total or title fills.
    ``alone``: fields whose value counts for its own row only, though its cell may be merged over several.
    ``anew``: fields that are read anew in every row, for more than the value follows from the cell.
    """

    identity: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    alone: frozenset[str] = frozenset()
    anew: frozenset[str] = frozenset({"notes"})
    # what our own template may have filled in before anybody typed
    given: tuple[str, ...] = ("programme", "municipality", "currency")

    def __init__(self, mapping: SheetMapping, vocabulary: Vocabulary, *, since_1904: bool = False) -> None:
        self.mapping, self.vocabulary, self.since_1904 = mapping, vocabulary, since_1904
        self.columns = mapping.fields()
        # the value of a text or whole number is kept, for lists say the same thing again and again
        self._mapped: list[tuple[int, str, Column, dict[Cell, Any]]] = [
            (column.index, column.field, column, {}) for column in mapping.columns if column.field
        ]
        often = Counter(field for _, field, _, _ in self._mapped)
        self._anew = {
            key for key in self.anew & often.keys() if not (often[key] == 1 and vocabulary.by_key[key].many)
        }
        self._certain = self._indexes(self.certain)
        self._identity = self._indexes(self.identity)
        self._given = frozenset(self._indexes(self.given))
        self.formulas = self.hidden = 0
        self.left_out: list[Problem] = []
        self._suspicious = lru_cache(maxsize=16_384)(self._may_be_furniture)

    def _indexes(self, fields: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.columns[field].index for field in fields if field in self.columns)

    def lines(self, row: Row) -> Iterator[Line]:
        """The lines that a row tells of; none for headings, totals and what stands around the table."""
        if row.number <= self.mapping.header_row + int(self.mapping.numbered) or self._is_furniture(row):
            return
        self.hidden += row.hidden
        line = Line(
            sheet=self.mapping.name,
            row=row.number,
            fields={},
            problems=[],
            columns=self.columns,
            cells=row.cells,
        )
        fields, cells, width = line.fields, row.cells, len(row.cells)
        for index, field, column, known in self._mapped:
            if index >= width or (cell := cells[index]) is None:
                continue
            if cell.__class__ in _WRITTEN and (value := known.get(cell)) is not None:
                fields[field] = value
            else:
                self._read(line, column, cell, known)
        yield from self.completed(line)

    def completed(self, line: Line) -> Iterator[Line]:
        """What the line comes to once its fields were read."""
        yield line

    def is_section(self, text: str) -> bool:  # noqa: ARG002  # a kind with sections looks at it
        """Whether a text that stands alone in its row is a title for the rows below; remembers it."""
        return False

    def aftermath(self) -> Iterator[Problem]:
        """What is to be said of the sheet once all its rows were read."""
        place = Place(sheet=self.mapping.name)
        if self.hidden:
            yield place.problem(
                "warning", "hidden-rows", "%(n)s hidden rows were read like the others.", n=self.hidden
            )
        if self.formulas:
            yield place.problem(
                "warning",
                "formulas",
                "%(n)s cells hold formulas; their stored results were taken.",
                n=self.formulas,
            )
        yield from self.left_out

    # rows that are no lines ------------------------------------------------------

    def _is_furniture(self, row: Row) -> bool:
        """Whether the row is a total, a repeated heading, a section's title or a signature, and no line."""
        texts = [cell for cell in row.cells[:4] if type(cell) is str]
        several = len(row.cells) - row.cells.count(None) > 1
        if several and not any(map(self._suspicious, texts)) and self._holds(row, self._identity):
            return False
        filled = [cell for cell in row.cells if cell is not None and not _covered(cell)]
        first = next((cell for cell in filled if isinstance(cell, str)), "")
        if any(isinstance(cell, str) and _TOTAL.match(values.fold(cell)) for cell in filled[:3]) and not any(
            self._holds(row, (index,)) and not _is_of_total(row.cells[index]) for index in self._certain
        ):
            return True
        is_heading = self.vocabulary.is_heading
        if is_heading(first) and all(is_heading(cell) for cell in filled if isinstance(cell, str)):
            return True  # the heading again, as printed pages have it
        if len(filled) == 1 and first and self.is_section(first):
            return True
        if self._holds(row, self._identity):
            return False
        if filled and not self._is_given(row):
            place = Place(sheet=self.mapping.name, row=row.number, cell=first or filled[0])
            self.left_out.append(
                place.problem(
                    "warning", "left-out", "Not a line of the list: nothing here says what it is. Left out."
                )
            )
        return True

    def _may_be_furniture(self, text: str) -> bool:
        """Whether a row that begins with this text may be a total or a heading."""
        return _TOTAL.match(values.fold(text)) is not None or self.vocabulary.is_heading(text)

    def _is_given(self, row: Row) -> bool:
        """Whether the row holds nothing but what our template fills in: it waits to be typed into."""
        return all(
            cell is None or _covered(cell) or index in self._given for index, cell in enumerate(row.cells)
        )

    @staticmethod
    def _holds(row: Row, columns: tuple[int, ...]) -> bool:
        cells, width = row.cells, len(row.cells)
        return any(
            index < width and (cell := cells[index]) is not None and not _covered(cell) for index in columns
        )

    # cells -------------------------------------------------------------------------

    def read_cell(self, field: str, cell: Cell) -> values.Reading:
        """The value of a cell in a column of this field."""
        if field in self.vocabulary.days:
            return values.date(cell, since_1904=self.since_1904)
        return self.vocabulary.read(field, cell)

    def _read(self, line: Line, column: Column, cell: Cell, known: dict[Cell, Any]) -> None:
        field = column.field or ""
        if isinstance(cell, Mark) and not self._is_value(line, column, cell):
            return
        reading = self.read_cell(field, cell)
        if reading.value is not None:
            self.keep(line, field, reading.value, cell)
        if reading.expected or reading.warning:
            self._tell(line, column, cell, reading)
        elif cell.__class__ in _WRITTEN and len(known) < _KEPT and field not in self._anew:
            known[cell] = reading.value

    def keep(self, line: Line, field: str, value: Any, cell: Cell) -> None:  # noqa: ARG002  # a kind may look at it
        """Put the value of a cell into the line."""
        if self.vocabulary.by_key[field].many and field in line.fields:
            value = f"{line.fields[field]}; {value}"[:4000]
        line.fields[field] = value

    def _is_value(self, line: Line, column: Column, cell: Mark) -> bool:
        """Whether the marked cell holds something to read; if it should and does not, that is a problem."""
        if cell.kind == "error":
            line.problems.append(
                at(line, column, cell).problem(
                    "error", "cell-error", "The sheet shows an error here.", expected="a value"
                )
            )
            return False
        if cell.kind == "formula":
            self.formulas += 1
            if cell.value is None:
                line.problems.append(
                    at(line, column, cell).problem(
                        "error",
                        "formula",
                        "A formula without a stored result stands here.",
                        expected="a value; open the file in the spreadsheet program and save it",
                    )
                )
                return False
        return not (cell.kind == "merged" and column.field in self.alone)

    @staticmethod
    def _tell(line: Line, column: Column, cell: Cell, reading: values.Reading) -> None:
        name = (column.field or "").replace("_", "-")
        place = at(line, column, cell)
        if reading.expected:
            line.problems.append(
                place.problem(
                    "error",
                    f"bad-{name}",
                    "This value does not fit.",
                    expected=reading.expected,
                    suggestion=reading.suggestion,
                    **reading.params,
                )
            )
        if reading.warning:
            line.problems.append(place.problem("warning", f"read-{name}", reading.warning, **reading.params))


def at(line: Line, column: Column, cell: Cell) -> Place:
    """Where this cell of the line stands."""
    return Place(
        sheet=line.sheet,
        row=line.row,
        index=column.index,
        heading=column.heading,
        field=column.field,
        cell=cell,
    )


def _is_of_total(cell: Cell) -> bool:
    """Whether the cell holds what a total may hold in any column: the word for it, or a small number."""
    written = str(cell.value if isinstance(cell, Mark) else cell).strip()
    return (written.isdecimal() and len(written) < 5) or _TOTAL_ALONE.match(values.fold(written)) is not None


def _covered(cell: Cell) -> bool:
    return isinstance(cell, Mark) and cell.kind == "merged"
