"""What the pages of imports show, put together from a plan: one entry for everything that is wrong in one way."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

import msgspec

from asset_tracker.assets.attributes import Attribute, Catalogue, shown
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports.kinds import BY_KEY
from asset_tracker.imports.known import Change, Item
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.mapping import Column
from asset_tracker.imports.offering import Chosen
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.telling import Told, field_label, told
from asset_tracker.imports.views import BatchView, Choices, KindKey
from asset_tracker.imports.vocabulary import Vocabulary, heading_key
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.web import formats
from asset_tracker.web.import_rows import in_words
from asset_tracker.web.words import word

LEAVE_OUT, GUESS = "-", "guess"
MAX_GROUPS = 60
# How many donors one may name for the whole file.
SHARES = 4
# For how many municipalities an empty list may be made; more than there are.
MAX_TOWNS = 2000
_CODE = re.compile(r"UA\d{17}")
# Questions that the columns or the defaults answer; nothing is typed over a cell for them.
_ANSWERED_ELSEWHERE = {"unknown-column", "no-programme-column", "empty", "no-list", "roles", "no-campaign"}


class Group(msgspec.Struct, kw_only=True):
    """Cells that are wrong in the same way. ``places`` (``sheet!C12``) take one new text, the first of ``options`` near."""

    told: Told
    rows: list[int]
    places: list[str]
    options: list[tuple[str, str]]

    @property
    def fixable(self) -> bool:
        return bool(self.told.column and self.told.row) and self.told.severity != "question"

    @property
    def at(self) -> str:
        return msgspec.json.encode(self.places).decode()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """For what an empty list was asked for; ``problems``: what does not fit, and what is near."""

    kind: str = "assets"
    programme: str = ""
    oblast: str = ""
    municipality: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def chosen(self) -> Chosen:
        """What the drop-downs shall offer."""
        lines = re.split(r"[;\n]+", self.municipality)
        return Chosen(
            programme=self.programme.strip() or None,
            oblast=self.oblast.strip() or None,
            municipalities=tuple(line.strip() for line in lines if line.strip())[:MAX_TOWNS],
        )

    def told(self, wrong: InvalidError, lang: Lang) -> Self:
        """With what is wrong, in words."""
        problems = tuple(
            (gettext(lang, each.message, **each.params), gettext(lang, each.expected or ""))
            for each in wrong.errors
        )
        return msgspec.structs.replace(self, problems=problems)


NOTHING_ASKED = Asked()


class ChangeRow(msgspec.Struct, frozen=True):
    """A field before and after, in words."""

    label: str
    old: str
    new: str


def groups(problems: Iterable[Problem], lang: Lang) -> list[Group]:
    """The problems of rows and sheets, the same ones together; questions about columns stand elsewhere."""
    found: dict[tuple[Any, ...], Group] = {}
    for problem in problems:
        if problem.code in _ANSWERED_ELSEWHERE:
            continue
        words = told(problem, lang)
        key = (words.severity, words.code, words.sheet, words.column, words.value, words.message)
        group = found.get(key)
        if group is None:
            group = found[key] = Group(told=words, rows=[], places=[], options=_options(words))
        if problem.row:
            group.rows.append(problem.row)
            group.places.append(words.place)
    return list(found.values())


def _options(words: Told) -> list[tuple[str, str]]:
    """What might be typed instead: the value, and how it is told."""
    options = []
    for suggestion in (words.suggestion or "").split("; "):
        if code := _CODE.search(suggestion):
            options.append((code.group(), suggestion))
        elif suggestion:
            options.append((suggestion, suggestion))
    return options


def column_key(column: Column) -> str:
    """What names the column in the answers: its heading, or its letters where it has none."""
    return heading_key(column.heading) if column.heading else column.letters


def field_options(vocabulary: Vocabulary, lang: Lang) -> list[tuple[str, str]]:
    """The fields of a kind of table to choose from, by name."""
    return [(field.key, field.title(lang)) for field in vocabulary.fields]


def choices_from(form: Iterable[tuple[str, str]], batch: BatchView) -> Choices:
    """The choices that the form of a plan holds, on top of the cells put right before."""
    answers: dict[str, Any] = {}
    fixes = dict(batch.choices.fixes)
    places: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    plain: dict[str, str] = {}
    for name, value in form:
        kind, _, rest = name.partition(":")
        if kind == "column" and value:
            answers[rest] = None if value == LEAVE_OUT else value
        elif kind == "at":
            places[rest] = msgspec.json.decode(value, type=list[str])
        elif kind == "fix" and value.strip():
            texts[rest] = value.strip()
        elif not rest:
            plain[name] = value.strip()
    for number, text in texts.items():
        fixes |= dict.fromkeys(places.get(number, ()), text)
    if plain.get("kind") not in (None, batch.kind):
        answers = {}  # the columns were those of another kind of table
    return msgspec.convert({"answers": answers, "fixes": fixes, **defaults_from(plain)}, Choices)


def defaults_from(plain: Mapping[str, str]) -> dict[str, Any]:
    """What holds for the whole file, out of a form."""
    names = Defaults.__struct_fields__
    return {
        "defaults": {name: plain[name] for name in names if plain.get(name)} | _shares(plain),
        "occurred_on": plain.get("occurred_on") or None,
        "kind": None if plain.get("kind") in {None, "", GUESS} else plain["kind"],
        "grant_roles": plain.get("grant_roles") == "yes",
    }


def _shares(plain: Mapping[str, str]) -> dict[str, str]:
    """The donors and per cents of a form, as one text."""
    rows = [(plain.get(f"donor_{n}", ""), plain.get(f"percent_{n}", "")) for n in range(SHARES)]
    text = "; ".join(f"{donor}={percent}" for donor, percent in rows if donor or percent)
    return {"shares": text} if text else {}


def share_rows(written: str | None) -> list[tuple[str, str]]:
    """What stands in the rows of the form: donor and per cent."""
    parts = [part.rpartition("=") for part in (written or "").split(";") if part.strip()]
    rows = [(donor.strip(), percent.strip()) for donor, _, percent in parts]
    return rows + [("", "")] * (SHARES - len(rows))


def changes(
    item: Item, kind: KindKey, towns: Mapping[str, Municipality], lang: Lang, known: Catalogue
) -> list[ChangeRow]:
    """What a change changes; ``known``: the fields that categories have of their own."""
    vocabulary = BY_KEY[kind].vocabulary
    return [
        _own_change(known.attributes[change.field], change, lang)
        if kind == "assets" and change.field in known.attributes
        else ChangeRow(
            field_label(vocabulary, change.field, lang),
            _shown(kind, change.field, change.old, towns, lang),
            _shown(kind, change.field, change.new, towns, lang),
        )
        for change in item.changes
    ]


def _own_change(field: Attribute, change: Change, lang: Lang) -> ChangeRow:
    old, new = (shown(lang, field, each) if each else formats.NO_VALUE for each in (change.old, change.new))
    return ChangeRow(field.name(lang), old, new)


def _shown(kind: KindKey, field: str, value: Any, towns: Mapping[str, Municipality], lang: Lang) -> str:
    if value is None:
        return formats.NO_VALUE
    if kind != "assets":
        return in_words(kind, field, value, towns, lang)
    if field == "category":
        return gettext(lang, word("category", str(value)).text)
    return str(value)
