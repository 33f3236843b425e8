"""Files made by script for the import tests: friendly, messy and hostile ones."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"
_SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def save(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    title: str = "Пакувальний лист",
    touch: Callable[[Worksheet], None] | None = None,
) -> Path:
    """A workbook of one sheet; ``touch`` may merge, hide and format."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if touch:
        touch(sheet)
    book.save(path)
    return path


def patched(path: Path, parts: Mapping[str, bytes | None], *, drop: Sequence[str] = ()) -> Path:
    """A small workbook with some parts of its package replaced, added or dropped."""
    source = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["Назва", "Кількість"])
    book.worksheets[0].append(["Ноутбук", 1])
    book.save(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts and name not in drop:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return path


def sheet_xml(cells: str) -> bytes:
    return (_SHEET_XML % cells).encode()


def far_cell(path: Path) -> Path:
    xml = sheet_xml(
        '<row r="1"><c r="A1" t="n"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
    )
    return patched(path, {SHEET: xml})


def bomb(path: Path, megabytes: int) -> Path:
    """A sheet that unpacks to ``megabytes`` of nothing."""
    with (
        zipfile.ZipFile(
            patched(path, {}, drop=[SHEET]), "a", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as archive,
        archive.open(SHEET, "w", force_zip64=True) as part,
    ):
        block = b" " * (1 << 20)
        for _ in range(megabytes):
            part.write(block)
    return path


def entities(path: Path) -> Path:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    xml = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">{lol}]><sst><si><t>&l8;</t></si></sst>'
    return patched(path, {"xl/sharedStrings.xml": xml.encode()})


def protected(path: Path) -> Path:
    """What an encrypted workbook looks like from outside: a compound file that names EncryptedPackage."""
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024 + "EncryptedPackage".encode("utf-16-le")
    )
    return path


def old_xls(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024 + "Workbook".encode("utf-16-le"))
    return path


def ods(
    path: Path,
    rows: Sequence[Sequence[str | float]],
    repeat: int = 1,
    touch: Callable[[str], str] = str,
) -> Path:
    """One sheet; ``touch`` may write more into the XML of its rows."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join(
        f'<table:table-row table:number-rows-repeated="{repeat}">{"".join(map(cell, row))}</table:table-row>'
        for row in rows
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "calcext")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
            f'<table:table table:name="Лист">{touch(body)}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return path


def day(year: int, month: int, number: int) -> dt.datetime:
    return dt.datetime(year, month, number)  # noqa: DTZ001  # a cell has no time zone
