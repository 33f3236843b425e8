"""Days end by the clocks of Kyiv, in winter and in summer, and on the days on which these are changed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from asset_tracker import kyiv


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 1, 31, 21, 59, tzinfo=UTC), date(2025, 1, 31)),
        (datetime(2025, 1, 31, 22, 0, tzinfo=UTC), date(2025, 2, 1)),
        (datetime(2025, 7, 31, 20, 59, tzinfo=UTC), date(2025, 7, 31)),
        (datetime(2025, 7, 31, 21, 0, tzinfo=UTC), date(2025, 8, 1)),
    ],
)
def test_a_day_is_the_one_in_kyiv(instant, day):
    assert kyiv.day_of(instant) == day


@pytest.mark.parametrize("day", [date(2025, 1, 31), date(2025, 3, 30), date(2025, 7, 31), date(2025, 10, 26)])
def test_a_day_ends_a_moment_before_the_next_begins(day):
    end = kyiv.end_of(day)
    assert kyiv.day_of(end) == day
    assert kyiv.day_of(end + datetime.resolution) == day + timedelta(days=1)


def test_an_hour_that_the_clocks_skip_is_the_next_one():
    skipped, after = datetime(2025, 3, 30, 3, 30), datetime(2025, 3, 30, 4, 30)  # noqa: DTZ001 - as clocks show it
    assert kyiv.instant_of(skipped) == kyiv.instant_of(after) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
