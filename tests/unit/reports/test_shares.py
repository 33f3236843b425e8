import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_tracker.reports.shares import split


@pytest.mark.parametrize(
    ("value", "percents", "parts"),
    [
        ("100.00", ["60", "40"], ["60.00", "40.00"]),
        ("0.01", ["50", "50"], ["0.01", "0.00"]),
        ("100.00", ["33.33", "33.33", "33.34"], ["33.33", "33.33", "33.34"]),
        ("10.00", ["33.3333", "33.3333", "33.3334"], ["3.33", "3.33", "3.34"]),
        ("38499.99", ["60", "40"], ["23099.99", "15400.00"]),
        ("100.00", ["25"], ["25.00"]),
        ("5.00", [], []),
    ],
)
def test_split(value, percents, parts):
    assert split(Decimal(value), [Decimal(p) for p in percents]) == tuple(Decimal(p) for p in parts)


@given(
    cents=st.integers(0, 10**12),
    cuts=st.lists(st.integers(0, 10_000), max_size=5),
)
def test_parts_sum_to_the_whole(cents, cuts):
    edges = [0, *sorted(cuts), 10_000]
    percents = [Decimal(b - a) / 100 for a, b in itertools.pairwise(edges)]
    value = Decimal(cents) / 100
    parts = split(value, percents)
    assert sum(parts) == value
    assert all(abs(part - value * p / 100) < Decimal("0.01") for part, p in zip(parts, percents, strict=True))
