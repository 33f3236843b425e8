"""What a file is where a fact names it: by the fact, and by what whoever names it had it as."""

import pytest

from asset_tracker.files.kinds import kind_of_link


@pytest.mark.parametrize(
    ("named_as", "had_as", "kind"),
    [
        ("scan", ["scan"], "scan"),
        ("scan", ["photo"], "scan"),
        ("photo", ["photo"], "photo"),
        ("photo", ["photo", "scan"], "photo"),
        ("photo", ["scan"], "scan"),
        ("photo", ["signature"], "signature"),
        ("photo", ["photo", "signature"], "signature"),
        (None, ["photo"], "photo"),
        (None, ["scan"], "scan"),
        ("photo", [], None),
        ("scan", [], None),
    ],
)
def test_what_a_file_is_where_it_is_named(named_as, had_as, kind):
    assert kind_of_link(named_as, had_as) == kind
