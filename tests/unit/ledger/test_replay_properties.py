"""The fold, whatever the events and however they arrive."""

from datetime import timedelta
from itertools import pairwise

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_tracker.ledger.replay import begins, fold, go_on, live, replay, standing_on
from asset_tracker.ledger.state import as_state
from factories.events import DAY, LATER, event, histories, payloads

QUICK = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def arrived(events):
    """The same facts as they would stand in the ledger had they arrived in this order."""
    return [
        msgspec.structs.replace(each, seq=n, recorded_at=DAY + timedelta(days=60, seconds=n))
        for n, each in enumerate(events, 1)
    ]


@given(histories(), st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_arrival_makes_no_difference(events, chance):
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert replay(arrived(shuffled)) == replay(events)


@given(histories(), st.randoms(use_true_random=False))
@QUICK
def test_arriving_twice_makes_no_difference(events, chance):
    doubled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(doubled)
    assert replay(doubled) == replay(events)


@given(histories(), st.lists(payloads(tuple(kind for kind in LATER if kind != "registered")), max_size=4))
@QUICK
def test_a_fold_taken_up_where_it_stood_ends_the_same(events, said):
    old = [
        each for each in events if each.supersedes is None and each.kind not in ("correction", "resolution")
    ]
    new = [event(70 + n, payload, 20 + n // 2) for n, payload in enumerate(said)]
    before, whole = replay(old), replay([*old, *new])
    stored = as_state(msgspec.json.decode(msgspec.json.encode(before.state)))
    after = go_on(stored, before.periods[-1], new)
    assert after.state == whole.state
    assert (*before.periods[:-1], *after.periods) == whole.periods


@given(histories())
@QUICK
def test_periods_have_no_gap_and_no_overlap(events):
    replayed = replay(events)
    standing = live(events)
    for one, two in pairwise(replayed.periods):
        assert one.valid_from < one.valid_to == two.valid_from
    if replayed.state.gone == "withdrawn":
        assert replayed.periods == ()
    else:
        assert replayed.periods[0].valid_from == min(each.occurred_at for each in standing)
        assert replayed.periods[-1].valid_to is None


@given(histories())
@QUICK
def test_the_last_period_says_what_the_state_says(events):
    replayed = replay(events)
    if replayed.periods:
        last, state = replayed.periods[-1], replayed.state
        for name in ("destination", "municipality", "service_point", "place", "stage", "condition", "title"):
            assert getattr(last, name) == getattr(state, name)


@given(histories(), st.integers(0, 9))
@QUICK
def test_a_period_says_what_a_fold_up_to_its_day_says(events, day):
    """Two ways to the same answer: the stored periods, and the events that had occurred by then."""
    at = DAY + timedelta(days=day)
    periods = replay(events).periods
    then = [
        each for each in periods if each.valid_from <= at and (each.valid_to is None or at < each.valid_to)
    ]
    standing = standing_on(events, at)
    if not standing or not then:
        assert not then
        return
    state = replay(standing).state
    for name in ("municipality", "place", "stage", "condition", "title"):
        assert getattr(then[0], name) == getattr(state, name)


@given(histories(), st.integers(0, 9), st.none() | st.integers(0, 70))
@QUICK
def test_what_stands_on_a_day_is_folded_as_it_is(events, day, known):
    """To look for what was struck out among what stands already would find nothing more."""
    recorded = None if known is None else DAY + timedelta(days=60, seconds=known)
    standing = standing_on(arrived(events), DAY + timedelta(days=day), recorded)
    assert live(standing) == standing
    if begins(standing):
        assert fold(standing) == replay(standing)
