"""How residents were served with a thing: no day is counted twice, however the counts arrive."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import uuid4

import pytest

from asset_tracker.ledger import events as ev
from asset_tracker.ledger import serving
from asset_tracker.ledger.envelope import Event, problems
from asset_tracker.ledger.replay import live, replay
from asset_tracker.ledger.state import Served, Span, State

ASSET = uuid4()


def at(month, day, hour=10):
    return datetime(2025, month, day, hour, tzinfo=UTC)


def event(when, payload, seq=2):
    return Event(
        id=uuid4(), asset=ASSET, seq=seq, occurred_at=when, recorded_at=when, actor=ASSET, payload=payload
    )


def count(since, when, **numbers):
    return event(when, ev.ServiceCounted(since=date(2025, *since), **numbers))


VAN = event(at(1, 1), ev.Registered(category="vehicle", name_uk="Авто", tag="00000000"), 1)
JANUARY = count((1, 1), at(1, 31), trips=10)
FEBRUARY = count((2, 1), at(2, 28), trips=7, consultations=2)
TWICE = count((2, 20), at(3, 31), trips=100, consultations=5)


def told(events):
    return list(serving.counts((each.id, each.occurred_at, each.payload) for each in live(events)))


def test_counts_add_up_whatever_order_they_arrive_in():
    for order in permutations((VAN, JANUARY, FEBRUARY)):
        assert replay(order).state.served == {
            "trips": Served(17, (Span(date(2025, 1, 1), date(2025, 2, 28)),)),
            "consultations": Served(2, (Span(date(2025, 2, 1), date(2025, 2, 28)),)),
        }


def test_a_day_counted_twice_is_left_out_and_contradicts():
    for order in permutations((VAN, FEBRUARY, TWICE)):
        state = replay(order).state
        assert {unit: each.number for unit, each in state.served.items()} == {"trips": 7, "consultations": 2}
        assert [each.events for each in state.disputes] == [(TWICE.id,)]
        assert [(each.unit, each.number) for each in told(order)] == [("trips", 7), ("consultations", 2)]


def test_one_unit_may_count_days_of_another():
    kit = count((2, 1), at(2, 28), consultations=4)
    assert [each.number for each in told([VAN, count((2, 1), at(2, 28), trips=3), kit])] in ([3, 4], [4, 3])


def test_what_was_struck_out_counts_no_more():
    wrong = event(at(4, 1), ev.Correction(reason="Двічі"))
    events = [VAN, FEBRUARY, TWICE, Event(**{**vars_of(wrong), "supersedes": FEBRUARY.id})]
    assert replay(events).state.served["trips"].number == 100
    assert not replay(events).state.disputed


def vars_of(each):
    return {name: getattr(each, name) for name in each.__struct_fields__}


def test_the_day_is_that_of_kyiv():
    assert serving.last_day(at(1, 31, 23)) == date(2025, 2, 1)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (ev.ServiceCounted(since=date(2025, 2, 1)), "trips"),
        (ev.ServiceCounted(since=date(2025, 3, 1), trips=0), "since"),
        (ev.ServiceCounted(since=date(2024, 2, 1), trips=0), "since"),
        (ev.ServiceCounted(since=date(1, 1, 1), trips=1), "since"),
    ],
)
def test_a_count_that_cannot_be(payload, field):
    assert field in {each.field for each in problems(payload, at(2, 28))}


def test_nothing_is_a_number_and_a_year_is_a_period():
    assert problems(ev.ServiceCounted(since=date(2025, 2, 28), trips=0), at(2, 28)) == []
    assert problems(ev.ServiceCounted(since=date(2024, 2, 29), consultations=9), at(2, 28)) == []


def test_which_days_are_counted_already():
    state = State(served={"trips": Served(1, (Span(date(2025, 1, 1), date(2025, 1, 31)),))})
    assert serving.counted_until(state) == date(2025, 1, 31)
    assert serving.counted_until(State()) is None
    new = ev.ServiceCounted(since=date(2025, 1, 31), trips=1)
    assert serving.shared(state, new, at(2, 28)) == Span(date(2025, 1, 1), date(2025, 1, 31))
    assert serving.shared(state, ev.ServiceCounted(since=date(2025, 2, 1), trips=1), at(2, 28)) is None
    other = ev.ServiceCounted(since=date(2025, 1, 1), consultations=1)
    assert serving.shared(state, other, at(2, 28)) is None
