"""From a row of cells to lines of a packing list. [pure]"""

import re
from collections.abc import Iterator
from typing import Any

from asset_tracker.assets.attributes import Catalogue
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.completing import Completer
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.line import Defaults, Line, Municipalities, ProgrammeRef
from asset_tracker.imports.mapping import Column, SheetMapping
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.rows import RowReader
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.ledger.serials import serial_key


class LineReader(RowReader):
    """Reads the rows of one sheet of a packing list; remembers section headings between them."""

    identity = ("name", "name_en", "model", "serial", "category", "tag", "manufacturer")
    certain = ("serial", "tag", "model")
    alone = frozenset({"line", "serial", "tag"})
    anew = frozenset({"serial", "notes", "unit_price", "total_price"})

    def __init__(
        self,
        mapping: SheetMapping,
        municipalities: Municipalities,
        programmes: tuple[ProgrammeRef, ...],
        defaults: Defaults,
        *,
        since_1904: bool = False,
        vocabulary: Vocabulary = ASSETS,
        known: Catalogue = Catalogue(),  # noqa: B008 - it is frozen
    ) -> None:
        super().__init__(mapping, vocabulary, since_1904=since_1904)
        self.completer = Completer(municipalities, programmes, defaults, known)
        self.section: str | None = None

    def completed(self, line: Line) -> Iterator[Line]:
        """The line checked as a whole; one for each serial number where several share a cell."""
        self.completer.complete(line, self.section)
        yield from _one_each(line)

    def is_section(self, text: str) -> bool:
        """Whether the text names the municipality of the rows below."""
        match = self.completer.places.find(values.tidy(text), None, None)
        if "municipality" in self.columns or len(match.exact) != 1:
            return False
        self.section = match.exact[0].code
        return True

    def aftermath(self) -> Iterator[Problem]:
        """As for every sheet, and which prices were taken to be in the programme's currency."""
        for currency, n in self.completer.assumed.items():
            yield Place(sheet=self.mapping.name).problem(
                "warning",
                "programme-currency",
                "%(n)s prices have no currency; taken as %(currency)s, the currency of the programme.",
                n=n,
                currency=currency,
            )
        yield from super().aftermath()

    def _read(self, line: Line, column: Column, cell: Cell, known: dict[Cell, Any]) -> None:
        if column.field == "serial" and _several(line, cell):
            return
        super()._read(line, column, cell, known)

    def keep(self, line: Line, field: str, value: Any, cell: Cell) -> None:
        """A price keeps the currency that stands beside it."""
        super().keep(line, field, value, cell)
        if field in {"unit_price", "total_price"} and (sign := values.currency_in(cell)):
            line.fields.setdefault("sign", sign)


def _several(line: Line, cell: Cell) -> bool:
    """Several serial numbers in one cell, parted by commas, semicolons or line breaks."""
    if not isinstance(cell, str) or not ("," in cell or ";" in cell or "\n" in cell):
        return False
    parts = [values.tidy(part) for part in re.split(r"[,;\n]+", cell) if part.strip()]
    if len(parts) < 2:
        return False
    line.fields["serials"] = tuple(parts)
    return True


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
            expected="quantity 1, or as many serial numbers as things, separated by commas",
        )
    yield line
