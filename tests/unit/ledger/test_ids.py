"""Identifiers that sort by the time they were made."""

from asset_tracker.assets.service import derived_id
from asset_tracker.ledger.ids import uuid7


def test_they_are_version_7_and_carry_the_time():
    made = uuid7(1_700_000_000_123)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == 1_700_000_000_123


def test_later_ones_are_greater():
    made = [uuid7().int >> 64 for _ in range(2000)]
    assert made == sorted(made)


def test_those_of_components_sort_as_the_kits_do():
    component = uuid7()
    for _ in range(50):
        first, second = uuid7(1_700_000_000_000), uuid7(1_700_000_000_001)
        one, two = derived_id(first, component), derived_id(second, component)
        assert first < second
        assert one < two
        assert one == derived_id(first, component) != derived_id(first, uuid7())
        assert one.version == 7
