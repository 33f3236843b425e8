"""Figures as a reader sees them: digits grouped, days written out, in Ukrainian or English."""

from datetime import date, datetime
from decimal import Decimal

from asset_tracker import kyiv
from asset_tracker.i18n import Lang

NOTHING = "–"
_THIN = "\u00a0"
SIGNS = {"UAH": "₴", "EUR": "€", "USD": "$", "SEK": "kr", "GBP": "£"}


def number(value: int | None, lang: Lang) -> str:
    if value is None:
        return NOTHING
    text = f"{value:,}"
    return text.replace(",", _THIN) if lang == "uk" else text


def money(value: Decimal | None, lang: Lang) -> str:
    """Two decimals: ``1 234,50`` or ``1,234.50``."""
    if value is None:
        return NOTHING
    text = f"{value:,.2f}"
    return text.replace(",", _THIN).replace(".", ",") if lang == "uk" else text


def rate(value: Decimal, lang: Lang) -> str:
    """As many decimals as it has: ``41,2345`` or ``41.2345``."""
    return f"{value:f}".replace(".", ",") if lang == "uk" else f"{value:f}"


def percent(value: Decimal | None, lang: Lang) -> str:
    """As many decimals as it has, without closing zeros: ``33,33 %`` or ``60%``."""
    if value is None:
        return NOTHING
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text.replace('.', ',')}{_THIN}%" if lang == "uk" else f"{text}%"


def day(value: date | None, lang: Lang) -> str:
    """``01.02.2025`` or ``1 Feb 2025``."""
    if value is None:
        return NOTHING
    return f"{value:%d.%m.%Y}" if lang == "uk" else f"{value.day} {value:%b %Y}"


def day_of(value: datetime, lang: Lang) -> str:
    """The calendar day in Kyiv of an instant, written out."""
    return day(kyiv.day_of(value), lang)


def instant(value: datetime | None, lang: Lang) -> str:
    """Day and minute in Kyiv."""
    if value is None:
        return NOTHING
    local = value.astimezone(kyiv.ZONE)
    return f"{day(local.date(), lang)}, {local:%H:%M}"


def part(value: int, whole: int) -> int:
    """Whole per cent, rounded down, so that 100 is said only of all."""
    return value * 100 // whole if whole else 0
