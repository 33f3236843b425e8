"""When the work of a plan is due, as a table."""

from datetime import date

import pytest

from asset_tracker.assets.months import months_after
from asset_tracker.assets.turns import Every, next_turn
from asset_tracker.ledger.values import Meter

TODAY = date(2026, 11, 20)
YEARLY, OIL = Every(months=12), Every(meter=10_000, unit="km")


def turn(every, **more):
    known = {"start_meter": None, "done_on": None, "done_meter": None, "meter": None}
    return next_turn(every, starts_on=date(2025, 6, 1), today=TODAY, **(known | more))


CASES = [
    (YEARLY, {}, "overdue", date(2026, 6, 1), None),
    (YEARLY, {"done_on": date(2026, 3, 1)}, "planned", date(2027, 3, 1), None),
    (YEARLY, {"done_on": date(2025, 12, 1)}, "due", date(2026, 12, 1), None),
    (OIL, {"meter": Meter(8_000, "km")}, "planned", None, 10_000),
    (OIL, {"meter": Meter(9_500, "km")}, "due", None, 10_000),
    (OIL, {"meter": Meter(10_000, "km")}, "overdue", None, 10_000),
    (OIL, {"meter": Meter(50_000, "hours")}, "planned", None, 10_000),
    (
        OIL,
        {"meter": Meter(21_000, "km"), "done_meter": Meter(12_000, "km")},
        "due",
        None,
        22_000,
    ),
    (OIL, {"start_meter": 40_000, "meter": Meter(45_000, "km")}, "planned", None, 50_000),
    (
        Every(months=12, meter=10_000, unit="km"),
        {"done_on": date(2026, 11, 1), "done_meter": Meter(5_000, "km"), "meter": Meter(16_000, "km")},
        "overdue",
        date(2027, 11, 1),
        15_000,
    ),
]


@pytest.mark.parametrize(("every", "known", "status", "on", "at_meter"), CASES)
def test_the_next_turn(every, known, status, on, at_meter):
    found = turn(every, **known)
    assert (found.status, found.on, found.at_meter) == (status, on, at_meter)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 20), 2, date(2027, 1, 20)),
    ],
)
def test_months_end_where_they_end(day, months, after):
    assert months_after(day, months) == after
