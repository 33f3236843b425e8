"""Problems in words, and fields by name, in the reader's language. [pure]"""

from typing import Any

import msgspec

from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports.categories import CATEGORY_NAMES
from asset_tracker.imports.problems import Problem, Severity
from asset_tracker.imports.vocabulary import Vocabulary

_CATEGORIES: dict[str, tuple[str, str]] = {str(category): names for category, names in CATEGORY_NAMES.items()}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as it is read. ``place`` is ``sheet!C12``, or as much of it as is known."""

    severity: Severity
    code: str
    sheet: str
    row: int
    column: str
    heading: str
    field: str | None
    value: str
    place: str
    message: str
    expected: str | None
    suggestion: str | None


def told(problem: Problem, lang: Lang) -> Told:
    """The problem in words."""
    params = {name: _word(value, lang) for name, value in problem.params.items()}
    return Told(
        severity=problem.severity,
        code=problem.code,
        sheet=problem.sheet,
        row=problem.row,
        column=problem.column,
        heading=problem.heading,
        field=problem.field,
        value=problem.value,
        place=place(problem),
        message=gettext(lang, problem.message, **params),
        expected=gettext(lang, problem.expected, **params) if problem.expected else None,
        suggestion=problem.suggestion,
    )


def _word(value: Any, lang: Lang) -> Any:
    """A parameter as it is read: categories by their names, words in the reader's language, several joined."""
    if isinstance(value, dict):  # a word in both languages
        return value.get(lang, "")
    if isinstance(value, list | tuple):
        return ", ".join(str(_word(each, lang)) for each in value)
    names = _CATEGORIES.get(value) if isinstance(value, str) else None
    return names[0 if lang == "uk" else 1] if names else value


def place(problem: Problem) -> str:
    """Where in the file: ``sheet!C12``."""
    cell = f"{problem.column}{problem.row or ''}"
    return f"{problem.sheet}!{cell}" if problem.sheet and cell else problem.sheet or cell


def field_label(vocabulary: Vocabulary, field: str | None, lang: Lang) -> str:
    """What a field of a kind of table is called."""
    key = {"name_uk": "name"}.get(field or "", field or "")
    known = vocabulary.by_key.get(key) or vocabulary.by_key.get(field or "")
    return known.title(lang) if known else key
