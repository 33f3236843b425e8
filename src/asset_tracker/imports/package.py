"""A look at a zipped workbook before anything parses it; runs in the reader's process. [pure]

The zip directory says how large the parts are, what they are called and whether they are encrypted.
The sheets' XML is then streamed once for what the fast reader does not tell (far cells, formulas, errors,
hidden rows, zeros shown by a format) and for what would make it ask for all memory there is.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from asset_tracker.imports.cells import Limits, RefusedBookError, column_index, column_name, merges_too_much
from asset_tracker.imports.meter import Seen, stretch, unseen
from asset_tracker.imports.opendocument import scan_sheets
from asset_tracker.imports.scan import SheetScan

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 20
# Lists of goods pack to a tenth or a thirtieth of their size; what packs better and is large was made to be large.
_LARGE, _RATIO = 48 << 20, 60
_KEEP = 1 << 16  # a tag and the one after it never span more

_FILLED = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)><(?!/)")
# These begin with plain words, which the search leaps to; what is written otherwise is put in this form first.
_ROW = re.compile(rb'<row (?:[^<>]*?\s)?r="(\d{1,7})"')
# Columns from LA (312) on; nearly no list has them.
_WIDE = re.compile(rb' r="(?:[A-Z]{3}|[L-Z][A-Z])\d')
_PREFIXED = re.compile(rb"<\w+:(?=(?:c|row|f|v|mergeCell)[\s/>])")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)><(?:\w+:)?f[\s/>]"
)
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*\st=[\"']e[\"'])(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*>"
    rb"(?:<(?:\w+:)?f[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]{0,20})"
)
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row\s(?=[^<>]*\shidden=[\"'](?:1|true)[\"'])(?:[^<>]*?\s)?r=[\"'](\d{1,7})[\"']"
)
_STYLED = rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*?\ss=[\"'](%b)[\"'][^<>]*(?<!/)><(?!/)"
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

_SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^<>]*\bdate1904=[\"'](?:1|true)[\"']")
_ODS_WIDE = re.compile(
    rb"<table:table-cell\s(?=[^<>]*office:value-type)[^<>]*number-columns-repeated=[\"'](\d{4,})"
)
_ODS_TALL = re.compile(
    rb"<table:table-row\s[^<>]*number-rows-repeated=[\"'](\d{5,})[\"'][^<>]*>(?:(?!</table:table-row>).){0,4000}?office:value-type",
    re.DOTALL,
)


class Package(msgspec.Struct, kw_only=True):
    """A workbook that passed the first look. ``scans`` stand by path of the sheet's part, in an .ods by number."""

    format: str
    external_links: bool = False
    since_1904: bool = False
    scans: dict[str, SheetScan] = msgspec.field(default_factory=dict)


