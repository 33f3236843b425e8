"""What upkeep came to: counts, costs by currency, hours in which a thing was down."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from asset_tracker.assets.upkeep import UpkeepCost, reckon
from asset_tracker.assets.views import EventView

DAY = [datetime(2026, 11, n, tzinfo=UTC) for n in range(1, 12)]


def event(kind, *, standing=True, **payload):
    return EventView(
        id=uuid4(), asset=uuid4(), seq=1, kind=kind, occurred_at=DAY[0], recorded_at=DAY[0], actor=None,
        device=None, operation=None, supersedes=None, standing=standing, payload=payload, photos=(), hash="",
    )  # fmt: skip


def test_costs_are_added_by_currency_and_what_was_struck_out_is_not():
    events = (
        event("fault_reported"),
        event("damaged"),
        event("repaired", cost="2100.50", currency="UAH"),
        event("maintained", cost="10", currency="EUR"),
        event("maintained"),
        event("repaired", cost="99", currency="UAH", standing=False),
        event("disposed", price="5"),
    )
    told = reckon(events, [], DAY[5])
    assert (told.faults, told.maintenances, told.repairs) == (2, 2, 1)
    assert told.costs == (UpkeepCost("EUR", Decimal(10)), UpkeepCost("UAH", Decimal("2100.50")))
    assert (told.down_hours, told.down_since) == (0, None)


def test_times_in_which_it_was_down_are_added_until_the_day_asked_for():
    down = [(DAY[0], DAY[2]), (DAY[4], DAY[5]), (DAY[5], None)]
    assert reckon((), down, DAY[3]).down_hours == 48
    assert reckon((), down, DAY[3]).down_since is None
    now = reckon((), down, DAY[6])
    assert (now.down_hours, now.down_since) == (96, DAY[4])
    assert reckon((), down, DAY[1]).down_since == DAY[0]
