from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_tracker.ledger.tags import (
    ALPHABET,
    TagError,
    check_character,
    format_tag,
    new_tag,
    parse_tag,
    tag_url,
)

sevens = st.text(ALPHABET, min_size=7, max_size=7)


def is_tag(text):
    return check_character(text[:7]) == text[7]


def test_a_new_tag_is_a_tag():
    tags = {new_tag() for _ in range(1000)}
    assert len(tags) == 1000
    assert all(parse_tag(tag) == tag for tag in tags)


def test_all_characters_and_check_characters_occur():
    tags = [new_tag() for _ in range(2000)]
    for position in range(8):
        assert {tag[position] for tag in tags} == set(ALPHABET)


def test_every_single_substitution_is_found():
    """The code is linear, so what is found in one tag is found in all; several are walked nevertheless."""
    for seven in ("0000000", "7K3M9QX", "ZZZZZZZ", "ABCDEFG"):
        tag = seven + check_character(seven)
        for position in range(8):
            for other in ALPHABET:
                if other != tag[position]:
                    assert not is_tag(tag[:position] + other + tag[position + 1 :])


def test_every_transposition_is_found():
    """Every pair of different characters at every pair of places, neighbours or not."""
    for i, j in combinations(range(8), 2):
        # The third place runs through the alphabet, so that every check character occurs beside every other.
        third = next(place for place in range(7) if place not in {i, j})
        for one, other in product(ALPHABET, repeat=2):
            characters = ["0"] * 7
            characters[i] = one
            characters[third if j == 7 else j] = other
            tag = [*characters, check_character("".join(characters))]
            if tag[i] != tag[j]:
                tag[i], tag[j] = tag[j], tag[i]
                assert not is_tag("".join(tag))


@given(sevens, st.integers(0, 6))
def test_any_swap_of_neighbours_is_found(seven, position):
    tag = seven + check_character(seven)
    swapped = tag[:position] + tag[position + 1] + tag[position] + tag[position + 2 :]
    assert (swapped == tag) or not is_tag(swapped)


@given(sevens, st.integers(0, 6), st.sampled_from(ALPHABET))
def test_any_twin_error_is_found(seven, position, other):
    tag = seven + check_character(seven)
    if tag[position] == tag[position + 1] != other:
        assert not is_tag(tag[:position] + other * 2 + tag[position + 2 :])


@pytest.mark.parametrize(
    "written",
    [
        "7K3M-9QXV",
        "7k3m9qxv",
        " 7k3m 9qxv ",
        "7K3M–9QXV",
        "7К3М-9QХV",  # Cyrillic К, М, Х
        "7к3м9qхv",
        "7K3M\u200b-9QXV",
        "７Ｋ３Ｍ９ＱＸＶ",  # as an East Asian keyboard gives it
        "https://assets.example.org/a/7k3m-9qxv",
        "HTTPS://ASSETS.EXAMPLE.ORG/A/7K3M9QXV",
        "https://assets.example.org/a/7K3M9QXV/?from=mail#top",
    ],
)
def test_forgives(written):
    assert parse_tag(written) == "7K3M9QXV"


@given(sevens, st.randoms(use_true_random=False))
def test_forgives_letters_for_figures(seven, random):
    tag = seven + check_character(seven)
    typed = "".join(random.choice({"0": "0OoОо", "1": "1IiLlІі"}.get(c, c + c.lower())) for c in tag)
    assert parse_tag(typed) == tag


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "Enter the tag"),
        (" - ", "Enter the tag"),
        ("7K3M-9QX", "this has 7"),
        ("7K3M-9QXVV", "this has 9"),
        ("x" * 5000, "this has 2000"),
        ("7K3M-9QXU", "“U” never occurs"),
        ("7K3M-9QX😀", "“😀” never occurs"),
        ("7K3M-9QXD", "compare the tag with the label"),
        ("7K3M-9XQW", "compare the tag with the label"),
        ("0000-0000", "compare the tag with the label"),
        ("https://example.org/warranty?sn=123", "not one from our labels"),
        ("https://example.org/a/", "not one from our labels"),
    ],
)
def test_says_what_to_check(written, says):
    with pytest.raises(TagError) as caught:
        parse_tag(written)
    assert says in str(caught.value)
    assert caught.value.errors[0].field == "tag"


def test_shows_it_in_groups():
    assert format_tag("7K3M9QXV") == "7K3M-9QXV"
    assert parse_tag(format_tag("7K3M9QXV")) == "7K3M9QXV"


def test_the_address_fits_alphanumeric_mode():
    assert tag_url("https://assets.example.org/", "7K3M9QXV") == "HTTPS://ASSETS.EXAMPLE.ORG/A/7K3M9QXV"
