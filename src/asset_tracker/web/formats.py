"""How values are written on a page: dates, clocks, money and numbers, by language.

Instants are stored in UTC and shown on the clock of Kyiv, where the equipment stands.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from asset_tracker import kyiv
from asset_tracker.documents import display
from asset_tracker.documents.display import SIGNS
from asset_tracker.i18n import Lang, gettext

NO_VALUE = "—"
_NBSP = "\u00a0"
_UKRAINIAN = str.maketrans({",": _NBSP, ".": ","})


def day(lang: Lang, value: date | datetime | None) -> str:
    """``05.11.2026``; a moment is put on Kyiv's calendar first."""
    if value is None:
        return NO_VALUE
    return display.day(kyiv.day_of(value) if isinstance(value, datetime) else value, lang)


def moment(lang: Lang, value: datetime | None) -> str:
    """``05.11.2026, 14:05`` on Kyiv's clock."""
    if value is None:
        return NO_VALUE
    return display.instant(value, lang)


def iso(value: date | datetime | None) -> str:
    """For ``<time datetime>`` and for fields of type ``date``."""
    return value.isoformat() if value is not None else ""


def local_input(value: datetime) -> str:
    """For a field of type ``datetime-local``: Kyiv's clock, to the minute."""
    return value.astimezone(kyiv.ZONE).strftime("%Y-%m-%dT%H:%M")


def from_local_input(text: str) -> datetime:
    """The moment (UTC) that a field of type ``datetime-local`` gave. Raises ValueError."""
    try:
        return kyiv.instant_of(datetime.fromisoformat(text))
    except OverflowError as error:
        raise ValueError(text) from error


def number(lang: Lang, value: int | Decimal | None, digits: int | None = None) -> str:
    """``1 234`` or ``12,5``; ``digits`` fixes how many stand after the comma."""
    if value is None:
        return NO_VALUE
    if digits is not None:
        text = f"{value:,.{digits}f}"
    elif isinstance(value, int):
        text = f"{value:,}"
    else:
        text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.translate(_UKRAINIAN) if lang == "uk" else text


def money(lang: Lang, value: Decimal | None, currency: str | None = "UAH") -> str:
    """``1 234,50 ₴`` in Ukrainian, ``1,234.50 ₴`` in English; an unknown currency keeps its code."""
    if value is None:
        return NO_VALUE
    sign = SIGNS.get(currency or "", currency or "")
    return f"{number(lang, value, 2)}{_NBSP}{sign}".strip()


def percent(lang: Lang, value: Decimal | None) -> str:
    """``12,5 %`` in Ukrainian, ``12.5%`` in English, as in documents."""
    return NO_VALUE if value is None else display.percent(value, lang)


def ago(lang: Lang, value: datetime, now: datetime) -> str:
    """How many days ago, for lists where that is what matters."""
    days = (kyiv.day_of(now) - kyiv.day_of(value)).days
    if days == 0:
        return gettext(lang, "today")
    if days == 1:
        return gettext(lang, "yesterday")
    return day(lang, value)


_CITIES = {"Київ", "Севастополь"}


def municipality(lang: Lang, name_uk: str | None, name_en: str | None) -> str:
    """``Овруцька громада``; a municipality's bare name is an adjective, a city's is not."""
    name = ((name_en or name_uk) if lang == "en" else name_uk) or ""
    if not name or name_uk in _CITIES:
        return name
    return gettext(lang, "%(name)s municipality", name=name)


def named(lang: Lang, thing: Any) -> str:
    """The name of anything that has ``name(lang)``, or ``name_uk`` and perhaps ``name_en``, or ``name``."""
    name = getattr(thing, "name", None)
    if callable(name):
        return str(name(lang))
    if name is not None:
        return str(name)
    return str((getattr(thing, "name_en", None) or thing.name_uk) if lang == "en" else thing.name_uk)
