"""Ukrainian alphabetical order as a string that sorts right byte by byte.

The database is built without ICU, and «C» order puts ґ, є, і, ї outside the alphabet; so whatever is
sorted by a Ukrainian name keeps ``sort_key(name)`` beside it, in a column collated "C".
"""

import unicodedata

from asset_tracker.territory.letters import plain, without_apostrophes

ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"

# 33 letters take the places from "@" to "`": after the digits, before the Latin letters.
_PLACES = {letter: chr(ord("@") + index) for index, letter in enumerate(ALPHABET)}
_PLACES |= {"ё": _PLACES["е"], "э": _PLACES["е"], "ы": _PLACES["и"], "ъ": _PLACES["ь"]}
_PLACES |= {letter: letter for letter in "0123456789abcdefghijklmnopqrstuvwxyz"}


def sort_key(text: str) -> str:
    """The key of ``text``: apostrophes and case ignored, words apart, digits before Ukrainian before Latin."""
    lowered = without_apostrophes(plain(text)).lower()
    return " ".join("".join(map(_place, lowered)).split())


def _place(letter: str) -> str:
    if letter in _PLACES:
        return _PLACES[letter]
    if unicodedata.combining(letter):
        return ""  # a stress mark
    return _PLACES.get(unicodedata.normalize("NFKD", letter)[0], " ")
