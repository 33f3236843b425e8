"""Every table is walled, or is said to be open and why."""

import pytest

from asset_tracker.db.metadata import all_tables, metadata
from asset_tracker.db.policies import POLICIES, SECRET, Open, Walled

TABLES = sorted(all_tables().tables)
GROWING = ("event", "ledger_leaf", "ledger_tile", "ledger_checkpoint", "ledger_key")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_walled_or_is_open_for_a_reason(name):
    entry = POLICIES.get(name)
    assert entry is not None, (
        f"{name} has no policy: add a line to src/asset_tracker/db/policies.py that says who sees its rows "
        "(Walled), or why everybody does (Open); docs/architecture.md tells how"
    )
    assert entry.reason if isinstance(entry, Open) else entry.reach


def test_no_policy_is_left_of_a_table_that_is_gone():
    assert set(POLICIES) - {"alembic_version"} == set(TABLES)


@pytest.mark.parametrize("name", GROWING)
def test_what_only_grows_is_changed_by_nobody(name):
    """A request may write nothing of it; the system no row, and of a column only what a trigger watches over."""
    entry = POLICIES[name]
    assert entry.writes == ""
    watched = {
        "event": "UPDATE (private)",
        "ledger_tile": "UPDATE (hashes)",
        "ledger_key": "UPDATE (until)",
    }
    assert set(entry.by_system.split(", ")) == {"INSERT"} | ({watched[name]} if name in watched else set())


@pytest.mark.parametrize(
    "name", ["event", "event_file", "asset", "asset_head", "asset_period", "asset_share", "tag"]
)
def test_the_ledger_is_written_by_the_system_alone(name):
    assert isinstance(POLICIES[name], Walled)
    assert POLICIES[name].writes == ""


def test_secrets_are_columns_of_their_tables():
    for name, columns in SECRET.items():
        assert columns <= set(metadata.tables[name].c.keys())
