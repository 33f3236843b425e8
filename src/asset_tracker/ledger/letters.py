"""What people type, looked for within texts by an index of three letters each (pg_trgm).

pg_trgm cuts words by the character type of the database, which in the embedded server (and wherever it is C) knows
no Cyrillic: for the index each letter stands as another. An index knows nothing of a word of one or two letters in
the middle of a longer one, and of signs: asked for them it is read from end to end. So such a word is looked for
where words begin, and signs around a word are left aside.
"""

import re
from typing import Final

from sqlalchemy import ColumnElement, Text, func, literal_column, or_, text

LETTERS: Final = ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэё", "abcdefghijklmnopqrstuvwxyz0123456789g")
# Three letters, or fewer at one end of a word whose end the text shows.
_KNOWN: Final = re.compile(r"[a-z0-9]{3}|[ -/:-@\[-`{-~][a-z0-9]|[a-z0-9]{2}[ -/:-@\[-`{-~]")
_ASCII: Final = re.compile(r"[a-z0-9]")
# ASCII alone: of a class with another sign in it PostgreSQL makes no letters for the index.
_BEFORE: Final = (" ", "-", "/", "(", '"', "_", ".")


def in_letters(sought: ColumnElement[str]) -> ColumnElement[str]:
    """What people look within, as the index of it has it; ``letters_of`` is what they look for."""
    return func.translate(func.lower(sought), *(text(f"'{letters}'") for letters in LETTERS), type_=Text)


# Ukrainian order of what has no column to keep it in: as ``territory.collation.sort_key`` gives it.
_UK = ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`")


def in_ukrainian_order(column: ColumnElement[str]) -> ColumnElement[str]:
    """A key that sorts byte by byte as the Ukrainian alphabet does: digits, Ukrainian, Latin; no apostrophes."""
    letters = _UK[0] + _UK[0].upper() + "ёэыъ’ʼ'"
    places = _UK[1] * 2 + _UK[1][6] + _UK[1][6] + _UK[1][10] + _UK[1][30]
    quoted = (literal_column("'" + each.replace("'", "''") + "'", Text) for each in (letters, places))
    return func.translate(func.lower(column, type_=Text).collate("C"), *quoted, type_=Text)


def letters_of(sought: str) -> str:
    """What somebody typed, as an index over ``in_letters`` finds it."""
    return sought.lower().translate(str.maketrans(*LETTERS))


def bare(typed: str) -> str:
    """The text without signs around it; nothing of a text that no index can look for."""
    ends = [n for n, letter in enumerate(typed) if letter.isalnum()]
    word = typed[ends[0] : ends[-1] + 1] if ends else ""
    return word if _is_known(word) or _ASCII.match(letters_of(word)) else ""


def words_of(typed: str) -> list[str]:
    """The words of it that can be looked for, each ``bare``."""
    return [word for each in typed.split() if (word := bare(each))]


def holds(within: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether the text has the (``bare``) word in it, in letters of either size."""
    if _is_known(word):
        return within.icontains(word, autoescape=True)
    following = (within.icontains(before + word, autoescape=True) for before in _BEFORE)
    return or_(within.istartswith(word, autoescape=True), *following)


def likely(indexed: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """What finds by an index over ``in_letters`` all that ``holds`` the word, and may find more."""
    letters = letters_of(word)
    if _is_known(word):
        return indexed.contains(letters, autoescape=True)
    return indexed.op("~")(f"(^|[{''.join(map(re.escape, _BEFORE))}]){re.escape(letters)}")


def _is_known(word: str) -> bool:
    return _KNOWN.search(letters_of(word)) is not None
