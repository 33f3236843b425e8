from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest

from asset_tracker.edge.work import KINDS
from asset_tracker.jobs.kinds import Daily, Every, Monthly, name_of, wait_after


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "moment", "following"),
    [
        (Every(timedelta(minutes=5)), utc(2026, 1, 1, 12), utc(2026, 1, 1, 12, 5)),
        # 02:30 in Kyiv is 00:30 UTC in winter and 23:30 of the day before in summer
        (Daily(time(2, 30)), utc(2026, 1, 10, 0, 29), utc(2026, 1, 10, 0, 30)),
        (Daily(time(2, 30)), utc(2026, 1, 10, 0, 30), utc(2026, 1, 11, 0, 30)),
        (Daily(time(2, 30)), utc(2026, 7, 10, 12), utc(2026, 7, 10, 23, 30)),
        # the clocks go from 03:00 to 04:00 on 29 March 2026, and from 04:00 to 03:00 on 25 October
        (Daily(time(3, 30)), utc(2026, 3, 28, 12), utc(2026, 3, 29, 1, 30)),
        (Daily(time(3, 30)), utc(2026, 10, 24, 12), utc(2026, 10, 25, 0, 30)),
        (Monthly(1, time(6)), utc(2026, 12, 1, 4), utc(2027, 1, 1, 4)),
        (Monthly(28, time(6)), utc(2026, 2, 28, 3, 59), utc(2026, 2, 28, 4)),
        # late on 31 January UTC it is February in Kyiv already
        (Monthly(1, time(1)), utc(2026, 1, 31, 22, 30), utc(2026, 1, 31, 23)),
    ],
)
def test_when_the_next_one_comes(when, moment, following):
    assert when.after(moment) == following


def test_a_day_that_not_every_month_has_is_refused():
    with pytest.raises(ValueError, match="1 to 28"):
        Monthly(31, time(6))


def test_waits_grow_and_end():
    assert [wait_after(n).total_seconds() for n in (1, 2, 3)] == [10, 40, 160]
    assert wait_after(50) == timedelta(hours=6)


def test_a_payload_without_a_tag_has_no_name():
    class Nameless(msgspec.Struct):
        pass

    with pytest.raises(TypeError, match="no tag"):
        name_of(Nameless)


def test_the_table_is_sound():
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    for kind in KINDS:
        assert kind.payload.__struct_config__.frozen
        if kind.when:
            kind.payload()  # what recurs is made from nothing
