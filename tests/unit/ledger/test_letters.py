"""What of a text an index of three letters each can look for."""

import pytest
from sqlalchemy import Text, column
from sqlalchemy.dialects import postgresql

from asset_tracker.ledger.letters import bare, holds, likely, words_of


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ноутбук lenovo", ["ноутбук", "lenovo"]),
        ("«Ноутбук», (E42)", ["Ноутбук", "E42"]),
        ("№ 12", ["12"]),
        ("№12/3", ["12/3"]),
        ("ПК", ["ПК"]),
        ("я", ["я"]),
        ("-- % _ №", []),
        ("日本語", []),
        ("日本語 abc", ["abc"]),
        ("", []),
    ],
)
def test_signs_around_words_are_left_aside_and_what_no_index_knows_with_them(typed, words):
    assert words_of(typed) == words


@pytest.mark.parametrize(
    ("word", "inside"),
    [("qz", False), ("q", False), ("a-1", True), ("ab-", True), ("abc", True), ("їжа", True)],
)
def test_a_word_too_short_for_the_index_is_looked_for_where_words_begin(word, inside):
    found = said(likely(column("sought", Text), word))
    assert ("LIKE '%%' ||" in found) == inside
    assert ("~" in found) != inside
    assert ("OR" in said(holds(column("name", Text), word))) != inside


def test_no_text_is_asked_of_an_index_that_would_be_read_from_end_to_end():
    assert bare("№") == bare("%_%") == bare("  ") == ""
    assert bare(" A-2024-1. ") == "A-2024-1"


def said(condition):
    return str(condition.compile(dialect=postgresql.dialect()))
