"""The items as CSV: UTF-8 with a byte order mark, comma, CRLF; nothing in it can run as a formula.

``hxl=True`` puts the row of HXL 1.1 hashtags below the headings (columns without a hashtag are left out).
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from asset_tracker.reports.columns import Cell, item_columns
from asset_tracker.reports.structs import Report

BOM = "\ufeff"
ROWS_AT_ONCE = 500
# What spreadsheets read as the start of a formula, the full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠")


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
    for place, item in enumerate(report.facts.items, 1):
        writer.writerow([plain(column.value(item)) for column in columns])
        if place % ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_csv(report: Report) -> bytes:
    return b"".join(iter_csv(report))


def write_hxl(report: Report) -> bytes:
    return b"".join(iter_csv(report, hxl=True))


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
