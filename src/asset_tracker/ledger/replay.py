"""From events to state and periods: a fold in order of occurrence [pure].

The result depends on the set of events alone, never on the order in which they arrived: events are
ordered by (registration first, occurrence, life-cycle rank of the kind, id), and nothing here looks
at ``seq`` or ``recorded_at``.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import msgspec

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.folds import apply
from asset_tracker.ledger.state import Period, State

_RANK = {kind: rank for rank, kind in enumerate(ev.KINDS)}


class Replayed(msgspec.Struct, frozen=True):
    """What the events of one asset say: its state now, and its periods without gap or overlap."""

    state: State
    periods: tuple[Period, ...]


def order(event: Event) -> tuple[bool, datetime, int, int]:
    """The key that puts events in the same order everywhere, however they arrived."""
    return (event.kind != "registered", event.occurred_at, _RANK[event.kind], event.id.int)


def live(events: Iterable[Event]) -> list[Event]:
    """The events that no later one struck out or replaced, in order.

    Of two that replace the same event the one made later (greater UUIDv7) holds. Replacing a
    replacement leaves the original replaced; striking it out brings the original back.
    """
    # By their numbers: a UUID is hashed by Python code.
    by_number = {event.id.int: event for event in events}
    if not [event for event in by_number.values() if event.supersedes is not None]:
        return _in_order(list(by_number.values()))
    by_id = {event.id: event for event in by_number.values()}
    dead: set[UUID] = set()
    replaced: set[UUID] = set()
    for event in sorted(by_id.values(), key=lambda e: e.id.int, reverse=True):
        target = event.supersedes
        if target is None or (event.id in dead and event.id not in replaced):
            continue
        strikes_out = isinstance(event.payload, ev.Correction)
        if target in dead and not strikes_out:
            dead.add(event.id)
            continue
        dead.add(target)
        if not strikes_out:
            replaced.add(target)
    return sorted((event for event in by_id.values() if event.id not in dead), key=order)


def _in_order(events: list[Event]) -> list[Event]:
    """``sorted`` by ``order``, which for what came in as it happened has nothing to do."""
    if events[:1] and events[0].kind == "registered":
        last = events[0]
        for event in events[1:]:
            at, before = event.occurred_at, last.occurred_at
            if at < before or isinstance(event.payload, ev.Registered):
                break
            if at == before and order(event) < order(last):
                break
            last = event
        else:
            return events
    return sorted(events, key=order)


def standing_on(events: Iterable[Event], day: datetime, known_on: datetime | None = None) -> list[Event]:
    """The events that tell what was true at ``day``, by what had been recorded at ``known_on`` (None: ever).

    Empty when nothing had happened to the asset yet. What is registered late was there from its first
    fact on, so its registration counts from then, as it does in the periods.
    """
    known = events if known_on is None else (event for event in events if event.recorded_at <= known_on)
    standing = live(known)
    late = [event for event in standing if event.occurred_at > day]
    if not late:
        return standing
    if len(late) == len(standing):
        return []
    return [event for event in standing if event.occurred_at <= day or event.kind == "registered"]


def replay(events: Sequence[Event]) -> Replayed:
    """Fold the events of one asset. An asset whose registration was struck out is gone, withdrawn."""
    standing = live(events)
    return fold(standing) if begins(standing) else _withdrawn(State(), events)


def begins(standing: Sequence[Event]) -> bool:
    """Whether what stands (``live``) begins with the registration of the asset."""
    return bool(standing) and isinstance(standing[0].payload, ev.Registered)


def fold(standing: Sequence[Event]) -> Replayed:
    """What stands of one asset (``live``, or ``standing_on`` a day), which ``begins``, as state and periods."""
    state = State()
    opening = min([event.occurred_at for event in standing])
    periods: list[Period] = []
    for event in standing:
        apply(state, event)
        _extend(periods, state, opening if event is standing[0] else event.occurred_at)
    if state.disputes:
        resolved = {
            e for each in standing if isinstance(each.payload, ev.Resolution) for e in each.payload.events
        }
        state.disputes = tuple(d for d in state.disputes if not resolved.issuperset(d.events))
    return Replayed(state, _closed(periods))


def goes_on(event: Event | Draft) -> bool:
    """Whether the event only adds to what was: it does not begin, strike out, replace or resolve anything."""
    return event.supersedes is None and not isinstance(
        event.payload, (ev.Registered, ev.Correction, ev.Resolution)
    )


def go_on(state: State, last: Period, events: Sequence[Event]) -> Replayed:
    """The fold taken up where it stood: ``state`` (which is changed) and its open period ``last``.

    Right only if all ``events`` go on (``goes_on``) and occurred after everything that was folded, of
    which nothing struck out, replaced or resolved anything. Periods are those from ``last`` on.
    """
    periods = [last]
    for event in sorted({event.id: event for event in events}.values(), key=order):
        apply(state, event)
        _extend(periods, state, event.occurred_at)
    if len(periods) > 1:
        periods[0] = copy(last)
    return Replayed(state, _closed(periods))


def _withdrawn(state: State, events: Sequence[Event]) -> Replayed:
    for event in sorted(events, key=order):
        if isinstance(event.payload, ev.Registered):
            apply(state, event)
            break
    state.stage, state.gone = "gone", "withdrawn"
    return Replayed(state, ())


def _snapshot(state: State, at: datetime) -> Period:
    return Period(
        valid_from=at,
        destination=state.destination,
        municipality=state.municipality,
        service_point=state.service_point,
        place=state.place,
        stage=state.stage,
        condition=state.condition,
        title=state.title,
    )


def _lasts(period: Period, state: State) -> bool:
    """Whether the period says what the state says."""
    return (
        period.stage == state.stage
        and period.condition == state.condition
        and period.municipality == state.municipality
        and period.service_point == state.service_point
        and period.place == state.place
        and period.title == state.title
        and period.destination == state.destination
    )


def _extend(periods: list[Period], state: State, at: datetime) -> None:
    """Go on with ``state`` from ``at`` on; periods that are not ``_closed`` yet have no end."""
    while periods:
        if _lasts(periods[-1], state):
            return
        if periods[-1].valid_from != at:
            break
        periods.pop()
    periods.append(_snapshot(state, at))


def _closed(periods: Sequence[Period]) -> tuple[Period, ...]:
    """The periods, which are our own, each until the next one begins."""
    for one, other in pairwise(periods):
        msgspec.structs.force_setattr(one, "valid_to", other.valid_from)
    return tuple(periods)
