"""From a row of cells to lines of a packing list: every cell read, every problem of the row found at once. [pure]"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell, Mark, Row
from asset_tracker.imports.completing import Completer
from asset_tracker.imports.line import Defaults, Line, Municipalities, ProgrammeRef
from asset_tracker.imports.mapping import Column, SheetMapping, is_heading, read_cell
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.ledger.serials import serial_key

_TOTAL = re.compile(r"^(?:разом|всього|усього|підсумок|итого|загалом|total|grand total|subtotal|sum)\b")
_DATES = frozenset({"acquired_on", "warranty_until"})
_KEPT = 4096
_MORE_THAN_ITS_VALUE = frozenset({"serial", "notes", "unit_price", "total_price"})
_IDENTITY = ("name", "name_en", "model", "serial", "category", "tag", "manufacturer")


class LineReader:
    """Reads the rows of one sheet; remembers section headings between them."""

    def __init__(
        self,
        mapping: SheetMapping,
        municipalities: Municipalities,
        programmes: tuple[ProgrammeRef, ...],
        defaults: Defaults,
        *,
        since_1904: bool = False,
    ) -> None:
        self.mapping = mapping
        self.completer = Completer(municipalities, programmes, defaults)
        self.since_1904 = since_1904
        self.columns = mapping.fields()
        # the value of a text is kept, for lists say the same thing again and again
        self._mapped: list[tuple[int, str, Column, dict[str, Any]]] = [
            (column.index, column.field, column, {}) for column in mapping.columns if column.field
        ]
        self._certain = tuple(
            self.columns[field].index for field in ("serial", "tag", "model") if field in self.columns
        )
        self._identity = tuple(self.columns[field].index for field in _IDENTITY if field in self.columns)
        self.section: str | None = None
        self.formulas = self.hidden = 0
        self.left_out: list[Problem] = []

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
            if type(cell) is str and (value := known.get(cell)) is not None:
                fields[field] = value
            else:
                self._read(line, column, cell, known)
        self.completer.complete(line, self.section)
        yield from _one_each(line)

    def _is_furniture(self, row: Row) -> bool:
        """Whether the row is a total, a repeated heading, a section's title or a signature, and no line."""
        texts = [cell for cell in row.cells[:4] if type(cell) is str]
        several = len(row.cells) - row.cells.count(None) > 1
        if several and not any(map(_suspicious, texts)) and self._holds(row, self._identity):
            return False
        filled = [cell for cell in row.cells if cell is not None and not _covered(cell)]
        first = next((cell for cell in filled if isinstance(cell, str)), "")
        if any(
            isinstance(cell, str) and _TOTAL.match(values.fold(cell)) for cell in filled[:3]
        ) and not self._holds(row, self._certain):
            return True
        if is_heading(first) and all(is_heading(cell) for cell in filled if isinstance(cell, str)):
            return True  # the heading again, as printed pages have it
        if len(filled) == 1 and first and self._is_section(first):
            return True
        if self._holds(row, self._identity):
            return False
        if filled:
            place = Place(sheet=self.mapping.name, row=row.number, cell=first or filled[0])
            self.left_out.append(
                place.problem(
                    "warning", "left-out", "Not a line of the list: nothing here says what it is. Left out."
                )
            )
        return True

    def _is_section(self, text: str) -> bool:
        match = self.completer.find(values.tidy(text), None, None)
        if "municipality" in self.columns or len(match.exact) != 1:
            return False
        self.section = match.exact[0].code
        return True

    @staticmethod
    def _holds(row: Row, columns: tuple[int, ...]) -> bool:
        cells, width = row.cells, len(row.cells)
        return any(
            index < width and (cell := cells[index]) is not None and not _covered(cell) for index in columns
        )

    # cells ---------------------------------------------------------------------

    def _read(self, line: Line, column: Column, cell: Cell, known: dict[str, Any]) -> None:
        field = column.field or ""
        if isinstance(cell, Mark) and not self._is_value(line, column, cell):
            return
        if field == "serial" and self._several(line, cell):
            return
        reading = values.date(cell, since_1904=self.since_1904) if field in _DATES else read_cell(field, cell)
        if reading.value is not None:
            self._keep(line, field, reading.value, cell)
        if reading.expected or reading.warning:
            self._tell(line, column, cell, reading)
        elif isinstance(cell, str) and len(known) < _KEPT and field not in _MORE_THAN_ITS_VALUE:
            known[cell] = reading.value

    def _is_value(self, line: Line, column: Column, cell: Mark) -> bool:
        """Whether the marked cell holds something to read; if it should and does not, that is a problem."""
        if cell.kind == "error":
            line.problems.append(
                _at(line, column, cell).problem(
                    "error", "cell-error", "The sheet shows an error here.", expected="a value"
                )
            )
            return False
        if cell.kind == "formula":
            self.formulas += 1
            if cell.value is None:
                line.problems.append(
                    _at(line, column, cell).problem(
                        "error",
                        "formula",
                        "A formula without a stored result stands here.",
                        expected="a value; open the file in the spreadsheet program and save it",
                    )
                )
                return False
        return not (cell.kind == "merged" and column.field in {"line", "serial", "tag"})

    @staticmethod
    def _tell(line: Line, column: Column, cell: Cell, reading: values.Reading) -> None:
        name = (column.field or "").replace("_", "-")
        place = _at(line, column, cell)
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

    def _several(self, line: Line, cell: Cell) -> bool:
        """Several serial numbers in one cell, parted by commas, semicolons or line breaks."""
        if not isinstance(cell, str) or not ("," in cell or ";" in cell or "\n" in cell):
            return False
        parts = [values.tidy(part) for part in re.split(r"[,;\n]+", cell) if part.strip()]
        if len(parts) < 2:
            return False
        line.fields["serials"] = tuple(parts)
        return True

    def _keep(self, line: Line, field: str, value: Any, cell: Cell) -> None:
        if field == "notes" and "notes" in line.fields:
            value = f"{line.fields['notes']}; {value}"[:4000]
        line.fields[field] = value
        if field in {"unit_price", "total_price"} and (sign := values.currency_in(cell)):
            line.fields.setdefault("sign", sign)


