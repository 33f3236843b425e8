"""Text that never leaves its place: cleaned, measured, wrapped, and cut with an ellipsis.  [pure]"""

import unicodedata
from typing import Final

from asset_tracker.labels.fonts import Font

ELLIPSIS: Final = "…"
UNKNOWN: Final = "?"
_LONGEST: Final = 400  # characters looked at; no label holds more


def printable(text: str, font: Font) -> str:
    """``text`` as one line of characters that the font has.

    Control, zero-width and direction-changing characters go, runs of white space become one space, and a run
    of what the font cannot draw becomes one question mark.
    """
    clean: list[str] = []
    for character in unicodedata.normalize("NFC", text[:_LONGEST]):
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


def wrap(text: str, font: Font, width: float, lines: int) -> tuple[list[str], bool]:
    """``text`` in at most ``lines`` lines of ``width`` em, and whether all of it fitted.

    Breaks at spaces, and within a word only where the word is wider than a line. What does not fit is cut
    with an ellipsis.
    """
    wrapped: list[str] = []
    while text:
        if font.width(text) <= width:
            wrapped.append(text)
            break
        if len(wrapped) + 1 >= lines:
            wrapped.append(shorten(text, font, width))
            return wrapped, False
        fitting = max(1, _fitting(text, font, width))
        end = text.rfind(" ", 0, fitting + 1)
        wrapped.append(text[: end if end > 0 else fitting])
        text = text[end if end > 0 else fitting :].lstrip()
    return wrapped, True


def _fitting(text: str, font: Font, width: float) -> int:
    """How many characters from the beginning fit."""
    for count, character in enumerate(text):
        width -= font.widths[character] / 1000
        if width < 0:
            return count
    return len(text)
