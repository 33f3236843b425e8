"""The items as CSV: UTF-8 with a byte order mark, comma, CRLF; nothing in it can run as a formula.

``hxl=True`` puts the row of HXL 1.1 hashtags below the headings (columns without a hashtag are left out).
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from asset_tracker.reports.columns import Cell, Column, item_columns
from asset_tracker.reports.structs import Report
from asset_tracker.reports.structs_items import Item

BOM = "\ufeff"
ROWS_AT_ONCE = 500
# What spreadsheets read as the start of a formula, the full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠")
_FIRST = frozenset(FORMULA_STARTS)


def iter_csv(report: Report, *, hxl: bool = False) -> Iterator[bytes]:
    """Pieces of the file, so that a long one need not stand in memory twice."""
    columns = item_columns(report.facts, report.making.lang)
    if hxl:
        columns = tuple(column for column in columns if column.hxl)
    buffer = io.StringIO(newline="")
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow([column.head for column in columns])
    if hxl:
        writer.writerow([column.hxl for column in columns])
    cells = [_writer(column) for column in columns]
    for place, item in enumerate(report.facts.items, 1):
        writer.writerow([write(item) for write in cells])
        if place % ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_csv(report: Report) -> bytes:
    return b"".join(iter_csv(report))


def write_hxl(report: Report) -> bytes:
    return b"".join(iter_csv(report, hxl=True))


def _writer(column: Column[Item]) -> Callable[[Item], object]:
    """``plain`` for the cells of one column, as fast as its kind allows: the writer itself knows days and numbers."""
    get = column.value
    if column.kind == "text":

        def text(item: Item) -> object:
            value = get(item)
            return plain(value) if isinstance(value, str) and value[:1] in _FIRST else value

        return text
    if column.kind in ("date", "number"):
        return get

    def figure(item: Item) -> object:
        value = get(item)
        written = str(value)
        return value if value is None else plain(value) if "E" in written else written

    return figure


def plain(value: Cell) -> str:
    """One cell: ISO dates, a point in decimals, a text that starts like a formula behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
