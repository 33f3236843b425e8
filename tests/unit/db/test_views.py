"""The reporting views: documented whole, and free of people."""

import re
from pathlib import Path

from asset_tracker.db.views import TABLES, VIEWS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "queries.md").read_text()
PEOPLE = {"user_account", "user_grant", "session", "access_record", "event_file", "quarantine"}


def test_every_view_and_column_is_in_the_document():
    for name, view in VIEWS.items():
        section = DOCUMENT.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert view.text in section
        for column in view.columns:
            assert f"| `{column.name}` | {column.text} |" in section


def test_the_document_tells_of_no_view_and_no_column_that_is_not_there():
    told = DOCUMENT.partition("## The views\n")[2].split("### ")[1:]
    found = {each.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", each, re.MULTILINE) for each in told}
    assert found == {name: [column.name for column in view.columns] for name, view in VIEWS.items()}


def test_views_read_what_they_say_and_nothing_of_people():
    read = {name for name in TABLES if any(f"{name} AS" in view.source for view in VIEWS.values())}
    assert read == set(TABLES)
    assert not read & PEOPLE
    assert not {"private", "body", "actor_id"} & set(TABLES["event"])
