from datetime import date
from decimal import Decimal

import pytest

from asset_tracker.reports.conversion import Rates, convert, reckoned_on, worth_lines
from asset_tracker.reports.structs_around import Rate
from asset_tracker.reports.structs_items import Share
from factories.reports import RATES, item, municipality_report

DAY = date(2025, 2, 1)


def rate(currency, day, uah):
    return Rate(currency=currency, day=day, uah=Decimal(uah), source="A bank")


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2024, 11, 1), date(2024, 11, 1)),
        (date(2024, 11, 20), date(2024, 11, 1)),
        (date(2024, 12, 2), date(2024, 11, 1)),
        (date(2024, 12, 3), None),  # older than a month
        (date(2024, 10, 31), None),  # no rate is taken from the future
    ],
)
def test_the_last_rate_of_a_month_counts(day, found):
    known = Rates(RATES).on("EUR", day)
    assert (known and known.day) == found


def test_the_newer_of_two_rates_counts():
    known = Rates((rate("EUR", date(2024, 11, 10), "44"), *RATES))
    assert known.on("EUR", date(2024, 11, 9)).uah == Decimal("43.5")
    assert known.on("EUR", date(2024, 11, 10)).uah == Decimal(44)


@pytest.mark.parametrize(
    ("source", "target", "factor", "count"),
    [
        ("UAH", "UAH", "1", 0),
        ("EUR", "EUR", "1", 0),
        ("EUR", "UAH", "43.5", 1),
        ("EUR", "SEK", "11.6", 2),
        ("USD", "USD", "1", 0),
    ],
)
def test_between_two_currencies_it_goes_through_the_hryvnia(source, target, factor, count):
    found, used = Rates(RATES).between(source, target, date(2024, 11, 14))
    assert found == Decimal(factor)
    assert len(used) == count


def test_two_currencies_without_a_rate_are_not_reckoned():
    assert Rates(RATES).between("USD", "UAH", date(2024, 11, 14)) is None
    assert Rates(()).between("EUR", "SEK", date(2024, 11, 14)) is None


def test_the_day_is_that_of_the_purchase():
    bought = item(1, acquired_on=date(2024, 10, 1))
    assert reckoned_on(bought, DAY) == date(2024, 10, 1)
    assert reckoned_on(item(1), DAY) == date(2024, 11, 14)
    waiting = item(1, delivered_on=None, dispatched_on=None)
    assert reckoned_on(waiting, DAY) == DAY


def test_parts_sum_to_the_whole_in_every_currency():
    thirds = tuple(
        Share(donor=name, percent=percent, value=None)
        for name, percent in (("a", Decimal("33.3333")), ("b", Decimal("33.3333")), ("c", Decimal("33.3334")))
    )
    things = [item(n, shares=thirds, unit_price=Decimal("0.05") * n) for n in range(1, 30)]
    found, used = convert(things, Rates(RATES), ("UAH", "EUR"), DAY)
    assert {each.day for each in used} == {date(2024, 11, 1)}
    for line in worth_lines(found, ("UAH", "EUR")):
        assert sum(amount.value for amount in line.by_donor) == line.value


def test_what_has_no_rate_is_counted_and_said_and_not_guessed():
    dollars = item(1, unit_price=Decimal(100), currency="USD", quantity=3)
    facts = municipality_report(items=(dollars, item(2)), timeline=(), losses=(), rates=RATES).facts
    by_currency = {line.currency: line for line in facts.summary.worth}
    assert by_currency["UAH"].value == Decimal("38499.99")
    assert by_currency["UAH"].without_rate == 3
    assert [found.number for found in facts.findings if found.code == "no_rate"] == [3]
    assert municipality_report(items=(item(2),), timeline=(), losses=(), rates=RATES).facts.findings == ()
