from datetime import UTC, date, datetime
from decimal import Decimal

from asset_tracker.web import formats


def test_a_moment_is_on_the_clock_of_kyiv():
    winter = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert formats.moment("uk", winter) == "01.02.2026, 00:30"
    assert formats.moment("en", summer) == "1 Jul 2026, 15:00"
    assert formats.day("uk", winter) == "01.02.2026"
    assert formats.day("uk", date(2026, 1, 31)) == "31.01.2026"
    assert formats.local_input(summer) == "2026-07-01T15:00"


def test_money_and_numbers():
    assert formats.money("uk", Decimal("1234.5"), "UAH") == "1\u00a0234,50\u00a0₴"
    assert formats.money("en", Decimal("1234.5"), "CHF") == "1,234.50\u00a0CHF"
    assert formats.number("uk", 1284) == "1\u00a0284"
    assert formats.percent("uk", Decimal("12.50")) == "12,5\u00a0%"
    assert formats.percent("en", Decimal("12.50")) == "12.5%"
    assert formats.money("uk", None) == "—"


def test_names_by_language():
    class Place:
        name_uk, name_en = "Овруцька", "Ovrutska"

    class Unnamed:
        name_uk, name_en = "Овруцька", None

    assert formats.named("en", Place()) == "Ovrutska"
    assert formats.named("uk", Place()) == "Овруцька"
    assert formats.named("en", Unnamed()) == "Овруцька"
