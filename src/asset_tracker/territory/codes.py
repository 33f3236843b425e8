"""KATOTTH codes: ``UA`` and 17 digits, in which the place in the hierarchy can be read.

Structure (order No 290 of 26.11.2020): UA, oblast 2, raion 2, hromada 3, settlement 3, city district 2,
and five digits that no other object has. There is no check digit: a mistyped code is found only by
looking it up.
"""

import re
from enum import IntEnum
from typing import Literal

from asset_tracker.errors import FieldError, InvalidError

Category = Literal["O", "K", "P", "H", "M", "X", "C", "B"]
"""Oblast, city with special status, raion, hromada, city, selyshche, village, city district."""

MUNICIPALITY_CATEGORIES: frozenset[str] = frozenset({"H", "K"})
CITIES_WITH_SPECIAL_STATUS = {"80": "Київ", "85": "Севастополь"}

_SHAPE = re.compile(r"UA\d{17}")
_NOISE = re.compile(r"[\s\-‐-―.·_\u00ad\u200b-\u200f\u2060\ufeff]+")
_PREFIX = str.maketrans("УАЦUA", "UAUUA")
_DIGITS = str.maketrans("ОO", "00")
_PCODE_LENGTH = {1: 4, 2: 6, 3: 9, 4: 12}

EXPECTED = "UA and 17 digits, for example UA18080010000090720"


class Level(IntEnum):
    """How deep in the hierarchy an object stands."""

    OBLAST = 1
    RAION = 2
    MUNICIPALITY = 3
    SETTLEMENT = 4
    DISTRICT = 5


def tidy_code(text: str) -> str:
    """Upper case, without spaces and hyphens, Cyrillic УА or ЦА made Latin, the letter O made a nought."""
    bare = _NOISE.sub("", text).upper()
    return bare[:2].translate(_PREFIX) + bare[2:].translate(_DIGITS)


def is_code(text: str) -> bool:
    """Whether ``text``, once tidied, has the shape of a KATOTTH code."""
    return _SHAPE.fullmatch(tidy_code(text)) is not None


def parse_code(text: str, field: str = "municipality") -> str:
    """The code in ``text`` in its one right spelling.

    Raises InvalidError, with ``field`` named, when it does not have the shape of a code.
    """
    code = tidy_code(text)
    if _SHAPE.fullmatch(code):
        return code
    problem = FieldError(
        field, "“%(value)s” is not a KATOTTH code", params={"value": text[:40]}, expected=EXPECTED
    )
    raise InvalidError("This is not a KATOTTH code.", errors=(problem,))


def level(code: str) -> Level:
    """The level of a well-formed ``code``."""
    if code[12:14] != "00":
        return Level.DISTRICT
    if code[9:12] != "000":
        return Level.SETTLEMENT
    if code[6:9] != "000":
        return Level.MUNICIPALITY
    return Level.RAION if code[4:6] != "00" else Level.OBLAST


def categories(code: str) -> frozenset[Category]:
    """The categories an object with this well-formed ``code`` can have (a settlement: city, selyshche, village)."""
    if code[2:4] in CITIES_WITH_SPECIAL_STATUS and level(code) is Level.OBLAST:
        return frozenset({"K"})
    by_level: dict[Level, frozenset[Category]] = {
        Level.OBLAST: frozenset({"O"}),
        Level.RAION: frozenset({"P"}),
        Level.MUNICIPALITY: frozenset({"H"}),
        Level.SETTLEMENT: frozenset({"M", "X", "C"}),
        Level.DISTRICT: frozenset({"B"}),
    }
    return by_level[level(code)]


def pcode(code: str, adm: int = 3) -> str:
    """The OCHA p-code of a well-formed ``code`` at administrative level 1 to 4: a prefix of it.

    Source: COD-AB Ukraine, valid from 2023-02-01.
    """
    return code[: _PCODE_LENGTH[adm]]
