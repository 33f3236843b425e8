from contextlib import suppress

import pytest
from msgspec import convert

from asset_tracker.field.ticks import MAX_LINES, ON_SHEET, TICKS, payload_of, read_lines, tag_in
from asset_tracker.ledger.events import AnyPayload
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import TagError, format_tag, new_tag, parse_tag, tag_url

TAG = "7K3M9QXV"
LATIN, CYRILLIC = "QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФІВАПРОЛДЯЧСМИТЬ"


def read(text, first=7):
    lines, errors = read_lines(text, first)
    return [(line.tick, line.code, line.meter) for line in lines], [each.params["line"] for each in errors]


def test_a_number_holds_for_the_tags_after_it():
    assert read("A\n+5\nB\n\n  C  \n+10\nD 1234\n") == (
        [(7, "A", None), (5, "B", None), (5, "C", None), (10, "D", 1234)],
        [],
    )


@pytest.mark.parametrize("line", ["+0", "+99", "+x", "+", "+5 5", "+٣", "+-1", "+99999999"])
def test_a_number_that_is_none_is_told(line):
    found, errors = read(f"A\n{line}\nB")
    assert errors == [2] or (line == "+٣" and not errors)
    assert found[0][1] == "A"


def test_a_tag_with_a_space_is_no_meter():
    tag = format_tag(new_tag()).replace("-", " ")
    assert read(tag) == ([(7, tag, None)], [])


def test_a_sign_that_looks_like_a_number_is_no_meter():
    assert read("D ²") == ([(7, "D ²", None)], [])


def test_very_many_lines_are_too_many():
    lines, errors = read_lines("A\n" * (MAX_LINES + 1), 7)
    assert (lines, len(errors)) == ([], 1)


def is_tag(text):
    with suppress(TagError):
        return bool(parse_tag(text))
    return False


def test_a_tag_is_found_however_it_was_read():
    for _ in range(50):
        tag = new_tag()
        layout = str.maketrans(LATIN, CYRILLIC)
        if is_tag(tag.translate(layout)):
            continue  # one in some forty looks like another tag in the other layout, and is read as it looks
        for code in (
            tag,
            format_tag(tag).lower(),
            tag_url("https://assets.example.org", tag),
            tag.translate(layout),
            tag_url("https://assets.example.org", tag).translate(layout).replace("/", ".").replace(":", "Ж"),
        ):
            assert tag_in(code) == tag, code
    for code in ("", "hello", "+7", "https://elsewhere.example/x", "5CD2381XYZ"):
        assert tag_in(code) is None


@pytest.mark.parametrize("number", TICKS)
def test_every_tick_is_a_fact_that_the_ledger_knows(number):
    tick = TICKS[number]
    meter = {"value": 5, "unit": "km"}
    said = payload_of(tick, note="x", told="work", service_point=uuid7(), campaign=uuid7(), meter=meter)
    assert convert(said, AnyPayload).__struct_config__.tag == tick.kind


def test_what_stands_on_sheets_is_known():
    assert {number for numbers in ON_SHEET.values() for number in numbers} <= set(TICKS)
