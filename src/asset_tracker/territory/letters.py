"""Letters that look alike, and apostrophes that mean the same."""

import re
import unicodedata

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
APOSTROPHES = "'`´ʼ′‘’ʹ＇"
"""Everything keyboards and spreadsheets put where Ukrainian writes ’."""

_TO_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, APOSTROPHE))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")

LATIN_TO_CYRILLIC = str.maketrans("ABCEHIKMOPTXYÏaceiopxyï", "АВСЕНІКМОРТХУЇасеіорхуї")
_LATIN_LOOKALIKES = frozenset("ABCEHIKMOPTXYÏaceiopxyï")


def plain(text: str) -> str:
    """``text`` as we store names: composed, one kind of apostrophe, single spaces, nothing invisible."""
    composed = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", composed).strip().translate(_TO_APOSTROPHE)


def without_apostrophes(text: str) -> str:
    """``text`` with no apostrophe of any form."""
    return text.translate(dict.fromkeys(map(ord, APOSTROPHES)))


def cyrillic_where_meant(text: str) -> str:
    """Latin letters turned into the Cyrillic ones they look like, in words that are Cyrillic otherwise.

    A word of look-alikes only («Кам» typed as ``Kam`` cannot be, ``Осип`` typed as ``Ocип`` can) is
    Cyrillic when anything in it is; a word wholly Latin stays what it is.
    """
    return _WORD.sub(_mend, text)


def _mend(found: re.Match[str]) -> str:
    word = found.group()
    if _LATIN_LOOKALIKES.isdisjoint(word):  # as most words are
        return word
    has_cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in word)
    return word.translate(LATIN_TO_CYRILLIC) if has_cyrillic else word
