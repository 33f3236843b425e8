"""Who may know how exactly where something is: the one place that decides it, read aloud."""

from datetime import UTC, datetime, timedelta

import pytest

from asset_tracker.assets.places import (
    PLACES,
    POINT,
    Protection,
    blur_payload,
    precision,
    strictest,
    withheld,
)

NOW = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sensitivity", "delay", "days_there", "known"),
    [
        ("public", 0, 0, "exact"),
        ("restricted", 0, 1000, "municipality"),
        ("secret", 0, 1000, "oblast"),
        ("public", 30, 29, "oblast"),
        ("public", 30, 31, "exact"),
        ("public", 30, None, "oblast"),
        ("restricted", 30, 29, "oblast"),
        ("restricted", 30, 31, "municipality"),
        ("secret", 30, 31, "oblast"),
    ],
)
def test_what_a_donor_may_know(sensitivity, delay, days_there, known):
    since = None if days_there is None else NOW - timedelta(days=days_there)
    protection = Protection(sensitivity, delay)
    assert precision(protection, works_there=False, since=since, now=NOW) == known
    assert precision(protection, works_there=True, since=since, now=NOW) == "exact"


def test_the_strictest_rule_holds_for_class_and_delay_apart():
    rules = [Protection("public", 30), Protection("restricted"), Protection("public", 7)]
    assert strictest(rules) == Protection("restricted", 30)
    assert strictest([]) == Protection("public", 0)


def test_what_is_withheld_grows():
    assert withheld("exact") < withheld("municipality") < withheld("oblast")
    assert (withheld("municipality"), withheld("oblast")) == (POINT, PLACES)


def test_places_are_taken_out_of_attributes_too():
    said = {
        "kind": "described",
        "municipality": "UA1",
        "attributes": {"service_point": "ЦНАП", "year": "2024"},
    }
    assert blur_payload(said, "exact") == said
    assert blur_payload(said, "municipality") == said | {"attributes": {"year": "2024"}}
    assert blur_payload(said, "oblast") == {"kind": "described", "attributes": {"year": "2024"}}
