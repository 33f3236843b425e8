"""When the work of a maintenance plan is next due, by the calendar or by the meter [pure]."""

from datetime import date, timedelta
from typing import Literal

import msgspec

from asset_tracker.assets.months import months_after
from asset_tracker.ledger.values import Meter

SOON_DAYS = 30
# A meter counts as nearly there when so much of the way between two turns is left.
_SOON_PART = 10

TurnStatus = Literal["planned", "due", "overdue"]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """``on`` is the day, ``at_meter`` the reading, at which the work is due; whichever comes first."""

    status: TurnStatus
    on: date | None = None
    at_meter: int | None = None


class Every(msgspec.Struct, frozen=True, kw_only=True):
    """How often: every so many months, every so many units of the meter, or both."""

    months: int | None = None
    meter: int | None = None
    unit: str | None = None


def next_turn(
    every: Every,
    *,
    starts_on: date,
    start_meter: int | None,
    done_on: date | None,
    done_meter: Meter | None,
    meter: Meter | None,
    today: date,
) -> Turn:
    """The next turn, by when it was last done (or the plan began) and what the meter says now."""
    on = months_after(done_on or starts_on, every.months) if every.months else None
    at_meter = None
    if every.meter:
        last = done_meter.value if done_meter and done_meter.unit == every.unit else start_meter or 0
        at_meter = last + every.meter
    statuses = [_by_day(on, today), _by_meter(at_meter, every, meter)]
    status: TurnStatus = "overdue" if "overdue" in statuses else "due" if "due" in statuses else "planned"
    return Turn(status=status, on=on, at_meter=at_meter)


def _by_day(on: date | None, today: date) -> TurnStatus:
    if on is None or on > today + timedelta(days=SOON_DAYS):
        return "planned"
    return "overdue" if on < today else "due"


def _by_meter(at_meter: int | None, every: Every, meter: Meter | None) -> TurnStatus:
    if at_meter is None or meter is None or meter.unit != every.unit or not every.meter:
        return "planned"
    left = at_meter - meter.value
    if left <= 0:
        return "overdue"
    return "due" if left <= every.meter // _SOON_PART else "planned"
