"""What a sheet is once it has been read: plain rows of cells, the same for .xlsx, .ods and .csv. [pure]

A cell is ``None`` (empty), text, a number, true or false, or a ``Mark`` where the plain value would hide
something that the person who plans must know: a formula, an error, a date, zeros that only the format shows.
"""

from typing import Literal

import msgspec

MarkKind = Literal["date", "time", "duration", "error", "formula", "padded", "long", "merged"]


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A cell that is more than its value.

    ``date``: value is an ISO 8601 date or date and time. ``time``, ``duration``: text.
    ``error``: what the sheet shows, such as ``#N/A``. ``formula``: the stored result, None where none is stored.
    ``padded``: a number whose format shows leading zeros; value is what the sheet shows.
    ``long``: the first characters of a text too long to be meant; ``length`` is its whole length.
    ``merged``: the value of a merged cell that reaches down into this row.
    """

    kind: MarkKind
    value: str | int | float | bool | None
    length: int = 0


Cell = str | int | float | bool | Mark | None


class Row(msgspec.Struct, frozen=True, array_like=True):
    """``number`` as the spreadsheet shows it, from 1; cells from column A on, trailing empty ones left out."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


class SheetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet of a book; ``rows`` and ``columns`` bound what holds a value."""

    index: int
    name: str
    hidden: bool = False
    rows: int = 0
    columns: int = 0
    hidden_rows: int = 0
    formulas: int = 0


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag="opened"):
    """First frame of what the reader writes: the book can be read. ``since_1904``: day 0 is 1 January 1904."""

    format: Literal["xlsx", "ods", "csv"]
    external_links: bool = False
    since_1904: bool = False
    encoding: str | None = None
    delimiter: str | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The book cannot be read: an English msgid and what fills its places."""

    message: str
    params: dict[str, str | int] = {}


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """Some rows of the sheet with this index."""

    sheet: int
    rows: tuple[Row, ...]


class SheetEnd(msgspec.Struct, frozen=True, tag="end"):
    """All rows of this sheet have been written."""

    sheet: SheetInfo


Frame = Opened | Refused | Rows | SheetEnd


class RefusedBookError(Exception):
    """Raised inside the reader; becomes a ``Refused`` frame."""

    def __init__(self, message: str, /, **params: str | int) -> None:
        super().__init__(message)
        self.refused = Refused(message=message, params=params)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a file may ask of the reader. The defaults hold 100,000 rows of 20 columns with room to spare."""

    file_bytes: int = 64 * 2**20
    unpacked_bytes: int = 768 * 2**20
    members: int = 4_000
    sheets: int = 100
    rows: int = 200_000
    columns: int = 400
    cells: int = 6_000_000
    merged: int = 20_000
    text: int = 4_000
    memory_bytes: int = 2 * 2**30
    cpu_seconds: int = 60
    wall_seconds: int = 90
    output_bytes: int = 1 * 2**30


def merges_too_much(limits: Limits) -> RefusedBookError:
    """The refusal of a sheet with more merged cells than any list has."""
    return RefusedBookError(
        "A sheet holds more than %(limit)s merged cells. Unmerge them and send the file again.",
        limit=limits.merged,
    )


def damaged_inside() -> RefusedBookError:
    """The refusal of a workbook whose parts are there and cannot be read."""
    return RefusedBookError(
        "The workbook could not be read: it is damaged inside. Open it in the spreadsheet program, save it again as .xlsx and send that file."
    )


def column_name(index: int) -> str:
    """The letters over a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """The opposite of ``column_name``."""
    index = 0
    for letter in name:
        index = index * 26 + ord(letter) - 64
    return index - 1
