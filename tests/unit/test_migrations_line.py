"""The migrations are one line, numbered as their files are; two with one number break every start."""

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "src/asset_tracker/migrations/versions"


def test_each_migration_follows_the_one_before():
    line = []
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        source = path.read_text()
        named = [
            re.search(rf"^{name} = (.+)$", source, re.MULTILINE) for name in ("revision", "down_revision")
        ]
        line.append((path.name[:4], *(each[1].strip("\"'") if each else None for each in named)))
    numbers = [f"{n:04}" for n in range(1, len(line) + 1)]
    assert line == list(zip(numbers, numbers, ["None", *numbers], strict=False))
