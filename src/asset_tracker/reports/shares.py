"""Dividing money so that the parts sum to the whole."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

CENT = Decimal("0.01")


def split(value: Decimal, percents: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """``value`` (two decimals) divided by ``percents``, to the cent, by the largest remainder.

    The parts sum to the value when the percents sum to 100, and to their part of it otherwise.
    Of equal remainders the earlier gets the cent, so the same input always gives the same parts.
    """
    return _split(value, tuple(percents))


# Of a delivery a hundred things cost the same and were paid by the same donors.
@lru_cache(maxsize=1024)
def _split(value: Decimal, percents: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    exact = [value * percent / 100 for percent in percents]
    parts = [amount.quantize(CENT, rounding=ROUND_FLOOR) for amount in exact]
    whole = sum(exact, Decimal(0)).quantize(CENT)
    missing = int((whole - sum(parts, Decimal(0))) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[:missing]:
        parts[place] += CENT
    return tuple(parts)
