"""What the find field makes of what is typed."""

import pytest

from asset_tracker.web.desk_pages import meant


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("акт PROSTO-2024-0003", "PROSTO-2024-0003"),
        ("Партія П-7", "П-7"),
        ("мітка: 7K3M-9QXV", "7K3M-9QXV"),
        ("s/n PF49134222", "PF49134222"),
        ("серійний номер 9B2", "9B2"),
        (" Акт приймання ", "Акт приймання"),
        ("tag along", "tag along"),
        ("ТТН 15", "ТТН 15"),
    ],
)
def test_a_word_that_says_what_number_follows_is_left_out(typed, text):
    assert meant(typed) == text
