"""What docs/ledger.md says is what the code does."""

import importlib.util
import json
import re
from pathlib import Path

import msgspec
import pytest

from asset_tracker.ledger.check import FALSIFICATIONS
from asset_tracker.ledger.envelope import problems
from asset_tracker.ledger.events import KINDS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "ledger.md").read_text("utf-8")


def tool():
    spec = importlib.util.spec_from_file_location("ledger_kinds", ROOT / "tools" / "ledger_kinds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_kinds_are_written_from_the_code():
    assert tool().main(["--check"]) == 0, "run tools/ledger_kinds.py"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_an_example_that_is_taken(kind):
    (section,) = re.findall(rf"^### {kind}\n(.*?)(?=^### |^<!--)", TEXT, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"```json\n(.*?)\n```", section, re.DOTALL)
    payload = msgspec.convert(json.loads(shown), KINDS[kind])
    assert problems(payload) == []


def test_each_falsification_is_explained():
    told = set(re.findall(r"`([a-z-]+)`", TEXT))
    assert told >= set(FALSIFICATIONS)
