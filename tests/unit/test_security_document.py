"""What docs/security.md claims is shown by a test that is there, and would be run."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
ROWS = re.findall(r"^\| (\d+\.\d+\S*.*?) \| .* \| (.*?) \|$", TEXT, re.MULTILINE)


@cache
def collected_from(path):
    """Names of the tests that pytest collects from a file, but for those it would skip."""
    body = ast.parse((ROOT / path).read_text("utf-8")).body
    return {
        each.name
        for each in body
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
        and each.name.startswith("test_")
        and not any("skip" in ast.unparse(one) or "xfail" in ast.unparse(one) for one in each.decorator_list)
    }


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_test_that_is_named_is_there(path, name):
    assert Path(path).name.startswith("test_")
    assert name in collected_from(path)


def test_each_point_names_its_test():
    assert len(ROWS) > 50
    assert [point for point, shown in ROWS if not re.fullmatch(r"`tests/[\w/]+\.py::\w+`", shown)] == []


def test_each_chapter_that_matters_has_points():
    chapters = {int(point.partition(".")[0]) for point, _ in ROWS}
    # 17 is WebRTC, which there is none of.
    assert chapters == set(range(1, 17))


def test_each_command_is_one():
    made = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", TEXT):
        assert re.search(rf"^{target}:", made, re.MULTILINE), target
