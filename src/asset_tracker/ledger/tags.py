"""Tags: the permanent code on a label, seven random characters and a check character.  [pure]

The alphabet is Crockford's base 32 (no I, L, O, U). The check character makes a weighted sum over GF(32)
come out right, with eight different weights; such a code misses no single wrong character, no two characters
swapped (neighbours or not) and no twin error (``AA`` for ``BB``). A tag is kept as eight characters without a
hyphen and shown as ``XXXX-XXXX``.
"""

import re
import secrets
import unicodedata
from typing import Final

from asset_tracker.errors import FieldError, InvalidError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TAG_LENGTH: Final = 8

_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}
# What people type, or a Ukrainian keyboard gives, for a character that looks the same.
_LOOKS_LIKE: Final = str.maketrans(
    {
        "O": "0", "I": "1", "L": "1",
        "А": "A", "В": "B", "С": "C", "Е": "E", "Н": "H", "Ј": "J", "К": "K", "М": "M", "Р": "P", "Ѕ": "S",
        "Т": "T", "У": "Y", "Х": "X", "О": "0", "І": "1", "Ӏ": "1", "З": "3",
    }
)  # fmt: skip
# As it is kept, or stands on the label.
_WRITTEN: Final = re.compile(rf"([{ALPHABET}]{{4}})-?([{ALPHABET}]{{4}})")
_NOT_WRITTEN: Final = re.compile(r"[\s\-‐-―−_.·]+")
_IN_URL: Final = re.compile(r"/a/([^/?#]+)/?(?:[?#].*)?$", re.IGNORECASE)
# Without it 0000-0000, which a broken reader may well give, would be a good tag.
_START: Final = 1


class TagError(InvalidError):
    """The text is not a tag."""

    def __init__(self, message: str, /, **params: object) -> None:
        expected = "eight characters such as 7K3M-9QXV, with or without the hyphen"
        super().__init__(message, (FieldError("tag", message, dict(params), expected),), **params)


def _times_two(value: int) -> int:
    """``value`` times x in GF(32) = GF(2)[x] / (x⁵ + x² + 1), whose x has order 31."""
    return (value << 1) ^ (0b100101 if value & 0b10000 else 0)


_TIMES_TWO: Final = tuple(_times_two(value) for value in range(32))
_HALF: Final = tuple(_TIMES_TWO.index(value) for value in range(32))


def _sum(characters: str) -> int:
    state = _START
    for character in characters:
        state = _TIMES_TWO[state ^ _VALUE[character]]
    return state


def check_character(seven: str) -> str:
    """The eighth character that belongs to seven characters of the alphabet."""
    return ALPHABET[_HALF[0] ^ _sum(seven)]


def new_tag() -> str:
    """A new tag, 35 random bits, as eight characters. Whether it is taken, the database tells."""
    bits = secrets.randbits(35)
    seven = "".join(ALPHABET[bits >> shift & 31] for shift in range(30, -1, -5))
    return seven + check_character(seven)


def format_tag(tag: str) -> str:
    """``XXXX-XXXX``, as it stands on the label."""
    return f"{tag[:4]}-{tag[4:]}"


def tag_url(base_url: str, tag: str) -> str:
    """What the QR symbol says: ``BASE_URL/A/TAG`` in upper case, so that alphanumeric mode can carry it."""
    return f"{base_url.rstrip('/')}/a/{tag}".upper()


def parse_tag(text: str) -> str:
    """The tag that somebody typed, pasted or scanned, as eight characters.

    Forgives case, hyphens and spaces, O for 0, I and L for 1, Cyrillic letters that look the same,
    and takes the tag out of a whole address (``https://host/A/TAG``).
    Raises ``TagError`` that says what to check.
    """
    # Nearly all are written as they should be: what else people and scanners write need not be looked for in them.
    if (plain := _WRITTEN.fullmatch(text)) and _sum(known := plain[1] + plain[2]) == 0:
        return known
    written = unicodedata.normalize("NFKC", text[:2000]).strip()
    if "/" in written:
        found = _IN_URL.search(written)
        if found is None:
            raise TagError("This address is not one from our labels.")
        written = found[1]
    visible = "".join(c for c in written if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace())
    tag = _NOT_WRITTEN.sub("", visible).upper().translate(_LOOKS_LIKE)
    if not tag:
        raise TagError("Enter the tag from the label.")
    if len(tag) != TAG_LENGTH:
        raise TagError("A tag has eight characters, this has %(n)s: look at the label again.", n=len(tag))
    strange = next((c for c in tag if c not in _VALUE), None)
    if strange is not None:
        raise TagError("“%(character)s” never occurs in a tag: look at the label again.", character=strange)
    if _sum(tag) != 0:
        raise TagError("A character is wrong or two are swapped: compare the tag with the label.")
    return tag
