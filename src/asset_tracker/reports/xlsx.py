"""The report as a workbook: Summary, Items, Timeline, and Explained.

Figures and dates are real ones; headings are frozen and filtered; totals are formulas over the sheets, beside
the figure that the report states. A text is always a text cell, whatever it starts with.
Written in openpyxl's write-only mode, so that a long annex does not stand in memory as cells.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from asset_tracker.i18n import gettext
from asset_tracker.reports.annexes import Annex, Check
from asset_tracker.reports.columns import Cell, Column, Kind, Row, item_columns, timeline_columns
from asset_tracker.reports.csv import FORMULA_STARTS
from asset_tracker.reports.sheet import address, heading
from asset_tracker.reports.structs import Report
from asset_tracker.reports.summary_rows import SummaryRow, summary_rows

# openpyxl's stubs do not know what a write-only sheet and its cells can do
_Page = Any
_Cell = Any
_FORMATS: dict[Kind, str] = {
    "money": "#,##0.00",
    "percent": "0.##",
    "number": "#,##0",
    "rate": "0.########",
    "date": "dd.mm.yyyy",
    "instant": "dd.mm.yyyy hh:mm",
}
_WIDTHS: dict[Kind, int] = {
    "money": 14,
    "percent": 10,
    "number": 9,
    "rate": 13,
    "date": 12,
    "instant": 17,
    "text": 20,
}
_WIDE = {"name": 34, "event_id": 38, "service_point": 34, "municipality_code": 22, "detail": 30}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_767
# The face of the cells without a style, so that headings match them.
_FACE = "Calibri"
_HEAD = Font(name=_FACE, bold=True, color="FFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="0D5A68")
_TITLE = Font(name=_FACE, bold=True, size=16, color="1D2A30")
_SECTION = Font(name=_FACE, bold=True, size=12, color="0D5A68")
_STRONG = Font(name=_FACE, bold=True)
_LINKED = Font(name=_FACE, color="0D5A68", underline="single")
_LINKED_TOTAL = Font(name=_FACE, color="0D5A68", underline="single", bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_xlsx(report: Report) -> bytes:
    facts, lang = report.facts, report.making.lang
    book = _book(report)
    summary, items, timeline, explained = (
        book.create_sheet(gettext(lang, title)) for title in ("Summary", "Items", "Timeline", "Explained")
    )
    columns, events = item_columns(facts, lang), timeline_columns(lang)
    _write_summary(summary, report, _sums(items.title, columns, len(facts.items)))
    _write_table(items, columns, facts.items)
    _write_table(timeline, events, facts.timeline)
    _write_explained(explained, report, {items.title: columns, timeline.title: events})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_annex(report: Report, *, annex: Annex) -> bytes:
    """One table that a donor or the state asks for, with what its columns mean."""
    facts, lang = report.facts, report.making.lang
    book = _book(report)
    table, explained = (book.create_sheet(gettext(lang, title)) for title in ("Items", "Explained"))
    columns = annex.columns(report)
    _write_table(table, columns, annex.rows(facts))
    _write_explained(explained, report, {table.title: columns})
    if annex.check is not None:
        _write_check(book, annex.check(report))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_check(book: Workbook, check: Check) -> None:
    page = book.create_sheet(check.title)
    for letter, width in (("A", 40), ("B", 18)):
        page.column_dimensions[letter].width = width
    page.append([_head(page, head) for head in check.heads])
    for row in check.rows:
        page.append([_cell(page, value, _kind(value)) for value in row])


def _book(report: Report) -> Workbook:
    book = Workbook(write_only=True)
    about = heading(report.facts, report.making.lang)
    book.properties.title = f"{about['title']}. {about['as_of']}"
    book.properties.creator = "asset-tracker"
    book.properties.description = report.content_hash
    return book


def _write_summary(page: _Page, report: Report, total: Callable[[str, str | None], str]) -> None:
    page.column_dimensions["A"].width = 46
    for letter in "BCDEFGHI":
        page.column_dimensions[letter].width = 18
    _fit(page)
    for row in summary_rows(report):
        links = [address(report, figure) for figure in row.links]
        page.append(list(_summary_cells(page, row, links, total)))


def _summary_cells(
    page: _Page, row: SummaryRow, links: Sequence[str], total: Callable[[str, str | None], str]
) -> Iterable[_Cell]:
    """``links``: where a click on each cell leads, as far as it leads somewhere."""
    font = {"title": _TITLE, "section": _SECTION, "heads": _STRONG, "total": _STRONG}.get(row.look)
    for value, link in zip_longest(row.cells, links[: len(row.cells)], fillvalue=""):
        cell = _cell(page, value, _kind(value))
        if font is not None:
            cell.font = font
        if link and value is not None:
            cell.hyperlink = link
            cell.font = _LINKED_TOTAL if row.look == "total" else _LINKED
        yield cell
    if row.check is not None:
        key, currency = row.check
        cell = WriteOnlyCell(page, total(key, currency))
        cell.number_format = _FORMATS[row.sums]
        yield cell


def _sums(title: str, columns: Sequence[Column[Row]], rows: int) -> Callable[[str, str | None], str]:
    """A formula that sums column ``key`` of the sheet ``title``, where given only rows in one currency."""
    letters = {column.key: get_column_letter(place) for place, column in enumerate(columns, 1)}

    def area(key: str) -> str:
        return f"'{title}'!${letters[key]}$2:${letters[key]}${rows + 1}"

    def formula(key: str, currency: str | None) -> str:
        if rows == 0:
            return "=0"
        return (
            f"=SUM({area(key)})"
            if currency is None
            else f'=SUMIFS({area(key)},{area("currency")},"{currency}")'
        )

    return formula


def _write_table(page: _Page, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
    page.freeze_panes = "B2"
    page.print_title_rows = "1:1"
    _fit(page)
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    for place, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(place)].width = _WIDE.get(column.key, _WIDTHS[column.kind])
    page.append([_head(page, column.head) for column in columns])
    writers = [_column_writer(page, column) for column in columns]
    for row in rows:
        page.append([write(row) for write in writers])


def _column_writer(page: _Page, column: Column[Row]) -> Callable[[Row], Any]:
    """What to append for a row: one styled cell a column, used again, since a row is written at once.

    Plain texts go as they are: a cell object for each would cost about a third more.
    """
    get = column.value
    if column.kind == "text":

        def text(row: Row) -> Any:
            value = get(row)
            plain = isinstance(value, str) and value.isprintable() and not value.startswith(FORMULA_STARTS)
            return value if plain or value is None else _cell(page, value, "text")

        return text
    cell: Any = WriteOnlyCell(page)

    def figure(row: Row) -> Any:
        value = get(row)
        if value is None:
            return None
        cell.value = value
        cell.number_format = _FORMATS[column.kind]
        return cell

    return figure


def _fit(page: _Page) -> None:
    """Printed, it is as wide as a sheet of paper, lying."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_explained(page: _Page, report: Report, tables: dict[str, Sequence[Column[Any]]]) -> None:
    lang = report.making.lang
    for letter, width in (("A", 16), ("B", 28), ("C", 90)):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    _fit(page)
    page.append([_head(page, gettext(lang, head)) for head in ("Sheet", "Column", "Meaning")])
    about = heading(report.facts, lang)
    for label, value in (("Report", about["title"]), ("Day of the report", report.facts.question.as_of)):
        page.append([_cell(page, gettext(lang, label), "text"), None, _cell(page, value, "date")])
    hashed = gettext(lang, "Content hash (SHA-256)")
    page.append([_cell(page, hashed, "text"), None, _cell(page, report.content_hash, "text")])
    for title, columns in tables.items():
        for column in columns:
            note = _cell(page, column.note, "text")
            note.alignment = _WRAPPED
            page.append([_cell(page, title, "text"), _cell(page, column.head, "text"), note])


def _head(page: _Page, text: str) -> _Cell:
    cell = _cell(page, text, "text")
    cell.font, cell.fill, cell.alignment = _HEAD, _HEAD_FILL, _WRAPPED
    return cell


def text_cell(page: _Page, value: str) -> _Cell:
    """A text that stays one, whatever it starts with."""
    return _cell(page, value, "text")


def _cell(page: _Page, value: Cell, kind: Kind) -> _Cell:
    if not isinstance(value, str):
        figure: Any = value  # the stubs leave out Decimal, date and None
        cell = WriteOnlyCell(page, figure)
        if value is not None and kind in _FORMATS:
            cell.number_format = _FORMATS[kind]
        return cell
    text = _ILLEGAL.sub("", value)[:_LONGEST]
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        # the apostrophe that a person would type: the text stays text when somebody edits the cell
        cell.style = "Normal"
        cell.quotePrefix = True
    return cell


def _kind(value: Cell) -> Kind:
    if isinstance(value, Decimal):
        return "money"
    if isinstance(value, date):
        return "date"
    return "number" if isinstance(value, int) else "text"
