from datetime import UTC, date, datetime

import pytest

from asset_tracker.errors import InvalidError
from asset_tracker.reports.asking import parse_ask

NOW = datetime(2025, 2, 3, 23, 30, tzinfo=UTC)


def ask(**texts):
    return parse_ask(now=NOW, **texts)


def test_nothing_said_means_today_in_kyiv_and_all_that_is_known():
    made = ask()
    assert made.as_of == date(2025, 2, 4)
    assert made.known_on is None
    assert made.end_of_day == datetime(2025, 2, 4, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_day_of_summer_time_ends_an_hour_earlier():
    assert ask(as_of="2024-07-01").end_of_day == datetime(2024, 7, 1, 20, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-02-02", datetime(2025, 2, 2, 21, 59, 59, 999999, tzinfo=UTC)),
        ("2025-02-02T12:00:00Z", datetime(2025, 2, 2, 12, tzinfo=UTC)),
        ("2025-02-02T12:00:00 02:00", datetime(2025, 2, 2, 10, tzinfo=UTC)),
    ],
)
def test_known_on_is_a_day_or_an_instant(text, instant):
    assert ask(as_of="2025-02-01", known_on=text).known_on == instant


def test_what_will_be_known_later_today_is_not_asked_for():
    assert ask(known_on="2025-02-04").known_on == NOW
    assert ask(known_on="2025-02-03T23:50:00Z").known_on == NOW


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ({"as_of": "2025-02-30"}, ["as_of"]),
        ({"as_of": "yesterday"}, ["as_of"]),
        ({"as_of": "0001-01-01"}, ["as_of"]),
        ({"as_of": "2025-02-05"}, ["as_of"]),
        ({"as_of": "2025-02-01", "known_on": "2025-01-31"}, ["known_on"]),
        ({"known_on": "2025-02-03T10:00:00"}, ["known_on"]),
        ({"as_of": "2025-02-01", "known_on": "2025-02-05"}, ["known_on"]),
        ({"as_of": "2025-02-01", "since": "2025-02-02"}, ["since"]),
        ({"lang": "ru"}, ["lang"]),
        ({"as_of": "x", "known_on": "y", "since": "z", "lang": "q"}, ["as_of", "known_on", "since", "lang"]),
    ],
)
def test_every_wrong_field_is_named(texts, fields):
    with pytest.raises(InvalidError) as caught:
        ask(**texts)
    assert [error.field for error in caught.value.errors] == fields


def test_language_of_the_reader_unless_asked_for():
    assert parse_ask(now=NOW, default_lang="en").lang == "en"
    assert ask(lang="en").lang == "en"
    assert (ask(lang="both").lang, ask(lang="both").both, ask(lang="uk").both) == ("uk", True, False)
