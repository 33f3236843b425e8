"""The reader's own process: opens one file somebody sent and writes its rows as frames.

Started by ``sheet`` as ``python -m asset_tracker.imports.reader SOURCE TARGET LIMITS``. It limits itself before it
opens the file, so that a workbook made to eat memory ends this process and nothing else.
Frames are msgpack, each after the number of the sheet whose rows it holds (-1 for another frame) in two bytes and
its length in four (big endian).
"""

import datetime as dt
import gc
import io
import os
import resource
import signal
import struct
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from asset_tracker.imports import delimited, package
from asset_tracker.imports.cells import (
    Cell,
    Frame,
    Limits,
    Mark,
    Opened,
    Refused,
    RefusedBookError,
    Row,
    Rows,
    SheetEnd,
    SheetInfo,
    damaged_inside,
    merges_too_much,
)
from asset_tracker.imports.meter import Meter, Seen, meter_of, stretch, unseen
from asset_tracker.imports.scan import SheetScan

_BATCH = 400
_HEAD = struct.Struct(">hI")
# What the look at the package takes of the time, and the parser before its first row (measured).
_LOOK, _PARSE = 0.4, 0.75


def main(source: str, target: str, limits_json: str) -> int:
    limits = msgspec.json.decode(limits_json, type=Limits)
    confine(limits)
    gc.disable()  # rows go as they come and refer to nothing: looking for garbage among them finds none
    encoder = msgspec.msgpack.Encoder()
    with Path(target).open("wb") as out:

        def write(frame: Frame) -> None:
            data = encoder.encode(frame)
            out.write(_HEAD.pack(frame.sheet if isinstance(frame, Rows) else -1, len(data)) + data)

        try:
            for frame in read(Path(source), limits, Meter(meter_of(Path(target)))):
                write(frame)
        except RefusedBookError as refused:
            write(refused.refused)
        except MemoryError:
            write(Refused(message="The file needs more memory than is allowed. Split it into several files."))
    return 0


def confine(limits: Limits) -> None:
    """Limits of this process: address space, processor time, size of what it writes; no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.nice(5)


def read(path: Path, limits: Limits, seen: Seen = unseen) -> Iterator[Frame]:
    """Frames of the file at ``path``; RefusedBookError where it is not a table we read.

    ``seen`` hears how much of the file is dealt with.
    """
    if path.stat().st_size > limits.file_bytes:
        raise RefusedBookError(
            "The file is larger than %(limit)s MB. Split it into several files.",
            limit=limits.file_bytes >> 20,
        )
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(package.OLE_MAGIC):
            _refuse_ole(file)
    if not head:
        raise RefusedBookError("The file is empty.")
    if head.startswith(b"PK"):
        yield from _read_zipped(path, limits, seen)
    elif head.startswith(b"%PDF"):
        raise RefusedBookError("This is a PDF, not a table. Send the spreadsheet it was made from.")
    elif path.suffix.lower() in {".xlsx", ".ods"}:
        raise RefusedBookError(
            "This is not an .xlsx workbook, although its name says so. Save it as .xlsx in the spreadsheet program."
        )
    else:
        yield from _read_text(path, limits, seen)


def _refuse_ole(file: IO[bytes]) -> None:
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in file.read(1 << 22):
        raise RefusedBookError(
            "The workbook is protected by a password. Save it without one and send that file."
        )
    raise RefusedBookError(
        "This is a workbook in the old .xls format, whatever its name says. Save it as .xlsx and send that file."
    )


def _read_text(path: Path, limits: Limits, seen: Seen) -> Iterator[Frame]:
    encoding, delimiter, rows, height = delimited.read(path, limits)
    yield Opened(format="csv", encoding=encoding, delimiter=delimiter)
    last = columns = 0
    batch: list[Row] = []
    for row in rows:
        last, columns = row.number, max(columns, len(row.cells))
        batch.append(row)
        if len(batch) == _BATCH:
            yield Rows(0, tuple(batch))
            seen(last / height)
            batch = []
    if batch:
        yield Rows(0, tuple(batch))
    yield SheetEnd(SheetInfo(index=0, name="", rows=last, columns=columns))


def _read_zipped(path: Path, limits: Limits, seen: Seen) -> Iterator[Frame]:
    looked = package.look(path, limits, stretch(seen, 0, _LOOK))
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            if len(book.sheet_names) > limits.sheets:
                raise RefusedBookError(
                    "The workbook has more than %(limit)s sheets. Split it into several files.",
                    limit=limits.sheets,
                )
            yield Opened(
                format="ods" if looked.format == "ods" else "xlsx",
                external_links=looked.external_links,
                since_1904=looked.since_1904,
            )
            scans = _scans_in_order(path, looked, len(book.sheet_names))
            whole, done = sum(scan.weight for scan in scans), 0
            for index, about in enumerate(book.sheets_metadata):
                begin, done = done, done + scans[index].weight
                seen_of_it = stretch(stretch(seen, _LOOK, 1), begin / whole, done / whole)
                yield from _read_sheet(
                    book.get_sheet_by_index(index),
                    SheetInfo(index=index, name=about.name, hidden=about.visible != SheetVisibleEnum.Visible),
                    scans[index],
                    limits,
                    stretch(seen_of_it, _PARSE, 1),
                )
    except PasswordError as error:
        raise RefusedBookError(
            "The workbook is protected by a password. Save it without one and send that file."
        ) from error
    except CalamineError as error:
        raise damaged_inside() from error


def _scans_in_order(path: Path, looked: package.Package, count: int) -> list[SheetScan]:
    """The scan of each sheet in the book's order, found through workbook.xml and its relations."""
    if looked.format != "xlsx":
        return [looked.scans.get(str(index), SheetScan()) for index in range(count)]
    with zipfile.ZipFile(path) as archive:
        parts = package.sheet_parts(archive)
    return [
        looked.scans.get(parts[index], SheetScan()) if index < len(parts) else SheetScan()
        for index in range(count)
    ]


