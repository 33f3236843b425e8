"""Reading the codifier: our own data file, and the official workbook of a newer edition."""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import msgspec

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.codes import MUNICIPALITY_CATEGORIES
from asset_tracker.territory.letters import plain
from asset_tracker.territory.municipalities import Kind, Municipality
from asset_tracker.territory.translit import transliterate

DATA = Path(__file__).with_name("data") / "municipalities.tsv"
COLUMNS = (
    "code", "category", "kind", "name_uk", "name_en", "raion_code", "raion_uk", "oblast_code", "oblast_uk",
    "population", "centre_uk", "lat", "lon",
)  # fmt: skip

MAX_UNPACKED = 200_000_000
"""Bytes the workbook may unpack to; the edition of 2026 unpacks to 13 million."""

_CODE = re.compile(r"UA\d{17}")
_KIND_OF_CENTRE: dict[str, Kind] = {"M": "urban", "X": "settlement", "C": "rural"}


class Codifier(msgspec.Struct, frozen=True, kw_only=True):
    """One edition of the codifier, cut down to municipalities."""

    edition: date
    order: str
    municipalities: tuple[Municipality, ...]


def shipped_edition() -> date:
    """The edition that comes with the product; its municipalities are not read for that."""
    with DATA.open(encoding="utf-8", newline="") as source:
        return date.fromisoformat(_head(source)["edition"])


def read_shipped() -> Codifier:
    """The edition that comes with the product."""
    with DATA.open(encoding="utf-8", newline="") as source:
        head = _head(source)
        rows = csv.DictReader(source, COLUMNS, delimiter="\t")
        return Codifier(
            edition=date.fromisoformat(head["edition"]),
            order=head["order"],
            municipalities=tuple(map(_shipped, rows)),
        )


def _head(source: Iterable[str]) -> dict[str, str]:
    """What is told before the rows: remarks that name something, then the names of the columns."""
    told: dict[str, str] = {}
    for line in source:
        if not line.startswith("#"):
            return told
        name, _, value = line[1:].partition(":")
        told[name.strip()] = value.strip()
    return told


def _shipped(row: dict[str, str]) -> Municipality:
    return Municipality(
        code=row["code"],
        category=cast("Any", row["category"]),
        kind=cast("Any", row["kind"] or None),
        name_uk=row["name_uk"],
        name_en=row["name_en"] or transliterate(row["name_uk"]),
        raion_code=row["raion_code"] or None,
        raion_uk=row["raion_uk"] or None,
        oblast_code=row["oblast_code"],
        oblast_uk=row["oblast_uk"],
        population=int(row["population"]) if row["population"] else None,
        centre_uk=row["centre_uk"] or None,
        lat=float(row["lat"]) if row["lat"] else None,
        lon=float(row["lon"]) if row["lon"] else None,
    )


def read_workbook(data: bytes, *, edition: date | None = None, order: str = "") -> Codifier:
    """The official workbook (columns: five levels of codes, category, name), first sheet.

    ``edition`` defaults to the day the workbook says it was last changed, which is the day it is published as.
    Raises InvalidError when it is not such a workbook.
    """
    from openpyxl import load_workbook

    _look_inside(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        changed = book.properties.modified
        units = list(_units(book.worksheets[0].iter_rows(values_only=True)))
    except (KeyError, ValueError, IndexError, TypeError) as broken:
        raise _not_a_codifier("The workbook cannot be read") from broken
    if not any(category in MUNICIPALITY_CATEGORIES for _, category, _ in units):
        raise _not_a_codifier("No row of category H or K was found")
    when = edition or (changed.date() if changed else date.today())  # noqa: DTZ011 - a day on a paper has no zone
    return Codifier(edition=when, order=order, municipalities=tuple(_municipalities(units)))


def _look_inside(data: bytes) -> None:
    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(BytesIO(data)).infolist())
    except zipfile.BadZipFile as broken:
        raise _not_a_codifier("This is not an .xlsx workbook") from broken
    if size > MAX_UNPACKED:
        raise _not_a_codifier("The workbook is far larger than the codifier")


def _not_a_codifier(what: str) -> InvalidError:
    expected = "the official codifier: five columns of codes, category, name"
    return InvalidError(
        "This is not the codifier of territories.", errors=(FieldError("file", what, expected=expected),)
    )


def _units(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if len(row) < 7 or not isinstance(row[5], str) or not isinstance(row[6], str):
            continue
        codes = [code for code in row[:5] if isinstance(code, str) and _CODE.fullmatch(code)]
        if codes and len(row[5]) == 1:
            yield codes[-1], row[5], plain(row[6])


def _municipalities(units: list[tuple[str, str, str]]) -> Iterator[Municipality]:
    names = {code: name for code, category, name in units if category in "OKP"}
    regions = {code[:4]: code for code, category, _ in units if category in "OK"}
    raions = {code[:6]: code for code, category, _ in units if category == "P"}
    centres = {
        code[:9]: (category, name)
        for code, category, name in units
        if category in _KIND_OF_CENTRE and code[9:14] == "00100"
    }
    for code, category, name in units:
        if category not in MUNICIPALITY_CATEGORIES:
            continue
        raion = raions.get(code[:6]) if category == "H" else None
        settlement = centres.get(code[:9])
        yield Municipality(
            code=code,
            category=cast("Any", category),
            kind="city" if category == "K" else _KIND_OF_CENTRE[settlement[0]] if settlement else None,
            name_uk=name,
            name_en=transliterate(name),
            oblast_code=regions[code[:4]],
            oblast_uk=names[regions[code[:4]]],
            raion_code=raion,
            raion_uk=names[raion] if raion else None,
            centre_uk=name if category == "K" else settlement[1] if settlement else None,
        )
