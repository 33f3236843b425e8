from itertools import pairwise

import pytest

from asset_tracker.territory.collation import ALPHABET, sort_key

IN_ORDER = [
    "3 поверх", "Азов", "Ганна", "Ґанок", "Дніпро", "Еней", "Єнакієве", "Жанна", "Зоря", "Иква", "Ічня", "Їжак",
    "Йосип", "Лебедин", "Мала Виска", "Маланка", "Щастя", "Юрій", "Ярок", "HP ProBook",
]  # fmt: skip


def test_ukrainian_order():
    shuffled = IN_ORDER[1::2] + IN_ORDER[::2]
    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_bytes_sort_as_the_alphabet_does():
    keys = [sort_key(letter).encode() for letter in ALPHABET]
    assert all(before < after for before, after in pairwise(keys))
    assert len(ALPHABET) == 33


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Кам’янська", "Кам'янська"),
        ("БАРАНІВСЬКА", "баранівська"),
        ("Івано-Франківськ", "Івано Франківськ"),
        ("за́мок", "замок"),
    ],
)
def test_what_makes_no_difference(one, same):
    assert sort_key(one) == sort_key(same)
