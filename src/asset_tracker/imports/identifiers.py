"""Numbers that name things: serial numbers, plates, VINs, as people and spreadsheets write them. [pure]"""

import re

from asset_tracker.imports.cells import Cell, Mark
from asset_tracker.imports.values import NONE_WRITTEN, NOTHING, Reading, plain, shown, text

_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУ", "ABCEHIKMOPTXY")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eеEЕ]\+?\d{1,3}")
_PLATE = re.compile(r"[ABCEHIKMOPTX]{2}\d{4}[ABCEHIKMOPTX]{2}")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def serial(cell: Cell) -> Reading:
    """A serial number as text. What a spreadsheet made of it on the way is a warning, or a problem if digits are lost."""
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(cell, Mark) and cell.kind == "padded":
        return Reading(str(value))
    if isinstance(cell, Mark) and cell.kind in {"date", "time", "duration"}:
        return Reading(
            expected="the serial number; the spreadsheet turned it into a date. Format the column as text and type it again"
        )
    if isinstance(value, bool):
        return Reading(expected="the serial number as text")
    if isinstance(value, int | float):
        return _serial_number(value)
    reading = text(cell)
    if reading.value is None:
        return reading
    if reading.value.casefold() in NONE_WRITTEN:
        return NOTHING
    if _SCIENTIFIC.fullmatch(reading.value):
        return Reading(
            expected="the whole serial number; the spreadsheet shortened it to %(shown)s. Format the column as text and type it again",
            params={"shown": reading.value},
        )
    return reading


def _serial_number(value: float) -> Reading:
    if value != int(value):
        return Reading(shown(value), warning="stored as a number; check the serial number")
    if abs(value) >= 10**15:
        return Reading(
            expected="the whole serial number; a spreadsheet keeps only 15 digits of a number. Format the column as text and type it again"
        )
    return Reading(
        str(int(value)),
        warning="stored as a number; zeros at its beginning would be lost. Format the column as text to be sure",
    )


def plate(cell: Cell) -> Reading:
    """A number plate with Latin letters and no spaces (DSTU 4278); another form is kept, with a warning."""
    reading = text(cell, 40)
    if reading.value is None or reading.value.casefold() in NONE_WRITTEN:
        return reading if reading.expected else NOTHING
    bare = re.sub(r"[\s\-]", "", reading.value).upper().translate(_TO_LATIN)
    if _PLATE.fullmatch(bare):
        return Reading(bare)
    return Reading(reading.value, warning="not a plate of the usual form AA1234BB; kept as written")


def vin(cell: Cell) -> Reading:
    """A vehicle identification number: 17 characters. The check digit is only North America's, so a wrong one warns."""
    reading = text(cell, 40)
    if reading.value is None or reading.value.casefold() in NONE_WRITTEN:
        return reading if reading.expected else NOTHING
    bare = re.sub(r"[\s\-]", "", reading.value).upper().translate(_TO_LATIN)
    if not _VIN.fullmatch(bare):
        return Reading(expected="a VIN: 17 letters and digits without I, O and Q")
    if bare[8] != vin_check_digit(bare):
        return Reading(bare, warning="the check digit of this VIN is not right; compare it with the vehicle")
    return Reading(bare)


def vin_check_digit(number: str) -> str:
    """What the ninth character of a VIN would be by 49 CFR 565."""
    total = sum(
        weight * (int(letter) if letter.isdigit() else _VIN_VALUES[letter])
        for weight, letter in zip(_VIN_WEIGHTS, number, strict=True)
    )
    return "0123456789X"[total % 11]