def look(path: Path, limits: Limits, seen: Seen = unseen) -> Package:
    """The zipped workbook at ``path``, seen to be safe to parse; else RefusedBookError by name.

    ``seen`` hears how much of it was looked at.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            kind = _directory(archive, limits)
            if kind == "ods":
                return _look_into_ods(archive, limits, seen)
            return _look_into_xlsx(archive, limits, seen)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, OSError) as error:
        raise RefusedBookError(
            "This is not an .xlsx workbook: the file is damaged or only part of it arrived. Save it again in the spreadsheet program and send that file."
        ) from error


def _directory(archive: zipfile.ZipFile, limits: Limits) -> str:
    members = archive.infolist()
    if len(members) > limits.members:
        raise RefusedBookError(
            "The workbook holds %(n)s parts, more than any spreadsheet program writes.", n=len(members)
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise RefusedBookError(
            "The workbook unpacks to more than %(limit)s MB. Split it into several files.",
            limit=limits.unpacked_bytes >> 20,
        )
    packed = sum(member.compress_size for member in members)
    if unpacked > _LARGE and unpacked > _RATIO * packed:
        raise RefusedBookError(
            "The workbook unpacks to %(times)s times its size, as no list does; it was not opened.",
            times=unpacked // max(packed, 1),
        )
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename[:3]:
            raise RefusedBookError("The workbook holds a part with a forbidden name; it was not opened.")
        if member.flag_bits & 1:
            raise RefusedBookError(
                "The workbook is protected by a password. Save it without one and send that file."
            )
    names = {member.filename for member in members}
    if len(names) != len(members):
        raise RefusedBookError("The workbook holds two parts of the same name; it was not opened.")
    return _kind(archive, names)


def _kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names and "content.xml" in names:
        if not _head(archive, "mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            raise RefusedBookError(
                "This OpenDocument file is not a spreadsheet. Expected .xlsx, .ods or .csv."
            )
        if "META-INF/manifest.xml" in names and b"encryption-data" in _head(
            archive, "META-INF/manifest.xml", 1 << 20
        ):
            raise RefusedBookError(
                "The workbook is protected by a password. Save it without one and send that file."
            )
        return "ods"
    types = _head(archive, "[Content_Types].xml", 1 << 20) if "[Content_Types].xml" in names else b""
    if b"macroEnabled" in types or any(name.endswith("vbaProject.bin") for name in names):
        raise RefusedBookError("The workbook holds macros (.xlsm). Save it as .xlsx and send that file.")
    if b"ms-excel.sheet.binary" in types:
        raise RefusedBookError("This is a binary workbook (.xlsb). Save it as .xlsx and send that file.")
    if b"spreadsheetml" not in types:
        raise RefusedBookError("This is not an .xlsx workbook. Expected a spreadsheet: .xlsx, .ods or .csv.")
    return "xlsx"


def _head(archive: zipfile.ZipFile, name: str, size: int = 4096) -> bytes:
    with archive.open(name) as part:
        return part.read(size)


def _look_into_xlsx(archive: zipfile.ZipFile, limits: Limits, seen: Seen) -> Package:
    package = Package(format="xlsx")
    sizes = {each.filename: each.file_size for each in archive.infolist() if _is_sheet(each.filename)}
    whole, done = sum(sizes.values()) or 1, 0
    padded = _padded_styles(archive)
    for name in archive.namelist():
        if name.startswith("xl/externalLinks/"):
            package.external_links = True
        if not name.endswith((".xml", ".rels")):
            continue
        with archive.open(name) as part:
            if name in sizes:
                begin, done = done, done + sizes[name]
                watched = _watched(part, sizes[name], stretch(seen, begin / whole, done / whole))
                package.scans[name] = _scan(watched, padded, limits)
                package.scans[name].weight += sizes[name]
                continue
            head = part.read(_KEEP)
            _refuse_entities(head)
            if name == "xl/workbook.xml":
                package.since_1904 = bool(_SINCE_1904.search(head))
    return package


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.count("/") == 2 and name.endswith(".xml")


def _watched(part: IO[bytes], size: int, seen: Seen) -> Iterator[bytes]:
    """The part in pieces, and how much of it was given."""
    given = 0
    while data := part.read(_CHUNK):
        given += len(data)
        seen(given / (size or 1))
        yield data


def _refuse_entities(head: bytes) -> None:
    if _ENTITY.search(head) or b"\x00" in head[:200]:
        raise RefusedBookError(
            "The workbook declares XML entities, which no spreadsheet program writes; it was not opened."
        )


def _chunks(part: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of the part, cut before a cell or a row begins, so that no match is lost or found twice."""
    rest = b""
    for piece in part:
        data = rest + piece
        cell = max(data.rfind(b"<c "), data.rfind(b":c "), data.rfind(b"<row"))
        # a namespace prefix stands before the colon; a piece without any cell is not kept growing
        cut = data.rfind(b"<", 0, cell + 1) if cell > 0 and len(data) - cell < 8 * _CHUNK else len(data)
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _scan(part: Iterable[bytes], padded: dict[bytes, int], limits: Limits) -> SheetScan:
    scan = SheetScan()
    styled = re.compile(_STYLED % b"|".join(sorted(padded))) if padded else None
    first = True
    for chunk in map(_plain, _chunks(part)):
        if first:
            _refuse_entities(chunk[:_KEEP])
            first = False
        _bounds(scan, chunk, limits)
        # a search for a plain word is ten times cheaper than the pattern that follows it
        if b"<f" in chunk or b":f" in chunk:
            scan.formulas.update(_position(column, row) for column, row in _FORMULA.findall(chunk))
        if b't="e"' in chunk or b"t='e'" in chunk:
            for column, row, shown in _ERROR.findall(chunk):
                scan.errors[_position(column, row)] = shown.decode("utf-8", "replace")
        if b"hidden=" in chunk:
            scan.hidden.update(int(row) - 1 for row in _HIDDEN_ROW.findall(chunk))
        if styled:
            for column, row, style in styled.findall(chunk):
                scan.padded[_position(column, row)] = padded[style]
        scan.merged += chunk.count(b"<mergeCell ")
        if scan.merged > limits.merged:
            raise merges_too_much(limits)
    return scan


def _plain(chunk: bytes) -> bytes:
    """The piece as most programs write it: no namespace prefixes, double quotes, one space before an attribute."""
    if b":c " in chunk or b":row" in chunk or b":mergeCell" in chunk:
        chunk = _PREFIXED.sub(b"<", chunk)
    if b"='" in chunk or b"\n" in chunk or b"\t" in chunk:
        chunk = chunk.replace(b"'", b'"').replace(b"\n", b" ").replace(b"\t", b" ").replace(b"\r", b" ")
    return chunk