def _read_sheet(
    sheet: CalamineSheet, info: SheetInfo, scan: SheetScan, limits: Limits, seen: Seen
) -> Iterator[Frame]:
    height, width = sheet.total_height, sheet.total_width
    if width > limits.columns or height > limits.rows or height * width > 4 * limits.cells:
        raise RefusedBookError(
            "A sheet holds more than %(limit)s cells. Split it into several files.", limit=limits.cells
        )
    merged = _reaching_down([*(sheet.merged_cell_ranges or ()), *scan.spans], limits)
    marked: defaultdict[int, set[int]] = defaultdict(set)
    for row, column in (*scan.formulas, *scan.errors, *scan.padded, *merged):
        marked[row].add(column)
    offset = sheet.start[1] if sheet.start else 0
    last = columns = 0
    batch: list[Row] = []
    anchors: dict[tuple[int, int], Cell] = {}
    for index, values in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [None] * offset
        cells += [
            # most cells are short texts; the others are looked at more closely
            value
            if type(value) is str and 0 < len(value) < 30 and not value.isspace()
            else _cell(value, limits)
            for value in values
        ]
        if index in marked:
            _mark(cells, (index, marked[index]), scan, merged, anchors)
        while cells and cells[-1] is None:
            cells.pop()
        if all(cell is None or (isinstance(cell, Mark) and cell.kind == "merged") for cell in cells):
            continue
        last, columns = index + 1, max(columns, len(cells))
        batch.append(Row(index + 1, tuple(cells), index in scan.hidden))
        if len(batch) == _BATCH:
            yield Rows(info.index, tuple(batch))
            seen(last / height)
            batch = []
    if batch:
        yield Rows(info.index, tuple(batch))
    yield SheetEnd(
        msgspec.structs.replace(
            info, rows=last, columns=columns, hidden_rows=len(scan.hidden), formulas=len(scan.formulas)
        )
    )


def _reaching_down(ranges: list[Any], limits: Limits) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell that a merged cell covers downwards in its first column, itself included: its top left."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, _) in ranges:
        if bottom > top:
            if len(covered) + bottom - top > limits.rows:
                raise merges_too_much(limits)
            for row in range(top, bottom + 1):
                covered[row, left] = (top, left)
    return covered


def _mark(
    cells: list[Cell],
    at: tuple[int, set[int]],
    scan: SheetScan,
    merged: dict[tuple[int, int], tuple[int, int]],
    anchors: dict[tuple[int, int], Cell],
) -> None:
    """Put into the cells of one row what only the scan and the merged ranges know."""
    row, columns = at
    cells.extend([None] * (max(columns) + 1 - len(cells)))
    for column in sorted(columns):
        position = (row, column)
        value = cells[column]
        if position in scan.errors:
            cells[column] = Mark("error", scan.errors[position])
        elif position in scan.formulas:
            cells[column] = Mark("formula", value.value if isinstance(value, Mark) else value)
        elif position in scan.padded and isinstance(value, int):
            shown = str(value).zfill(scan.padded[position])
            cells[column] = Mark("padded", shown) if shown != str(value) else value
        if position in merged:
            anchor = merged[position]
            if anchor == position:
                anchors[anchor] = cells[column]
            elif (above := anchors.get(anchor)) is not None:
                cells[column] = Mark("merged", above.value if isinstance(above, Mark) else above)


def _cell(value: Any, limits: Limits) -> Cell:
    if isinstance(value, str):
        if not value or value.isspace():
            return None
        return value if len(value) <= limits.text else Mark("long", value[:200], len(value))
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, dt.datetime | dt.date):
        return Mark("date", value.isoformat())
    if isinstance(value, dt.time):
        return Mark("time", value.isoformat())
    if isinstance(value, dt.timedelta):
        return Mark("duration", str(value))
    return value  # type: ignore[no-any-return]  # an int


def frames(file: io.BufferedReader, sheet: int = -1) -> Iterator[Frame]:
    """The frames that ``main`` wrote: those that hold no rows, or the rows of one sheet; the others are leapt over."""
    decoder = msgspec.msgpack.Decoder(Frame)
    while head := file.read(_HEAD.size):
        number, length = _HEAD.unpack(head)
        if number == sheet:
            yield decoder.decode(file.read(length))
        else:
            file.seek(length, io.SEEK_CUR)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
