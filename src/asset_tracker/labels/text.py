"""Text that never leaves its place: cleaned, measured, wrapped, and cut with an ellipsis.  [pure]"""

import unicodedata
from typing import Final, NamedTuple

from asset_tracker.labels.fonts import Font

ELLIPSIS: Final = "…"
UNKNOWN: Final = "?"
# Signs that names are written with and the font lacks: apostrophe, hyphen, feet and inches.
_INSTEAD: Final = str.maketrans({"ʼ": "’", "\u2010": "-", "′": "'", "″": '"'})
_LONGEST: Final = 400  # characters looked at; no label holds more


def printable(text: str, font: Font) -> str:
    """``text`` as one line of characters that the font has.

    Control, zero-width and direction-changing characters go, runs of white space become one space, and a run
    of what the font cannot draw becomes one question mark.
    """
    clean: list[str] = []
    for character in unicodedata.normalize("NFC", text[:_LONGEST]).translate(_INSTEAD):
        category = unicodedata.category(character)
        if character.isspace() or category in {"Zs", "Zl", "Zp"}:
            if clean and clean[-1] != " ":
                clean.append(" ")
        elif category in {"Cc", "Cf", "Mn", "Me"}:
            continue
        elif character in font.glyphs:
            clean.append(character)
        elif not clean or clean[-1] != UNKNOWN:
            clean.append(UNKNOWN)
    return "".join(clean).strip()


def shorten(text: str, font: Font, width: float) -> str:
    """``text``, or as much of it as fits ``width`` em with an ellipsis."""
    if font.width(text) <= width:
        return text
    return text[: _fitting(text, font, width - font.width(ELLIPSIS))].rstrip() + ELLIPSIS


class Wrapped(NamedTuple):
    """Lines, whether all of the text is in them, and whether a word had to be broken."""

    lines: list[str]
    whole: bool
    broken: bool


def wrap(text: str, font: Font, width: float, lines: int) -> Wrapped:
    """``text`` in at most ``lines`` lines of ``width`` em.

    Breaks at spaces, and within a word only where the word is wider than a line. What does not fit is cut
    with an ellipsis.
    """
    wrapped: list[str] = []
    broken = False
    while text:
        if font.width(text) <= width:
            wrapped.append(text)
            break
        if len(wrapped) + 1 >= lines:
            wrapped.append(shorten(text, font, width))
            return Wrapped(wrapped, whole=False, broken=broken)
        fitting = max(1, _fitting(text, font, width))
        space = text.rfind(" ", 0, fitting + 1)
        broken = broken or space <= 0
        end = space if space > 0 else fitting
        wrapped.append(text[:end])
        text = text[end:].lstrip()
    return Wrapped(wrapped, whole=True, broken=broken)


def _fitting(text: str, font: Font, width: float) -> int:
    """How many characters from the beginning fit."""
    for count, character in enumerate(text):
        width -= font.widths[character] / 1000
        if width < 0:
            return count
    return len(text)