def _position(column: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, column_index(column.decode())


def _bounds(scan: SheetScan, chunk: bytes, limits: Limits) -> None:
    scan.cells += chunk.count(b"<c ")
    scan.last_row = max(map(int, _ROW.findall(chunk)), default=scan.last_row)
    # only where something is far out the cells are looked at one by one: empty ones with a border do not count
    if scan.last_row > limits.rows or _WIDE.search(chunk):
        _refuse_far(chunk, limits)
    if scan.cells > limits.cells:
        raise RefusedBookError(
            "A sheet holds more than %(limit)s cells. Split it into several files.", limit=limits.cells
        )


def _refuse_far(chunk: bytes, limits: Limits) -> None:
    filled = _FILLED.findall(chunk)
    if not filled:
        return
    widest = max({column for column, _ in filled}, key=lambda name: (len(name), name))
    columns = column_index(widest.decode()) + 1
    rows = max(int(row) for row in {row for _, row in filled})
    if columns > limits.columns:
        raise RefusedBookError(
            "A sheet has a value in column %(column)s; at most %(limit)s columns are read. Delete the columns that are not needed.",
            column=column_name(columns - 1),
            limit=limits.columns,
        )
    if rows > limits.rows:
        raise RefusedBookError(
            "A sheet has a value in row %(row)s; at most %(limit)s rows are read. Split the file or delete the far cell.",
            row=rows,
            limit=limits.rows,
        )


def _padded_styles(archive: zipfile.ZipFile) -> dict[bytes, int]:
    """Style numbers whose format is nothing but zeros, such as 000000, with its width."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = _head(archive, "xl/styles.xml", 4 << 20)
    widths: dict[bytes, int] = {}
    for attributes in re.findall(rb"<(?:\w+:)?numFmt\s([^<>]*)>", styles):
        number = re.search(rb"numFmtId=[\"'](\d+)[\"']", attributes)
        code = re.search(rb"formatCode=[\"'](0{2,40})[\"']", attributes)
        if number and code:
            widths[number.group(1)] = len(code.group(1))
    block = re.search(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", styles, re.DOTALL)
    if not widths or not block:
        return {}
    padded: dict[bytes, int] = {}
    for index, attributes in enumerate(re.findall(rb"<(?:\w+:)?xf\s([^<>]*)>", block.group())):
        number = re.search(rb"numFmtId=[\"'](\d+)[\"']", attributes)
        if number and number.group(1) in widths:
            padded[str(index).encode()] = widths[number.group(1)]
    return padded


def _look_into_ods(archive: zipfile.ZipFile, limits: Limits, seen: Seen) -> Package:
    with archive.open("content.xml") as part:
        pieces = _watched(part, archive.getinfo("content.xml").file_size, seen)
        scans = scan_sheets(_not_far(pieces, limits), limits)
    return Package(format="ods", scans={str(number): scan for number, scan in enumerate(scans)})


def _not_far(pieces: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """The pieces as they are, unless one of them repeats a value as far as no list goes."""
    rest = b""
    first = True
    for piece in pieces:
        if first:
            _refuse_entities(piece[:_KEEP])
            first = False
        data = rest + piece
        wide = max((int(n) for n in _ODS_WIDE.findall(data)), default=0)
        tall = max((int(n) for n in _ODS_TALL.findall(data)), default=0)
        if wide > limits.columns or tall > limits.rows:
            raise RefusedBookError(
                "A sheet repeats one value over %(n)s cells. Delete the filled columns or rows that are not needed.",
                n=max(wide, tall),
            )
        rest = data[-_KEEP:]
        yield piece


def sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """Paths of the sheets' parts in the book's order."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    targets: dict[bytes, str] = {}
    for attributes in re.findall(
        rb"<(?:\w+:)?Relationship\s([^<>]*)>", _head(archive, "xl/_rels/workbook.xml.rels", 4 << 20)
    ):
        identifier = re.search(rb"\bId=[\"']([^\"']*)[\"']", attributes)
        target = re.search(rb"\bTarget=[\"']([^\"']*)[\"']", attributes)
        if identifier and target:
            path = target.group(1).decode("utf-8", "replace")
            targets[identifier.group(1)] = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    book = _head(archive, "xl/workbook.xml", 4 << 20)
    return [
        targets.get(identifier, "")
        for identifier in re.findall(rb"<(?:\w+:)?sheet\s[^<>]*?\w+:id=[\"']([^\"']*)[\"']", book)
    ]
