"""Marks problems in the workbook that somebody sent: cells coloured, with a comment that says what is wrong.

openpyxl opens foreign files here, so this runs in a process of its own with the reader's limits:
``python -m asset_tracker.imports.marking SOURCE MARKS TARGET LIMITS``.
"""

import sys
from pathlib import Path

import msgspec
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from asset_tracker.imports import reader
from asset_tracker.imports.cells import Limits, Rows, SheetEnd
from asset_tracker.imports.values import plain

_FILLS = {
    "error": PatternFill("solid", fgColor="F8CBAD"),
    "question": PatternFill("solid", fgColor="E4DFEC"),
    "warning": PatternFill("solid", fgColor="FFF2CC"),
}
_WEIGHT = {"error": 2, "question": 1, "warning": 0}
_AUTHOR = "asset_tracker"


class CellMark(msgspec.Struct, frozen=True):
    """What to say at a cell; ``column`` from 1."""

    sheet: str
    row: int
    column: int
    severity: str
    text: str


def main(source: str, marks: str, target: str, limits_json: str) -> int:
    limits = msgspec.json.decode(limits_json, type=Limits)
    reader.confine(limits)
    wanted = msgspec.json.decode(Path(marks).read_bytes(), type=list[CellMark])
    path = Path(source)
    with path.open("rb") as file:
        is_text = file.read(2) != b"PK"
    is_xlsx = not is_text and path.suffix != ".ods"
    book = load_workbook(path, keep_links=False) if is_xlsx else _rewritten(path, limits)
    if is_text:  # its only sheet was called after the file, which may not be the name of a sheet
        wanted = [msgspec.structs.replace(each, sheet=book.worksheets[0].title) for each in wanted]
    mark(book, wanted)
    book.save(target)
    return 0


def _rewritten(path: Path, limits: Limits) -> Workbook:
    """The rows of a text table or an .ods as an .xlsx, every cell where it was."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: dict[int, Worksheet] = {}
    for frame in reader.read(path, limits):
        if isinstance(frame, Rows):
            sheet = sheets.setdefault(frame.sheet, book.create_sheet())
            for row in frame.rows:
                for index, value in enumerate(row.cells, start=1):
                    if value is not None:
                        bare = plain(value)
                        cell = sheet.cell(row.number, index, _clean(bare) if isinstance(bare, str) else bare)
                        if isinstance(cell.value, str):
                            cell.data_type = "s"  # never a formula
        elif isinstance(frame, SheetEnd):
            sheets.setdefault(frame.sheet.index, book.create_sheet()).title = frame.sheet.name or "1"
    return book


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def mark(book: Workbook, marks: list[CellMark]) -> None:
    """Colour the cells and put the comments; the comments of an earlier round go."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    for sheet in sheets.values():
        _clear(sheet)
    texts: dict[tuple[str, int, int], list[CellMark]] = {}
    for each in marks:
        texts.setdefault((each.sheet, each.row, each.column), []).append(each)
    for (name, row, column), found in texts.items():
        if name not in sheets:
            continue
        cell = sheets[name].cell(max(row, 1), column)
        if isinstance(cell, MergedCell):
            cell = _anchor(sheets[name], cell)
        comment = Comment(
            _clean("\n".join(each.text for each in found))[:4000], _AUTHOR, height=140, width=320
        )
        cell.comment = comment
        cell.fill = _FILLS[max(found, key=lambda each: _WEIGHT[each.severity]).severity]


def _clear(sheet: Worksheet) -> None:
    colours = {fill.fgColor.rgb for fill in _FILLS.values()}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and cell.comment and cell.comment.author == _AUTHOR:
                cell.comment = None
                if cell.fill.fgColor.rgb in colours:
                    cell.fill = PatternFill()


def _anchor(sheet: Worksheet, cell: MergedCell) -> Cell | MergedCell:
    """The top left cell of the merged range, where a comment can stand."""
    for area in sheet.merged_cells.ranges:
        if cell.coordinate in area:
            return sheet.cell(area.min_row, area.min_col)
    return cell


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
