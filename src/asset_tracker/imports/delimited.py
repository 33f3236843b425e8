"""Text tables (.csv) as spreadsheet programs, banks and old programs write them; runs in the reader's process. [pure]"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from asset_tracker.imports.cells import Cell, Limits, Mark, RefusedBookError, Row

DELIMITERS = (";", "\t", ",", "|")
_SAMPLE = 64 * 1024
_CONTROL = frozenset(chr(n) for n in range(32)) - set("\t\n\r\x0b\x0c")


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding. UTF-8 with or without a mark, UTF-16, else windows-1251."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    if b"\x00" in data[:_SAMPLE]:
        even, odd = data[0:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace"), "windows-1251"


def sniff(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of columns most often, outside quotes."""
    sample = text[:_SAMPLE]
    if sample.lower().startswith("sep=") and sample[4:5] not in ("", "\r", "\n", '"'):
        return sample[4]

    def fit(delimiter: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(row) for row in lines if len(row) > 1)
        except csv.Error:  # a carriage return where this delimiter sees no quotes
            return (0, 0)
        if not widths:
            return (0, 0)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        return (times, width)

    return max(DELIMITERS, key=fit)


def read(path: Path, limits: Limits) -> tuple[str, str, Iterator[Row], int]:
    """Encoding, delimiter, rows and number of lines of the text table at ``path``; RefusedBookError where it is none."""
    csv.field_size_limit(limits.file_bytes)
    data = path.read_bytes()
    if not data.strip():
        raise RefusedBookError("The file is empty.")
    text, encoding = decode(data)
    sample = text[:_SAMPLE]
    if sum(letter in _CONTROL for letter in sample) > max(8, len(sample) // 100):
        raise RefusedBookError("This is not a text table. Expected a spreadsheet: .xlsx, .ods or .csv.")
    if sample.lstrip()[:1] == "<" and "<" in sample.lstrip()[1:]:
        raise RefusedBookError(
            "This is a web page or an XML file, not a table. Open it in the spreadsheet program and save it as .xlsx."
        )
    delimiter = sniff(text)
    return encoding, delimiter, _rows(text, delimiter, limits), text.count("\n") + 1


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells = 0
    try:
        for number, fields in enumerate(lines, start=1):
            if number == 1 and len(fields) <= 2 and fields and fields[0].lower().startswith("sep="):
                continue
            if len(fields) > limits.columns:
                raise RefusedBookError(
                    "Row %(row)s has %(n)s columns; at most %(limit)s are read. Is the delimiter right?",
                    row=number,
                    n=len(fields),
                    limit=limits.columns,
                )
            cells += len(fields)
            if number > limits.rows or cells > limits.cells:
                raise RefusedBookError(
                    "The file holds more than %(limit)s rows. Split it into several files.", limit=limits.rows
                )
            if row := trimmed(fields, limits):
                yield Row(number, row)
    except csv.Error as error:
        raise RefusedBookError("The text table could not be cut into rows and columns.") from error


def trimmed(fields: list[str], limits: Limits) -> tuple[Cell, ...]:
    """Cells of one row without the empty ones at its end; texts too long to be meant are cut and marked."""
    cells: list[Cell] = [
        None if not field else field if len(field) <= limits.text else Mark("long", field[:200], len(field))
        for field in fields
    ]
    while cells and (cells[-1] is None or (isinstance(cells[-1], str) and not cells[-1].strip())):
        cells.pop()
    return tuple(cells)
