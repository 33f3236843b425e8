"""What a kit costs on an act."""

from decimal import Decimal

import pytest

from asset_tracker.consignments.kit_lines import Part, price_of

D = Decimal


def part(value=None, currency="UAH"):
    return Part("x", None if value is None else D(value), currency)


@pytest.mark.parametrize(
    ("price", "currency", "parts", "expected"),
    [
        ("12000", "UAH", (), ("12000", "UAH")),
        ("12000", "UAH", (part("2000"), part("3000.50")), ("17000.50", "UAH")),
        (None, None, (part("2000"), part("3000")), ("5000", "UAH")),
        (None, None, (part(),), (None, None)),
        ("12000", "UAH", (part(),), ("12000", "UAH")),
        ("12000", "UAH", (part("10", "EUR"),), ("12000", "UAH")),
        (None, None, (part("10", "EUR"), part("1")), (None, None)),
    ],
)
def test_a_kit_costs_what_it_and_its_components_cost(price, currency, parts, expected):
    found = price_of(None if price is None else D(price), currency, parts)
    assert found == (None if expected[0] is None else D(expected[0]), expected[1])
