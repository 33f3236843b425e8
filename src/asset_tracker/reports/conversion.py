"""What things were worth in hryvnias, in euros and in the donor's currency, by rates that are recorded [pure].

A thing is reckoned by the rate of the day it was acquired on (delivered or sent, where nobody recorded that; the
day of the report for what has not happened). The last rate on or before that day counts, if it is not older than
a month: nothing is guessed, and what has no rate is counted and said.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec.structs import replace

from asset_tracker.reports.shares import CENT, split
from asset_tracker.reports.structs_around import Rate
from asset_tracker.reports.structs_figures import Amount, WorthLine
from asset_tracker.reports.structs_items import Item, Worth

HRYVNIA = "UAH"
ALWAYS = (HRYVNIA, "EUR")
# The Commission publishes a rate a month, banks one a day.
OLDEST = 31


class Rates:
    """Recorded rates, one for a currency and day."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_currency: dict[str, list[Rate]] = defaultdict(list)
        for rate in sorted(rates, key=lambda rate: rate.day):
            self._by_currency[rate.currency].append(rate)

    def on(self, currency: str, day: date) -> Rate | None:
        """The rate by which this currency is reckoned on a day."""
        known = self._by_currency.get(currency, [])
        place = bisect_right(known, day, key=lambda rate: rate.day)
        found = known[place - 1] if place else None
        return found if found is not None and (day - found.day).days <= OLDEST else None

    def between(self, source: str, target: str, day: date) -> tuple[Decimal, tuple[Rate, ...]] | None:
        """How many ``target`` one ``source`` was worth, by which rates; None where one is missing."""
        if source == target:
            return Decimal(1), ()
        used: list[Rate] = []
        factor = Decimal(1)
        for currency, above in ((source, True), (target, False)):
            if currency == HRYVNIA:
                continue
            rate = self.on(currency, day)
            if rate is None:
                return None
            used.append(rate)
            factor = factor * rate.uah if above else factor / rate.uah
        return factor, tuple(used)


def reckoned_on(item: Item, as_of: date) -> date:
    """The day by whose rate the thing is reckoned."""
    return item.acquired_on or item.delivered_on or item.dispatched_on or as_of


def convert(
    items: Iterable[Item], rates: Rates, targets: Sequence[str], as_of: date
) -> tuple[tuple[Item, ...], tuple[Rate, ...]]:
    """The items with what they are worth in ``targets``, and the rates that this took, in order."""
    used: set[Rate] = set()
    found = []
    for item in items:
        if item.unit_price is None or item.currency is None:
            found.append(item)
            continue
        day = reckoned_on(item, as_of)
        worth = []
        for target in targets:
            known = rates.between(item.currency, target, day)
            if known is None:
                continue
            factor, by = known
            used.update(by)
            price = _cents(item.unit_price * factor)
            worth.append(
                Worth(currency=target, unit_price=price, value=_cents((item.value or price) * factor))
            )
        found.append(replace(item, worth=tuple(worth), reckoned_on=day))
    return tuple(found), tuple(sorted(used, key=lambda rate: (rate.currency, rate.day)))


def worth_lines(items: Iterable[Item], targets: Sequence[str]) -> tuple[WorthLine, ...]:
    """What all is worth in each of ``targets``; a donor's parts sum to it as far as the shares are whole."""
    priced = [item for item in items if item.value is not None]
    return tuple(_line(priced, target) for target in targets) if priced else ()


def _line(priced: Sequence[Item], target: str) -> WorthLine:
    total = delivered = Decimal("0.00")
    donors: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    without = 0
    for item in priced:
        worth = item.worth_in(target)
        if worth is None:
            without += item.quantity
            continue
        total += worth.value
        delivered += worth.value if item.delivered_on else 0
        parts = split(worth.value, [share.percent for share in item.shares])
        for share, part in zip(item.shares, parts, strict=True):
            donors[share.donor] += part
    return WorthLine(
        currency=target,
        value=total,
        delivered=delivered,
        by_donor=tuple(Amount(donor=donor, value=value) for donor, value in sorted(donors.items())),
        without_rate=without,
    )


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_EVEN)
