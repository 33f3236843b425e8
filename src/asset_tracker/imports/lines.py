"""From a row of cells to lines of a packing list: every cell read, every problem of the row found at once. [pure]"""

import re
from collections.abc import Iterator
from typing import Any

from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell, Mark, Row
from asset_tracker.imports.completing import Completer
from asset_tracker.imports.line import Defaults, Line, Municipalities, ProgrammeRef
from asset_tracker.imports.mapping import Column, SheetMapping, guess, read_cell
from asset_tracker.imports.problems import Place, Problem

_TOTAL = re.compile(r"^(?:разом|всього|усього|підсумок|итого|загалом|total|grand total|subtotal|sum)\b")
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
        self.mapped = [column for column in mapping.columns if column.field]
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
        for column in self.mapped:
            if column.index < len(row.cells) and row.cells[column.index] is not None:
                self._read(line, column, row.cells[column.index])
        self.completer.complete(line, self.section)
        yield from _one_each(line)

    def _is_furniture(self, row: Row) -> bool:
        """Whether the row is a total, a repeated heading, a section's title or a signature, and no line."""
        filled = [cell for cell in row.cells if cell is not None and not _covered(cell)]
        first = next((cell for cell in filled if isinstance(cell, str)), "")
        if any(
            isinstance(cell, str) and _TOTAL.match(values.fold(cell)) for cell in filled[:3]
        ) and not self._holds(row, ("serial", "tag", "model")):
            return True
        texts = [cell for cell in filled if isinstance(cell, str)]
        if len(texts) >= 3 and all(guess(values.tidy(text))[1] == 1.0 for text in texts):
            return True  # the heading again, as printed pages have it
        if len(filled) == 1 and first and self._is_section(first):
            return True
        if self._holds(row, _IDENTITY):
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

    def _holds(self, row: Row, fields: tuple[str, ...]) -> bool:
        columns = (self.columns[field].index for field in fields if field in self.columns)
        return any(
            index < len(row.cells) and row.cells[index] is not None and not _covered(row.cells[index])
            for index in columns
        )

    # cells ---------------------------------------------------------------------

    def _read(self, line: Line, column: Column, cell: Cell) -> None:
        field = column.field or ""
        place = Place(
            sheet=line.sheet, row=line.row, index=column.index, heading=column.heading, field=field, cell=cell
        )
        if isinstance(cell, Mark):
            if cell.kind == "error":
                line.problems.append(
                    place.problem("error", "cell-error", "The sheet shows an error here.", expected="a value")
                )
                return
            if cell.kind == "formula":
                self.formulas += 1
                if cell.value is None:
                    line.problems.append(
                        place.problem(
                            "error",
                            "formula",
                            "A formula without a stored result stands here.",
                            expected="a value; open the file in the spreadsheet program and save it",
                        )
                    )
                    return
            if cell.kind == "merged" and field in {"line", "serial", "tag"}:
                return
        if field == "serial" and self._several(line, cell):
            return
        reading = (
            values.date(cell, since_1904=self.since_1904)
            if field in {"acquired_on", "warranty_until"}
            else read_cell(field, cell)
        )
        if reading.expected:
            line.problems.append(
                place.problem(
                    "error",
                    f"bad-{field.replace('_', '-')}",
                    "This value does not fit.",
                    expected=reading.expected,
                    suggestion=reading.suggestion,
                    **reading.params,
                )
            )
        elif reading.value is not None:
            self._keep(line, field, reading.value, cell)
        if reading.warning:
            line.problems.append(
                place.problem("warning", f"read-{field.replace('_', '-')}", reading.warning, **reading.params)
            )

    def _several(self, line: Line, cell: Cell) -> bool:
        """Several serial numbers in one cell, parted by commas, semicolons or line breaks."""
        if not isinstance(cell, str) or not re.search(r"[,;\n]", cell.strip()):
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
            fields = {**line.fields, "serial": serial, "quantity": 1}
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
