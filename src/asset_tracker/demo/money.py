"""Rates of exchange for the demonstration: one a month, near what they were, and called made up [pure]."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID

from asset_tracker.demo.people import EGA, PROSTO
from asset_tracker.programmes.budgets import NewBudget
from asset_tracker.programmes.rates import NewRate

SOURCE: Final = "Демонстраційний курс (demonstration rate)"
# The year, and what one euro and one Swedish krona were worth in hryvnias at its beginning; between them by the month.
_STARTS: Final = (
    (2022, "31.0", "3.02"),
    (2023, "38.9", "3.50"),
    (2024, "41.9", "3.78"),
    (2025, "43.9", "3.82"),
    (2026, "49.5", "4.55"),
    (2027, "50.5", "4.65"),
)


def _rates() -> Iterator[NewRate]:
    for (year, *begin), (_, *end) in pairwise(_STARTS):
        for month in range(12):
            for currency, first, last in zip(("EUR", "SEK"), begin, end, strict=True):
                step = (Decimal(last) - Decimal(first)) * month / 12
                uah = (Decimal(first) + step).quantize(Decimal("0.0001"))
                yield NewRate(currency=currency, day=date(year, month + 1, 1), uah=uah, source=SOURCE)


def rates_until(day: date) -> tuple[NewRate, ...]:
    """The rates that were published by a day: none of a day to come."""
    return tuple(each for each in _rates() if each.day <= day)


# Made up, as a demonstration may: what either programme spent on things is known, its whole is not.
BUDGETS: Final[dict[UUID, NewBudget]] = {
    EGA: NewBudget(amount=Decimal(60_000), currency="EUR", since=date(2024, 7, 1)),
    PROSTO: NewBudget(amount=Decimal(40_000_000), currency="UAH", since=date(2021, 1, 1)),
}
