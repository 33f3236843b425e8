from datetime import UTC, date, datetime

import pytest

from asset_tracker.documents.ics import Entry, calendar, escaped, folded

NOW = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


def test_a_calendar_of_whole_days():
    entry = Entry(
        uid="delivery-1@x", day=date(2026, 12, 31), title="Доставлення: PL-7", place="Овруцька громада", url="https://a/b"
    )  # fmt: skip
    lines = calendar([entry], name="Доставлення", made_at=NOW).decode().split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "DTSTAMP:20261122T010203Z" in lines
    assert "SUMMARY:Доставлення: PL-7" in lines


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("one\r\ntwo\nthree", "one\\ntwo\\nthree"),
        ("x\r\nEND:VEVENT\x00\x07", "x\\nEND:VEVENT"),
        ("lone\rreturn", "lonereturn"),
    ],
)
def test_text_cannot_become_another_line(text, written):
    assert escaped(text) == written


def test_long_lines_are_folded_and_no_sign_is_cut():
    line = "SUMMARY:" + "Ґанок їжак 🚚 " * 30
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
    assert folded("short") == "short"
