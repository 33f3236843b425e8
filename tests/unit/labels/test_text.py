import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_tracker.labels.fonts import font
from asset_tracker.labels.text import printable, shorten, wrap

REGULAR = font("regular")


def test_the_font_has_the_whole_ukrainian_alphabet():
    alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
    assert set(alphabet + alphabet.upper() + "’—«»№₴…") <= set(REGULAR.glyphs)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Ноутбук\t\nLenovo  ", "Ноутбук Lenovo"),
        ("мі\u200bсто\u202e!", "місто!"),
        ("и\u0306ти", "йти"),  # composed
        ("за\u0301мок", "замок"),  # a stress mark has no place of its own
        ("\x1b[31m^XA~JA\x00", "[31m^XA~JA"),
        ("显示器 24", "? 24"),
        ("Монітор 27″, п\u02bcять\u202fпортів", 'Монітор 27", п’ять портів'),
        ("שלום", "?"),
        ("", ""),
        ("\u2066\u2069", ""),
        ("Ґ" * 1000, "Ґ" * 400),
    ],
)
def test_cleans(text, clean):
    assert printable(text, REGULAR) == clean


@given(st.text(), st.floats(0.6, 40), st.integers(1, 5))
def test_never_wider_never_more(text, width, count):
    lines, whole, _ = wrap(printable(text, REGULAR), REGULAR, width, count)
    assert len(lines) <= count
    for line in lines:
        assert REGULAR.width(line) <= width or len(line) == 1
    if whole:
        assert "".join("".join(lines).split()) == "".join(printable(text, REGULAR).split())
    else:
        assert lines[-1].endswith("…")


def test_wraps_at_spaces_and_cuts_with_an_ellipsis():
    whole = wrap("Мобільна валіза адміністратора", REGULAR, 8, 3)
    assert whole == (["Мобільна валіза", "адміністратора"], True, False)
    cut = wrap("Мобільна валіза адміністратора центру", REGULAR, 8, 2)
    assert (cut.lines[0], cut.lines[1][-1], cut.whole) == ("Мобільна валіза", "…", False)
    broken = wrap("Автоматизованеробочемісце", REGULAR, 5, 9)
    assert "".join(broken.lines) == "Автоматизованеробочемісце"
    assert broken.broken


def test_shortens_only_what_is_too_long():
    assert shorten("ДБЖ", REGULAR, 10) == "ДБЖ"
    assert shorten("Маршрутизатор", REGULAR, 4).endswith("…")
