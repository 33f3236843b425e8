"""What the field app says, in one language: its own texts, the forms and the words that pages use too.

The texts are read out of its source, where they stand in English in ``t``, ``n`` and ``msg``; so none is
kept in two places.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from asset_tracker.assets.rules import FIELD, RULES
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.questions import EventForm, Field
from asset_tracker.web.words import VOCABULARY

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_ONE = re.compile(rf"\b(?:t|msg)\(\s*{_TEXT}")
_MANY = re.compile(rf"\bn\(\s*{_TEXT},\s*{_TEXT}")
_PLACE = re.compile(r"%\((\w+)\)s")
_FAMILIES = ("stage", "condition", "category", "event", "gone", "use", "role")
# A number of each plural form of Ukrainian.
_NUMBERS = (1, 2, 5)
_ASKED = frozenset({"line", "text", "choice", "date", "money", "meter", "number", "flag", "point", "place"})


class Catalogue(msgspec.Struct, frozen=True):
    """``words``: English text -> text, or its plural forms; ``forms`` by kind; ``vocabulary`` by family."""

    lang: Lang
    words: dict[str, str | tuple[str, ...]]
    forms: dict[str, dict[str, Any]]
    vocabulary: dict[str, dict[str, dict[str, str]]]
    offered: tuple[str, ...]


def texts(source: str) -> set[str]:
    """The texts of one number that a script says."""
    return {_unescaped(found) for found in _ONE.findall(source)}


def plurals(source: str) -> set[tuple[str, str]]:
    """The texts of a number that a script says: for one, for many."""
    return {(_unescaped(one), _unescaped(many)) for one, many in _MANY.findall(source)}


def catalogue(lang: Lang, sources: dict[str, str]) -> Catalogue:
    """Everything that the scripts ``sources`` say, in ``lang``."""
    said = set().union(*(texts(each) for each in sources.values()))
    said |= {rule.otherwise for rule in RULES.values() if rule.otherwise}
    counted = set().union(*(plurals(each) for each in sources.values()))
    words: dict[str, str | tuple[str, ...]] = dict(_translated(lang, said))
    if lang == "uk":
        words |= {one: _forms(lang, one, many) for one, many in counted}
    return Catalogue(
        lang=lang,
        words=words,
        forms={kind: _form(lang, form) for kind, form in FORMS.items()},
        vocabulary={
            family: {
                key: {"text": gettext(lang, word.text), "icon": word.icon, "tone": word.tone}
                for key, word in VOCABULARY[family].items()
            }
            for family in _FAMILIES
        },
        offered=FIELD,
    )


def _translated(lang: Lang, said: set[str]) -> Iterator[tuple[str, str]]:
    for text in sorted(said):
        translated = gettext(lang, text)
        if translated != text:
            yield text, translated


def _forms(lang: Lang, one: str, many: str) -> tuple[str, ...]:
    """The three forms, their places left open."""
    places = {name: f"%({name})s" for name in ("n", *_PLACE.findall(one + many))}
    return tuple(ngettext(lang, one, many, n, **places) for n in _NUMBERS)


def _form(lang: Lang, form: EventForm) -> dict[str, Any]:
    return {
        "kind": form.kind,
        "verb": gettext(lang, form.verb),
        "done": gettext(lang, form.done),
        "icon": form.icon,
        "tone": form.tone,
        "explains": gettext(lang, form.explains) if form.explains else "",
        "note": gettext(lang, form.note),
        "when": gettext(lang, form.when) if form.when else "",
        "fields": [_field(lang, field) for field in form.fields if field.type in _ASKED],
    }


def _field(lang: Lang, field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": gettext(lang, field.label),
        "type": field.type,
        "required": field.required,
        "hint": gettext(lang, field.hint) if field.hint else "",
        "options": [(key, gettext(lang, text)) for key, text in field.options],
        "default": field.default,
    }


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")
