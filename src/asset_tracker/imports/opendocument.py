"""What the XML of an OpenDocument spreadsheet tells and the fast reader does not; runs in the reader's process. [pure]

Merged cells, hidden rows, formulas and errors of each sheet, found by one streamed pass over ``content.xml``
(OpenDocument 1.3, part 3, section 9). Entities were refused before, so nothing is expanded here.
"""

from collections.abc import Iterable
from typing import Final
from xml.parsers import expat

from asset_tracker.imports.cells import Limits, damaged_inside, merges_too_much
from asset_tracker.imports.scan import SheetScan

_ERROR: Final = "#ERROR"
_HIDDEN: Final = ("collapse", "filter")


class _Looking:
    """Where the pass is: a row and a column of the sheet, both from 0, repeated ones counted."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.scans: list[SheetScan] = []
        self.row = self.column = self.rows = self.depth = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:  # a table in a cell is none of the sheets
                self.scans.append(SheetScan())
                self.row = 0
        elif self.depth != 1:
            return
        elif name == "table:table-row":
            self.rows, self.column = _times(attributes, "rows"), 0
            if attributes.get("table:visibility") in _HIDDEN and self.rows <= self.limits.rows:
                self.scans[-1].hidden.update(range(self.row, self.row + self.rows))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if len(attributes) > 0:
                self._cell(attributes)
            self.column += _times(attributes, "columns")

    def end(self, name: str) -> None:
        if name == "table:table":
            self.depth -= 1
        elif name == "table:table-row" and self.depth == 1:
            self.row += self.rows

    def _cell(self, attributes: dict[str, str]) -> None:
        scan, at = self.scans[-1], (self.row, self.column)
        if (down := _number(attributes.get("table:number-rows-spanned"))) > 1:
            scan.merged += 1
            if scan.merged > self.limits.merged:
                raise merges_too_much(self.limits)
            scan.spans.append((at, (self.row + down - 1, self.column)))
        if attributes.get("calcext:value-type") == "error":
            scan.errors[at] = _ERROR
        elif "table:formula" in attributes:
            scan.formulas.add(at)


def scan_sheets(content: Iterable[bytes], limits: Limits) -> list[SheetScan]:
    """The scans of all sheets, in the book's order. Raises RefusedBookError for what is no XML or merges too much."""
    looking = _Looking(limits)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = looking.begin, looking.end
    try:
        for piece in content:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged_inside() from error
    return looking.scans


def _times(attributes: dict[str, str], what: str) -> int:
    return _number(attributes.get(f"table:number-{what}-repeated"))


def _number(written: str | None) -> int:
    """What is no number counts once, as spreadsheet programs take it."""
    return max(int(written), 1) if written and written.isascii() and written.isdigit() else 1
