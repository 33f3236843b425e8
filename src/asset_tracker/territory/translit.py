"""Ukrainian in Latin letters: resolution of the Cabinet of Ministers No 55 of 27.01.2010."""

from functools import lru_cache

from asset_tracker.territory.letters import APOSTROPHES

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z",
    "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ь": "", "ю": "iu", "я": "ia",
}  # fmt: skip
_AT_WORD_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


# Of a list of municipalities the oblast stands in each, and the raion in a dozen.
@lru_cache(maxsize=4096)
def transliterate(text: str) -> str:
    """``text`` with its Ukrainian letters in Latin; everything else stays.

    The soft sign and the apostrophe fall away; after an apostrophe no new word begins (Знам’янка is
    Znamianka), after a hyphen one does. «зг» becomes ``zgh``.
    """
    out: list[str] = []
    for index, letter in enumerate(text):
        before = text[index - 1] if index else ""
        if letter in APOSTROPHES:
            if not (before.isalpha() and index + 1 < len(text) and text[index + 1].isalpha()):
                out.append(letter)  # a quotation mark, not an apostrophe
            continue
        latin = _latin(letter.lower(), before)
        if latin is None:
            out.append(letter)
        elif letter.isupper():
            out.append(latin.upper() if _in_capitals(text, index) else latin.capitalize())
        else:
            out.append(latin)
    return "".join(out)


def _latin(letter: str, before: str) -> str | None:
    if not (before.isalpha() or (before and before in APOSTROPHES)) and letter in _AT_WORD_START:
        return _AT_WORD_START[letter]
    if letter == "г" and before in ("з", "З"):
        return "gh"
    return _LETTERS.get(letter)


def _in_capitals(text: str, index: int) -> bool:
    beside = text[index + 1 : index + 2] or text[index - 1 : index]
    if not beside.isalpha():
        beside = text[index - 1 : index] if index else ""
    return beside.isupper()
