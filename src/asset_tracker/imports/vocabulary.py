"""What the columns of a kind of table can be, and what people call them. [pure]

A kind of table has its fields; a heading is compared with what people call them, in Ukrainian and English, without
units and what stands in brackets.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

import msgspec

from asset_tracker.i18n import LANGS, Lang, gettext
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell, Row

HEAD_ROWS = 60

Reader = Callable[[Cell], values.Reading]


class Field(msgspec.Struct, frozen=True):
    """``label``, ``hint``: English msgids. ``names``: folded headings that mean this field, Ukrainian and English."""

    key: str
    label: str
    hint: str
    names: tuple[str, ...]
    required: bool = False
    many: bool = False
    own: tuple[str, str] | None = None

    def title(self, lang: Lang) -> str:
        """What it is called: as an administrator named it (``own``: Ukrainian, English), else as we do."""
        return self.own[0 if lang == "uk" else 1] if self.own else gettext(lang, self.label)


def names_of(text: str) -> tuple[str, ...]:
    """The names in a text that parts them by upright strokes."""
    return tuple(name.strip() for name in text.split("|"))


_BETWEEN = re.compile(r"[\s/,]+")
_PREFIX = re.compile(r"^(?:hb\.(?:field\.)?|cf:\s*|asset\.|item\.)")
_BRACKETS = re.compile(r"[(\[].*?[)\]]|,?\s*type:\w+$")
_TAIL = re.compile(r"[\s,;:*.!?]+$")
_CURRENCY_TAIL = re.compile(r"[,/]?\s*\b(?:uah|eur|usd|sek|грн|гривень|євро|доларів)\b\.?$|[₴€$£]$")
_DAY_TAIL = re.compile(
    r"[,;]?\s*(?:станом на|на|as of|at)?\s*(?:\d{1,2}\.\d{1,2}\.)?\b(?:19|20)\d\d\b\s*(?:р\.?|рік|року|year)?$"
)
_VAT = re.compile(r",?\s*(?:з|без|в т ч|в т.ч.|включно з|incl\.?|excl\.?|without|with)\s*(?:пдв|vat)\.?$")


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """A heading for comparing: folded, without brackets, units, currency, a day and an export's prefix."""
    bare = _PREFIX.sub("", values.fold(heading)).replace("_", " ").replace("\n", " ")
    bare = _BRACKETS.sub(" ", bare)
    for pattern in (_TAIL, _DAY_TAIL, _VAT, _CURRENCY_TAIL, _TAIL):
        bare = pattern.sub("", " ".join(bare.split()))
    return bare.strip(" .,:;*") or values.fold(heading).strip()


class Vocabulary:
    """The fields of a kind of table. ``skipped``: headings that are known and left out without a question.

    ``readers`` turn a cell of a field into its value; text where none is named. ``days``: fields that hold a day.
    ``least``: how many of the fields a row must name to be one of headings.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        skipped: Iterable[str] = (),
        readers: Mapping[str, Reader] | None = None,
        days: Iterable[str] = (),
        least: int = 2,
    ) -> None:
        self.fields = tuple(fields)
        self.least = least
        self.days = frozenset(days)
        self.by_key: dict[str, Field] = {field.key: field for field in fields}
        self.skipped = frozenset(skipped)
        self._readers = dict.fromkeys(self.days, values.date) | dict(readers or {})
        self.guess = lru_cache(maxsize=4096)(self._guess)

    def read(self, field: str, cell: Cell) -> values.Reading:
        """The value of a cell in a column of this field."""
        return self.reader(field)(cell)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Field by folded name; what our own lists call it goes before everything."""
        found: dict[str, str] = {}
        for field in self.fields:
            for lang in LANGS:
                found.setdefault(heading_key(field.title(lang)), field.key)
        for field in self.fields:
            for name in field.names:
                found.setdefault(values.fold(name), field.key)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        found: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for name in self._names:
            if len(name) >= 4:
                for word in set(_BETWEEN.split(name)):
                    found[word].append((name, frozenset(name.split())))
        return found

    def reader(self, field: str) -> Reader:
        """What reads the cells of this field."""
        return self._readers.get(field, values.text)

    def _guess(self, heading: str) -> tuple[str | None, float]:
        """The field that a heading means and how sure that is, from 0 to 1; None where nothing is near."""
        field, sure = self.named(heading)
        key = heading_key(heading)
        if sure >= 0.5 or not key or self.is_skipped(heading):
            return field, sure
        for name, each in self._names.items():
            if len(name) < 4 or abs(len(name) - len(key)) > 3:
                continue
            matcher = SequenceMatcher(None, key, name, autojunk=False)
            if matcher.real_quick_ratio() > 0.82 and matcher.quick_ratio() > 0.82:
                ratio = matcher.ratio()
                if ratio > 0.82 and ratio * 0.8 > sure:
                    field, sure = each, ratio * 0.8
        if sure < 0.4 and (said := _BRACKETS.search(values.fold(heading))):
            # "To whom (municipality)": what stands in brackets may be the name
            field, sure = self._names.get(said[0].strip("()[] ")), 0.5
        return (field, sure) if field and sure >= 0.4 else (None, 0.0)

    def named(self, text: str) -> tuple[str | None, float]:
        """The field that the text names outright or among other words; quick, for it is asked of hundreds of cells."""
        key = heading_key(text)
        if not key or key in self._names or self.is_skipped(text):
            return (self._names[key], 1.0) if key in self._names else (None, 0.0)
        words = set(_BETWEEN.split(key))
        best: tuple[str | None, float] = (None, 0.0)
        for word in words:
            for name, parts in self._by_word.get(word, ()):
                score = 0.9 * len(name) / max(len(key), len(name))
                if score > best[1] and parts <= words:
                    best = (self._names[name], score)
        return best

    def is_skipped(self, heading: str) -> bool:
        """Whether the heading is known, and left out without a question."""
        return heading_key(heading) in self.skipped or values.fold(heading) in self.skipped

    def is_heading(self, text: str) -> bool:
        """Whether the text is, word for word, what people call a field."""
        return bool(text) and len(text) < 80 and heading_key(values.tidy(text)) in self._names

    def find_header(self, rows: Sequence[Row]) -> tuple[Row | None, float]:
        """The row that names most columns among the first ones, and its score; None where no row names enough."""
        best: tuple[Row | None, float] = (None, 0.0)
        for row in rows[:HEAD_ROWS]:
            headings = [cell for cell in map(heading_in, row.cells) if cell]
            fields = {field for field, sure in map(self.named, headings) if field and sure >= 0.6}
            known = len(fields) + 0.25 * sum(heading_key(heading) in self.skipped for heading in headings)
            # prose above the table holds single words that are headings too; a heading row is mostly headings
            score = known - 0.2 * (len(headings) - known)
            if len(fields) >= self.least and score > best[1]:
                best = (row, score)
        return best


def heading_in(cell: Cell) -> str:
    """The text of a cell as a heading; nothing where it holds none."""
    value = values.plain(cell)
    return values.tidy(value.replace("\n", " ")) if isinstance(value, str) and len(value) <= 200 else ""
