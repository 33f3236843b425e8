"""Every line of the list of bad inputs has its tests, and every test of bad inputs stands behind a line."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "integration" / "bad_inputs"
TEXT = (HERE / "LIST.md").read_text("utf-8")
LINES = re.findall(r"^(\d+)\. (.*)$", TEXT, re.MULTILINE)
NAMED = [(int(n), name) for n, line in LINES for name in re.findall(r"`([\w./]+\.py(?:::[^`]+)?)`", line)]
# What they show is no bad input, but what good ones of the same kind do.
GOOD = {
    "test_a_phone_registers_as_often_as_it_likes_and_is_its_owners_alone",
    "test_a_clock_that_is_right_is_believed",
    "test_a_gap_in_the_numbers_tells_what_is_still_to_come",
    "test_a_photo_arrives_in_parts_and_is_found_by_what_was_sent",
    "test_a_sealed_queue_says_nothing_and_anybody_may_bring_it",
    "test_a_key_that_was_replaced_still_opens_what_was_sealed_to_it",
    "test_a_code_in_any_form_leads_to_its_asset",
    "test_what_a_phone_takes_along",
    "test_what_one_sees_one_may_name_elsewhere",
    "test_the_photos_of_a_sealed_queue_are_its_owners",
}


@cache
def source(path):
    return path.read_text("utf-8")


@cache
def names(path):
    return {each.name for each in ast.parse(source(path)).body if hasattr(each, "name")}


def test_the_lines_are_numbered_and_each_has_a_test():
    assert [int(n) for n, _ in LINES] == list(range(1, len(LINES) + 1))
    assert len(LINES) >= 80
    assert {n for n, _ in NAMED} == set(range(1, len(LINES) + 1))


@pytest.mark.parametrize(("line", "named"), NAMED)
def test_what_stands_behind_a_line_is_there(line, named):
    path, _, test = named.partition("::")
    name, _, case = test.rstrip("]").partition("[")
    file = (HERE / path).resolve()
    assert file.exists()
    assert not name or name in names(file)
    assert case in source(file)


def test_no_test_stands_beside_the_list():
    told = {
        test.partition("[")[0]
        for _, named in NAMED
        if "/" not in named
        for test in [named.partition("::")[2]]
    }
    there = {name for path in HERE.glob("test_*.py") for name in names(path) if name.startswith("test_")}
    assert there - told - GOOD == set(), "add them to a line of LIST.md"
