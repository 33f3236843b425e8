"""Which tables a program can work with."""

import pytest

from asset_tracker.db import migrate
from asset_tracker.edge.readiness import schema_of


@pytest.mark.parametrize(
    ("revision", "walled", "status"),
    [
        (migrate.head(), True, "ready"),
        ("9999", True, "ready"),  # a newer program has migrated, and this one goes on meanwhile
        ("0001", True, "unable"),
        (None, True, "unable"),
        (migrate.head(), False, "unable"),
    ],
)
def test_tables_older_than_the_program_are_no_use(revision, walled, status):
    found = schema_of(revision, walled=walled)
    assert found.status == status
    assert ("db upgrade" in found.told) == (status == "unable")