@lru_cache(maxsize=16_384)
def _suspicious(text: str) -> bool:
    """Whether a row that begins with this text may be a total or a heading."""
    return _TOTAL.match(values.fold(text)) is not None or is_heading(text)


def _at(line: Line, column: Column, cell: Cell) -> Place:
    return Place(
        sheet=line.sheet,
        row=line.row,
        index=column.index,
        heading=column.heading,
        field=column.field,
        cell=cell,
    )


def _covered(cell: Cell) -> bool:
    return isinstance(cell, Mark) and cell.kind == "merged"


def _one_each(line: Line) -> Iterator[Line]:
    """The line itself, or one line for each of the serial numbers that share its cell."""
    serials: tuple[str, ...] = line.fields.pop("serials", ())
    if serials and line.fields.get("quantity", len(serials)) != len(serials):
        line.say(
            "error",
            "serials",
            "serial",
            "%(n)s serial numbers stand here for a quantity of %(quantity)s.",
            n=len(serials),
            quantity=line.fields["quantity"],
            expected="as many serial numbers as things",
        )
    elif serials:
        for part, serial in enumerate(serials):
            fields = {**line.fields, "serial": serial, "serial_key": serial_key(serial), "quantity": 1}
            if part:
                fields.pop("line", None)
            yield Line(
                sheet=line.sheet,
                row=line.row,
                part=part,
                fields=fields,
                problems=list(line.problems)
                if part == 0
                else [p for p in line.problems if p.severity == "error"],
                columns=line.columns,
                cells=line.cells,
            )
        return
    elif line.fields.get("serial") and line.fields.get("quantity", 1) > 1:
        line.say(
            "error",
            "quantity",
            "quantity",
            "One serial number stands here for a quantity of %(quantity)s.",
            quantity=line.fields["quantity"],
            expected="quantity 1, or as many serial numbers as things, parted by commas",
        )
    yield line
