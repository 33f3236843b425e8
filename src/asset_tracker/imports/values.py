"""Values as people write them, turned into what the ledger keeps. [pure]

Each reader takes a cell and gives a ``Reading``: the value, or what was expected instead, and a warning where the
value had to be understood. Nothing here knows what a column is for.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec

from asset_tracker.imports.cells import Cell, Mark
from asset_tracker.territory import letters


class Reading(msgspec.Struct, frozen=True):
    """``value`` is None where nothing was written or where ``expected`` says what should stand there.

    ``expected``, ``warning``: English msgids, ``params`` fill their places. ``suggestion``: a value that would do.
    """

    value: Any = None
    expected: str | None = None
    warning: str | None = None
    suggestion: str | None = None
    params: dict[str, Any] = {}


NOTHING = Reading()

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_SPACES = re.compile(r"\s+")

# What people write where there is no serial number, price or date.
NONE_WRITTEN = frozenset(
    [
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "/",
        "x",
        "х",
        "n/a",
        "na",
        "none",
        "null",
        "нема",
        "немає",
        "відсутній",
        "відсутня",
        "відсутнє",
        "без",
        "б/н",
        "б.н.",
        "бн",
        "бн.",
        "no",
        "s/n",
        "0000",
    ]
) | {"без номера", "без серійного номера", "not available", "no serial", "no serial number"}


def tidy(text: str) -> str:
    """``text`` as it is kept: composed (NFC), single spaces, nothing invisible."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """``text`` for comparing: lower case, one apostrophe, Latin look-alikes in Cyrillic words mended."""
    return letters.cyrillic_where_meant(letters.plain(text)).casefold()


def plain(cell: Cell) -> str | int | float | bool | None:
    """The cell without its mark."""
    return cell.value if isinstance(cell, Mark) else cell


def shown(cell: Cell) -> str:
    """The cell as its reader would recognise it, shortened to 120 characters."""
    value = plain(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(value)
    text = _INVISIBLE.sub("", str(value))
    return text if len(text) <= 120 else f"{text[:117]}…"


def text(cell: Cell, limit: int = 200) -> Reading:
    """Any text up to ``limit`` characters; numbers are taken as they are shown."""
    if type(cell) is str and 0 < len(written := tidy(cell)) <= limit:  # by far the most
        return Reading(written)
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(cell, Mark) and cell.kind == "long":
        return Reading(
            expected="at most %(limit)s characters; the cell holds %(length)s",
            params={"limit": limit, "length": cell.length},
        )
    written = tidy(value) if isinstance(value, str) else shown(value)
    if not written:
        return NOTHING
    if len(written) > limit:
        return Reading(
            expected="at most %(limit)s characters; the cell holds %(length)s",
            params={"limit": limit, "length": len(written)},
        )
    return Reading(written)


# Numbers ---------------------------------------------------------------------

CURRENCY_SIGNS: dict[str, str] = {
    "₴": "UAH", "uah": "UAH", "грн": "UAH", "гривень": "UAH", "гривня": "UAH", "гривні": "UAH", "hryvnia": "UAH",
    "€": "EUR", "eur": "EUR", "євро": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "usd": "USD", "долар": "USD", "доларів": "USD", "доларів сша": "USD", "долар сша": "USD", "us$": "USD", "дол": "USD",
    "£": "GBP", "gbp": "GBP", "фунт": "GBP", "zł": "PLN", "pln": "PLN", "злотий": "PLN", "злотих": "PLN",
    "sek": "SEK", "kr": "SEK", "шведська крона": "SEK", "шведських крон": "SEK", "крон": "SEK", "крона": "SEK",
    "chf": "CHF", "франк": "CHF", "nok": "NOK", "dkk": "DKK", "cad": "CAD", "jpy": "JPY", "¥": "JPY", "czk": "CZK",
}  # fmt: skip
_SIGN = re.compile(
    "(?:" + "|".join(sorted((re.escape(sign) for sign in CURRENCY_SIGNS), key=len, reverse=True)) + r")\.?",
    re.IGNORECASE,
)
_GROUPS = re.compile(r"[\s\u00a0\u202f\u2009'’`ʼ_]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def currency(cell: Cell) -> Reading:
    """An ISO 4217 code from a code, a sign or a Ukrainian or English word."""
    value = plain(cell)
    if value is None:
        return NOTHING
    written = tidy(str(value)).casefold().rstrip(".")
    if not written or written in NONE_WRITTEN:
        return NOTHING
    if written in CURRENCY_SIGNS:
        return Reading(CURRENCY_SIGNS[written])
    return Reading(expected="a currency: UAH, EUR, USD, SEK, or грн, €, $")


def currency_in(cell: Cell) -> str | None:
    """The currency that a sign or word beside an amount names, if any."""
    value = plain(cell)
    return _sign_in(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _sign_in(written: str) -> str | None:
    found = _SIGN.search(written)
    return CURRENCY_SIGNS[found.group().casefold().rstrip(".")] if found else None


def number(cell: Cell) -> Reading:
    """A decimal number: ``1,234.50``, ``1 234,50``, ``1'234.50``, ``1.234,50``, with currency signs around it.

    A lone comma or point before exactly three digits could be either; it is read as thousands, with a warning.
    """
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Reading(expected="a number")
    if isinstance(value, int | float):
        if isinstance(cell, Mark) and cell.kind in {"date", "time", "duration"}:
            return Reading(expected="a number")
        return Reading(_exact(value))
    if isinstance(cell, Mark) and cell.kind in {"date", "time", "duration", "error"}:
        return Reading(expected="a number; the sheet holds a date or an error here")
    written = tidy(value)
    if written.casefold() in NONE_WRITTEN:
        return NOTHING
    return _number_in(written)


def _exact(value: float) -> Decimal:
    """The shortest decimal that stands for this number: what the person saw, not what binary made of it."""
    return Decimal(repr(value)) if abs(value) < 1e15 else Decimal(int(value))


def _number_in(written: str) -> Reading:
    bare = _SIGN.sub("", written).strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = _GROUPS.sub("", bare.strip("()"))
    bare = bare.removesuffix(",-").removesuffix(".-").replace("−", "-")
    bare, warning = _point(bare)
    if not _PLAIN_NUMBER.fullmatch(bare) or len(bare) > 30:
        return Reading(expected="a number, such as 1234.50 or 1 234,50")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        return Reading(expected="a number, such as 1234.50 or 1 234,50")
    params = {"number": str(found)} if warning else {}
    return Reading(-found if negative else found, warning=warning, params=params)


def _point(bare: str) -> tuple[str, str | None]:
    """The number with a point for decimals and nothing for thousands; a warning where it was a guess."""
    commas, points = bare.count(","), bare.count(".")
    if commas and points:
        decimal = max(",", ".", key=bare.rfind)
        thousands = "." if decimal == "," else ","
        return bare.replace(thousands, "").replace(decimal, ".") if bare.count(decimal) == 1 else "?", None
    mark = "," if commas else "."
    if commas + points > 1:
        groups = bare.split(mark)
        return ("".join(groups) if all(len(group) == 3 for group in groups[1:]) else "?"), None
    if commas + points == 1:
        before, after = bare.split(mark)
        if len(after) == 3 and 1 <= len(before.lstrip("+-")) <= 3 and before.lstrip("+-") != "0":
            return before + after, "read as %(number)s; write it without a thousands mark to be sure"
        return f"{before or '0'}.{after or '0'}", None
    return bare, None


def money(cell: Cell) -> Reading:
    """An amount from 0 to 10¹² with at most two decimals (more are rounded, with a warning)."""
    return _money_in(cell) if type(cell) is str else _money(cell)


def _money(cell: Cell) -> Reading:
    reading = number(cell)
    if reading.value is None:
        return reading
    amount: Decimal = reading.value
    if not 0 <= amount <= Decimal(10) ** 12:
        return Reading(expected="an amount from 0 to 1 000 000 000 000")
    rounded = amount.quantize(Decimal("0.01"))
    if rounded != amount:
        return Reading(rounded, warning="rounded to %(number)s", params={"number": str(rounded)})
    return msgspec.structs.replace(reading, value=rounded)


_money_in = lru_cache(maxsize=4096)(_money)  # lists name the same prices again and again


_UNIT = re.compile(
    r"\s*(?:шт|штук|штуки|штука|од|одиниць|одиниця|к-т|компл|комплект|pcs|pc|pieces|units?|sets?|ea)\.?\s*$",
    re.IGNORECASE,
)


def quantity(cell: Cell) -> Reading:
    """A whole number from 1 to 1,000,000; ``2 шт.`` is 2."""
    if type(cell) is int and 1 <= cell <= 1_000_000:  # by far the most
        return Reading(cell)
    value = plain(cell)
    bare: Cell = _UNIT.sub("", tidy(value)) if isinstance(value, str) and not isinstance(cell, Mark) else cell
    reading = number(bare)
    if reading.value is None:
        return Reading(expected="a whole number, 1 or more") if reading.expected else reading
    if reading.value != reading.value.to_integral_value() or not 1 <= reading.value <= 1_000_000:
        return Reading(expected="a whole number, 1 or more")
    return msgspec.structs.replace(reading, value=int(reading.value))


def whole(cell: Cell) -> Reading:
    """A whole number from 1, such as the number of a line; a point or bracket after it is forgiven."""
    value = plain(cell)
    return quantity(value.strip().rstrip(".)") if isinstance(value, str) else value)


def counted(cell: Cell) -> Reading:
    """How often something was: a whole number from 0 to 100,000."""
    reading = number(cell)
    if reading.value is None:
        return Reading(expected="a whole number, 0 or more") if reading.expected else reading
    if reading.value != reading.value.to_integral_value() or not 0 <= reading.value <= 100_000:
        return Reading(expected="a whole number, 0 or more")
    return msgspec.structs.replace(reading, value=int(reading.value))


# Dates -----------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "січень січня січ january jan", "лютий лютого лют february feb", "березень березня бер march mar",
            "квітень квітня квіт april apr", "травень травня трав may", "червень червня черв june jun",
            "липень липня лип july jul", "серпень серпня серп august aug",
            "вересень вересня вер september sep sept", "жовтень жовтня жовт october oct",
            "листопад листопада лист november nov", "грудень грудня груд december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DATE_EXPECTED = "a date, such as 31.12.2024 or 2024-12-31"
_YEAR_FIRST = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_DAY_NAME = re.compile(r"[«\"“]?(\d{1,2})[»\"”]?(?:st|nd|rd|th)?[ .\-]*([^\W\d_]+)\.?[, .\-]+(\d{4})")
_NAME_DAY = re.compile(r"([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SERIAL_DAYS = range(25_569, 73_051)  # 1970 to 2099 in the 1900 system


def date(cell: Cell, *, since_1904: bool = False) -> Reading:
    """A day, from a date cell, a spreadsheet's serial number or text in a dozen forms, day before month.

    ``since_1904``: serial numbers count from 1904, as in old books from a Mac.
    """
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Reading(expected=_DATE_EXPECTED)
    if isinstance(value, int | float):
        days = int(value) + (1462 if since_1904 else 0)
        if days not in _SERIAL_DAYS:
            return Reading(expected=_DATE_EXPECTED)
        found = dt.date(1899, 12, 30) + dt.timedelta(days=days)
        return Reading(found, warning="a number read as the day %(date)s", params={"date": found.isoformat()})
    if isinstance(cell, Mark) and cell.kind in {"time", "duration", "error", "long"}:
        return Reading(expected=_DATE_EXPECTED)
    written = re.sub(r"\s*(?:року|рік|р)\.?$", "", tidy(value), flags=re.IGNORECASE)
    if written.casefold() in NONE_WRITTEN:
        return NOTHING
    return _date_in(written)


def _date_in(written: str) -> Reading:
    if found := _YEAR_FIRST.fullmatch(written) or _COMPACT.fullmatch(written):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(written):
        return _day_first(int(found[1]), int(found[3]), int(found[4]), slashed=found[2] == "/")
    if (found := _DAY_NAME.fullmatch(written)) and (month := _MONTHS.get(fold(found[2]))):
        return _day(int(found[3]), month, int(found[1]))
    if (found := _NAME_DAY.fullmatch(written)) and (month := _MONTHS.get(fold(found[1]))):
        return _day(int(found[3]), month, int(found[2]))
    return Reading(expected=_DATE_EXPECTED)


def _day_first(first: int, second: int, year: int, *, slashed: bool) -> Reading:
    year += 2000 if year < 100 else 0
    if second > 12 >= first:
        reading = _day(year, first, second)
        swapped = "the month stands before the day; read as %(date)s"
        if reading.value is None:
            return reading
        return Reading(reading.value, warning=swapped, params={"date": reading.value.isoformat()})
    reading = _day(year, second, first)
    if slashed and reading.value and first <= 12 and first != second:
        doubtful = "day or month first? read as %(date)s"
        return Reading(reading.value, warning=doubtful, params={"date": reading.value.isoformat()})
    return reading


def _day(year: int, month: int, day: int) -> Reading:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return Reading(expected=_DATE_EXPECTED)
    if not 1990 <= year <= 2100:
        return Reading(expected="a date between 1990 and 2100")
    return Reading(found)


def year(cell: Cell) -> Reading:
    """A year of make from 1950 to 2100, also out of a date."""
    value = plain(cell)
    if value is None:
        return NOTHING
    found = re.search(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)", shown(value))
    return Reading(int(found[1])) if found else Reading(expected="a year, such as 2023")
