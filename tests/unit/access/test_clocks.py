from datetime import UTC, datetime, timedelta

import pytest

from asset_tracker.access.clocks import Clock, Reading, put_right

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEEN = NOW - timedelta(hours=5)
HOUR = timedelta(hours=1)


def wall(off, at=SEEN):
    return at + off


def clock(off, *, sent_off=None, mono=None, sent_mono=None, boot=("b", "b"), offset=None, sent=True):
    reading = Reading(wall=NOW + (off if sent_off is None else sent_off), mono=sent_mono, boot=boot[1])
    return Clock(wall=wall(off), mono=mono, boot=boot[0], offset=offset, sent=reading if sent else None)


YEARS = timedelta(days=730)
FIVE_HOURS = 5 * 3600 * 1000.0
CASES = {
    "nothing is known": (None, YEARS, wall(YEARS)),
    "right": (clock(timedelta(0)), timedelta(0), SEEN),
    "half an hour off is believed": (clock(HOUR / 2), HOUR / 2, wall(HOUR / 2)),
    "two years ahead": (clock(YEARS), YEARS, SEEN),
    "two years behind": (clock(-YEARS), -YEARS, SEEN),
    "it jumped, and the other clock tells": (
        clock(-YEARS, sent_off=timedelta(0), mono=1000.0, sent_mono=1000.0 + FIVE_HOURS),
        -YEARS,
        SEEN,
    ),
    "it jumped, and the app was started anew": (
        clock(-YEARS, sent_off=timedelta(0), mono=1.0, sent_mono=2.0, boot=("a", "b")),
        -YEARS,
        wall(-YEARS),
    ),
    "right, and it slept in a pocket for five hours": (
        clock(timedelta(0), mono=1000.0, sent_mono=2000.0),
        timedelta(0),
        SEEN,
    ),
    "two years ahead, and it slept": (clock(YEARS, mono=1000.0, sent_mono=2000.0), YEARS, SEEN),
    "right when measured and seen, set wrong before it was sent": (
        clock(timedelta(0), sent_off=YEARS, boot=("a", "b"), offset=0.0),
        timedelta(0),
        SEEN,
    ),
    "right when measured, set two years ahead before it was seen": (
        clock(YEARS, boot=("a", "b"), offset=0.0),
        YEARS,
        SEEN,
    ),
    "only measured before": (
        clock(YEARS, sent=False, offset=-YEARS / timedelta(milliseconds=1)),
        YEARS,
        SEEN,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_when_it_occurred(name):
    told, off, expected = CASES[name]
    assert put_right(wall(off), told, NOW) == expected


def test_a_day_that_a_person_chose_is_moved_along_with_the_clock():
    yesterday = wall(YEARS) - timedelta(days=1)
    assert put_right(yesterday, clock(YEARS), NOW) == SEEN - timedelta(days=1)


def test_a_phone_that_put_itself_right_is_left_alone():
    assert put_right(SEEN, clock(YEARS), NOW) == SEEN


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_at_the_end_of_time_breaks_nothing(year):
    end = datetime(year, 6, 1, tzinfo=UTC)
    told = Clock(wall=end, sent=Reading(wall=end), mono=1e14, offset=-1e14)
    assert put_right(end, told, NOW).year in (year, NOW.year)
