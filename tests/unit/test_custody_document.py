"""What docs/custody.md says is what the code does."""

import re
from pathlib import Path

from asset_tracker.programmes.policies import KINDS, PRESETS

TEXT = (Path(__file__).parents[2] / "docs" / "custody.md").read_text("utf-8")


def test_every_preset_and_every_kind_of_rule_is_described():
    rows = set(
        re.findall(r"`([a-z0-9_]+)`", "".join(line for line in TEXT.splitlines() if line.startswith("|")))
    )
    assert set(PRESETS) | set(KINDS) <= rows
