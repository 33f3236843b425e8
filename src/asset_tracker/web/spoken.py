"""What stands in Ukrainian letters on an English page is marked as Ukrainian, so that it is read aloud as such. [pure]

Names have a pair of languages; a note, the title of an order or the name of a person has only what somebody wrote.
One look over the finished page finds them all, whichever template they come from.
"""

import re

_LETTER = "[А-ЩЬЮЯЄІЇҐа-щьюяєіїґЁЪЫЭёъыэ]"
# What holds no marks of its own (an option may bear the language itself), or a text between two marks.
_TEXT = re.compile(
    rf"<(script|style|textarea|title|svg|option)\b[^>]*>.*?</\1>|>(\s*)([^<>]*?{_LETTER}[^<>]*?)(\s*)(?=<)",
    re.DOTALL,
)
_WORDS = re.compile(rf"{_LETTER}(?:(?:{_LETTER}|[’'\-–.,:;()«»№\s\d])*{_LETTER})?")
_ENTITY = re.compile(r"&#?\w+;")
_LATIN = re.compile(r"[A-Za-z]")
_UKRAINIAN = re.compile(_LETTER)


def marked(html: str) -> str:
    """A page in English with its Ukrainian texts marked."""
    return _TEXT.sub(_marked, html)


def _marked(found: re.Match[str]) -> str:
    element, before, text, after = found.groups()
    if element:
        is_one = element == "option" and _UKRAINIAN.search(found[0].partition(">")[2])
        return found[0].replace("<option", '<option lang="uk"', 1) if is_one else found[0]
    if not _LATIN.search(_ENTITY.sub("", text)):
        return f'>{before}<span lang="uk">{text}</span>{after}'
    # one whole, for in a row of boxes each part would become a box
    within = _WORDS.sub(lambda words: f'<span lang="uk">{words[0]}</span>', text)
    return f">{before}<span>{within}</span>{after}"
