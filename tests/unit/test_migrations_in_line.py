"""Migrations stand in one line: two of the same number would meet first at somebody's upgrade."""

import re
from pathlib import Path

import asset_tracker

VERSIONS = Path(asset_tracker.__file__).parent / "migrations" / "versions"


def test_each_migration_follows_the_one_before():
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    found = []
    for file in files:
        text = file.read_text()
        before = re.search(r'^down_revision(?:: [^=]+)? = (?:"(\w+)"|None)', text, re.MULTILINE)
        found.append(
            (file.name[:4], re.search(r'^revision(?:: [^=]+)? = "(\w+)"', text, re.MULTILINE)[1], before[1])
        )
    expected = [f"{n:04}" for n in range(1, len(files) + 1)]
    assert found == list(zip(expected, expected, [None, *expected], strict=False))
