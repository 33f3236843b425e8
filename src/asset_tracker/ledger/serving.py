"""How much a thing served residents: counts by days, of which none is counted twice [pure].

A count runs from its first day to the day (in Kyiv) on which it occurred, both included. Of two counts of one unit
that share a day the one that ended first counts; the other contradicts it, until one of them is corrected.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from asset_tracker import kyiv
from asset_tracker.errors import FieldError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.state import Served, Span, State

UNITS: Final = ("trips", "consultations")
SERVING: Final = frozenset({"vehicle", "mobile_case", "video_kit", "other"})
"""Categories of which it is counted how they serve; a category of one's own may be a kind of ``other``."""
LONGEST: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """So many ``trips`` or ``consultations`` from day to day, both included, as an event told."""

    event: UUID
    unit: str
    number: int
    since: date
    until: date


def last_day(at: datetime) -> date:
    """The last day of a count that occurred at ``at``."""
    return kyiv.day_of(at)


def wrong_span(payload: ev.Payload, at: datetime) -> list[FieldError]:
    """What is wrong with the days of a new count; nothing for any other fact."""
    if not isinstance(payload, ev.ServiceCounted):
        return []
    until = last_day(at)
    if payload.since > until:
        return [FieldError("since", "The first day counted is after the last, which is the day it happened.")]
    if until - payload.since >= LONGEST:
        return [FieldError("since", "Count at most a year at once.")]
    return []


def shared(state: State, payload: ev.ServiceCounted, at: datetime) -> Span | None:
    """Days counted already of which the new count has some; None if it has none."""
    new = Span(payload.since, last_day(at))
    for unit in UNITS:
        known = state.served.get(unit)
        if known is None or getattr(payload, unit) is None:
            continue
        found = next((span for span in known.spans if _meet(span, new)), None)
        if found is not None:
            return found
    return None


def same_days(one: ev.ServiceCounted, until: date, other: ev.ServiceCounted, other_until: date) -> bool:
    """Whether two counts count one unit on one day."""
    both = any(getattr(one, unit) is not None and getattr(other, unit) is not None for unit in UNITS)
    return both and _meet(Span(one.since, until), Span(other.since, other_until))


def counted_until(state: State) -> date | None:
    """The last day that was counted; None where nothing was."""
    return max((span.until for known in state.served.values() for span in known.spans), default=None)


def counted(state: State, payload: ev.ServiceCounted, at: datetime) -> bool:
    """Add a count to ``state``; False where some of its days were counted, and it is left out for that unit."""
    new, whole = Span(payload.since, last_day(at)), True
    for unit in UNITS:
        number = getattr(payload, unit)
        if number is None:
            continue
        known = state.served.get(unit, Served())
        spans = _joined(known.spans, new)
        if spans is None:
            whole = False
            continue
        state.served = {**state.served, unit: Served(known.number + number, spans)}
    return whole


def counts(told: Iterable[tuple[UUID, datetime, ev.Payload]]) -> Iterator[Count]:
    """The counts that count, of what stands in order of occurrence: those that ``counted`` adds up."""
    spans: dict[str, tuple[Span, ...]] = {}
    for event, at, payload in told:
        if not isinstance(payload, ev.ServiceCounted):
            continue
        new = Span(payload.since, last_day(at))
        for unit in UNITS:
            number = getattr(payload, unit)
            joined = None if number is None else _joined(spans.get(unit, ()), new)
            if joined is not None:
                spans[unit] = joined
                yield Count(event=event, unit=unit, number=number, since=new.since, until=new.until)


def _meet(one: Span, other: Span) -> bool:
    return one.since <= other.until and other.since <= one.until


def _joined(spans: tuple[Span, ...], new: Span) -> tuple[Span, ...] | None:
    """The days with those of ``new``, in order, neighbours as one; None if it has days of theirs, or is none."""
    if new.since > new.until or any(_meet(span, new) for span in spans):
        return None
    found: list[Span] = []
    for span in sorted((*spans, new), key=lambda each: each.since):
        if found and found[-1].until + _DAY == span.since:
            found[-1] = Span(found[-1].since, span.until)
        else:
            found.append(span)
    return tuple(found)
