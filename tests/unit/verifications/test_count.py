"""What a count comes to, as tables."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from asset_tracker.ledger.state import Seen
from asset_tracker.verifications.count import FINDINGS, Expected, Place, Tally, compare, tally

ASSET, POINT, OTHER_POINT = UUID(int=1), UUID(int=2), UUID(int=3)
COUNTER, KEEPER = UUID(int=4), UUID(int=5)
HERE = Place("UA18080010000090720")
THERE = "UA18060170000069581"


def seen(by=COUNTER, **more):
    return Seen(event=UUID(int=9), at=datetime(2026, 11, 1, tzinfo=UTC), by=by, **more)


CASES = [
    (Expected(POINT, "working"), None, False, "not_scanned"),
    (Expected(POINT, "working"), None, True, "missing"),
    (Expected(POINT, "working"), seen(), False, "found"),
    (Expected(POINT, "working"), seen(service_point=POINT), True, "found"),
    (Expected(POINT, "working"), seen(service_point=OTHER_POINT), True, "wrong_place"),
    (Expected(None, "working"), seen(service_point=OTHER_POINT), True, "found"),
    (Expected(None, "working"), seen(municipality=THERE), True, "wrong_place"),
    (Expected(POINT, "working"), seen(by=KEEPER), True, "by_custodian"),
    (None, seen(), True, "unexpected"),
]


@pytest.mark.parametrize(("wanted", "sight", "ended", "finding"), CASES)
def test_each_asset_comes_to_one_finding(wanted, sight, ended, finding):
    expected = {ASSET: wanted} if wanted else {}
    sights = {ASSET: sight} if sight else {}
    (found,) = compare(expected, sights, HERE, custodians=(KEEPER,), ended=ended)
    assert found.finding == finding


def test_a_point_counts_what_stands_in_it():
    (found,) = compare(
        {ASSET: Expected(None, "working")},
        {ASSET: seen(service_point=OTHER_POINT)},
        Place(HERE.municipality, POINT),
        ended=True,
    )
    assert found.finding == "wrong_place"


def test_the_numbers_add_up():
    expected = {UUID(int=n): Expected(None, "working") for n in range(10, 16)}
    sights = {
        UUID(int=10): seen(times=3),
        UUID(int=11): seen(condition="unserviceable"),
        UUID(int=12): seen(municipality=THERE),
        UUID(int=99): seen(),
    }
    numbers = tally(compare(expected, sights, HERE, ended=True), unknown=2)
    assert numbers == Tally(
        expected=6, found=2, wrong_place=1, unexpected=1, missing=3, unknown=2, double=2, changed=1
    )
    assert sum(getattr(numbers, finding) for finding in FINDINGS) == 6 + numbers.unexpected
