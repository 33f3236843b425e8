"""Finding a municipality by what people write: codes, names with and without oblast, Latin look-alikes.

``MunicipalityIndex`` stands in memory (1,774 rows); the import plan matches thousands of lines with it
and the find field asks it for suggestions.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import NamedTuple, Self

import msgspec

from asset_tracker.territory.codes import is_code, tidy_code
from asset_tracker.territory.letters import cyrillic_where_meant, plain, without_apostrophes
from asset_tracker.territory.municipalities import Kind, Municipality

_WORD = re.compile(r"[^\W_]+")
_GENITIVE = re.compile(r"([сцз])ьк(?:ої|ій|у|ою|ого|ому|ий|им)\b")
_DIGIT = re.compile(r"\d")
_PCODE = re.compile(r"UA\d{7}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KIND_WORDS: dict[str, Kind] = {
    "міська": "urban", "мтг": "urban", "urban": "urban",
    "селищна": "settlement", "селищної": "settlement", "settlement": "settlement",
    "сільська": "rural", "стг": "rural", "rural": "rural",
}  # fmt: skip
_TYPE_WORDS = _words("""
    громада громади громаді громаду громадою територіальна територіальної територіальній територіальну
    обєднана обєднаної тг отг рада ради раді виконавчого комітету виконком
    м смт с село селище місто міста гр відділ цнап центр надання адміністративних послуг asc
    hromada municipality community territorial amalgamated council city of the tg
""")
_REGION_WORDS = _words("""
    область області обл район району районі р н рн oblast region raion district rayon автономна автономної
    республіка республіки ар autonomous republic of
""")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """``text`` for comparing: lower case, no apostrophes, hyphens as spaces, look-alikes mended, «-ська»."""
    mended = cyrillic_where_meant(without_apostrophes(plain(text))).lower()
    return _GENITIVE.sub(r"\1ька", " ".join(_WORD.findall(mended)))


def fold_name(text: str) -> tuple[str, Kind | None]:
    """The folded name without words of type, and the kind those words named, if any."""
    words = fold(text).split()
    kind = next((_KIND_WORDS[word] for word in words if word in _KIND_WORDS), None)
    left = [word for word in words if word not in _KIND_WORDS and word not in _TYPE_WORDS]
    return " ".join(left or words), kind


def fold_region(text: str) -> str:
    """The folded name of an oblast or raion without «область», «район» and the like."""
    words = fold(text).split()
    return " ".join([word for word in words if word not in _REGION_WORDS] or words)


class Match(msgspec.Struct, frozen=True):
    """What a look-up found: ``exact`` holds one when it is certain, several when the name is not unique.

    ``near`` holds suggestions when nothing is exact.
    """

    exact: tuple[Municipality, ...] = ()
    near: tuple[Municipality, ...] = ()

    @property
    def one(self) -> Municipality | None:
        """The municipality, if there is exactly one."""
        return self.exact[0] if len(self.exact) == 1 else None


class _Spelling(NamedTuple):
    """A folded name, how long it is, and which letters stand in it."""

    name: str
    long: int
    letters: int

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(name, len(name), _letters(name))


class _Names:
    """Municipalities by their folded names, and by those of their centres."""

    def __init__(self, municipalities: Iterable[Municipality], former: Mapping[str, Iterable[str]]) -> None:
        self.by_name: dict[str, list[Municipality]] = defaultdict(list)
        self.by_centre: dict[str, list[Municipality]] = defaultdict(list)
        # All names under each other, each line behind its end of line; and where whose begin.
        lines: list[str] = []
        self._starts: list[int] = []
        self._whose: list[Municipality] = []
        length = 0
        for each in municipalities:
            for line in self._enter(each, former.get(each.code, ())):
                lines.append(f"\n{line}")
                self._starts.append(length)
                self._whose.append(each)
                length += len(line) + 1
        self._text = "".join(lines)
        self.names = [_Spelling.of(name) for name in self.by_name]
        self.centres = [_Spelling.of(name) for name in self.by_centre]

    def having(self, text: str) -> Iterator[Municipality]:
        """Those one of whose names has ``text`` in it, in their order; a name begins with an end of line."""
        at = self._text.find(text)
        while at >= 0:
            line = bisect_right(self._starts, at) - 1
            yield self._whose[line]
            at = self._text.find(text, at + 1)

    def _enter(self, each: Municipality, former: Iterable[str]) -> set[str]:
        names = {fold_name(each.name_uk)[0], fold_name(each.name_en)[0]}
        # What it was called before counts like its centre: where no municipality is called so now.
        centres = {fold_name(name)[0] for name in (each.centre_uk, each.centre_en, *former) if name} - names
        for name in names:
            self.by_name[name].append(each)
        for centre in centres:
            self.by_centre[centre].append(each)
        if each.category == "K":  # «Київська міська рада»
            self.by_name[f"{fold(each.name_uk)}ська міська"].append(each)
        return names | centres


class MunicipalityIndex:
    """All municipalities, to be found by code, p-code or name. Those gone are found by code only."""

    def __init__(
        self, municipalities: Iterable[Municipality], former: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """``former``: names that a municipality had before, by its code."""
        self._former = former or {}
        self.all = tuple(sorted(municipalities, key=lambda each: (each.sort_key, each.code)))
        self._by_code = {each.code: each for each in self.all}
        self._by_pcode = {each.pcode: each for each in self.all if not each.gone}
        self._by_number = {each.code[-5:]: each for each in self.all}

    @cached_property
    def _names(self) -> _Names:
        # a file that names codes alone never asks for them
        return _Names((each for each in self.all if not each.gone), self._former)

    def __len__(self) -> int:
        return len(self.all)

    def by_code(self, text: str) -> Municipality | None:
        """The municipality with this KATOTTH code (in any spelling) or p-code."""
        code = tidy_code(text)
        return self._by_code.get(code) or self._by_pcode.get(code)

    def find(
        self, text: str, *, oblast: str | None = None, raion: str | None = None, guess: bool = True
    ) -> Match:
        """What ``text`` names: a code, a p-code or a name in Ukrainian or English, in ``oblast``/``raion`` if given.

        A comma in ``text`` parts name and region («Миколаївська, Сумський район»).
        Names of administrative centres («Баранівка») count when no municipality is called so.
        Without ``guess`` names that are only near are not looked for, which takes a hundred times as long.
        """
        if is_code(text) or _PCODE.fullmatch(tidy_code(text)):
            return self._find_code(tidy_code(text))
        name, *regions = re.split(r"[,;()]", text)
        wanted, kind = fold_name(name)
        if not wanted:
            return Match()
        city = self._names.by_name.get(f"{wanted} міська") if kind == "urban" else None
        found = city or self._names.by_name.get(wanted) or self._names.by_centre.get(wanted) or ()
        exact = _narrow(found, [*regions, oblast or "", raion or ""], kind)
        if exact:
            return Match(exact=exact)
        near = tuple(found)
        if not near and guess:
            near = self._near(wanted, [*regions, oblast or "", raion or ""])
        return Match(near=near[:5])

    def suggest(self, text: str, limit: int = 8, *, guess: bool = True) -> tuple[Municipality, ...]:
        """Municipalities for what was typed so far, best first: exact, beginning so, having a word so, near.

        Nothing is near to a text with digits: it is the number of something else.
        """
        code = tidy_code(text)
        if code.startswith("UA") and code[2:].isdigit():
            return tuple(each for each in self.all if each.code.startswith(code))[:limit]
        name, *regions = re.split(r"[,;()]", text)
        wanted, kind = fold_name(name)
        if not wanted:
            return ()
        ranked: dict[str, Municipality] = {}
        for names in (self._names.by_name, self._names.by_centre):
            for each in names.get(wanted, ()):
                ranked.setdefault(each.code, each)
        for before in ("\n", " "):
            for each in self._names.having(before + wanted):
                ranked.setdefault(each.code, each)
        if not ranked and guess and not _DIGIT.search(wanted):
            ranked = {each.code: each for each in self._near(wanted, regions)}
        return (_narrow(tuple(ranked.values()), regions, kind) or tuple(ranked.values()))[:limit]

    def _find_code(self, code: str) -> Match:
        found = self.by_code(code)
        if found is not None:
            return Match(exact=(found,))
        # The last five digits are unique, so they tell what a mistyped prefix meant; and the other way round.
        near = [self._by_number[code[-5:]]] if code[-5:] in self._by_number and len(code) == 19 else []
        near += [self._by_pcode[code[:9]]] if code[:9] in self._by_pcode else []
        return Match(near=tuple({each.code: each for each in near}.values()))

    def _near(self, wanted: str, regions: Iterable[str]) -> tuple[Municipality, ...]:
        by_name, by_centre = self._names.by_name, self._names.by_centre
        close = _close(wanted, self._names.names, 0.75) or _close(wanted, self._names.centres, 0.8)
        found = [each for name in close for each in by_name.get(name, by_centre.get(name, []))]
        in_region = _narrow(found, regions, None)
        return in_region or tuple(found)


def _close(wanted: str, names: Iterable[_Spelling], cutoff: float) -> list[str]:
    """The six names nearest to ``wanted``, best first.

    A letter that the other has not can't be matched, which rules out most names before they are compared.
    """
    _, long, letters = _Spelling.of(wanted)
    likely = []
    for name, theirs, those in names:
        least = cutoff * (long + theirs) / 2  # so many letters must be matched
        if (
            theirs >= least <= long
            and long - (letters & ~those).bit_count() >= least
            and theirs - (those & ~letters).bit_count() >= least
        ):
            likely.append(name)
    return get_close_matches(wanted, likely, n=6, cutoff=cutoff)


def _letters(text: str) -> int:
    """Which letters stand in the text, a bit for each; some share one, which lets a name through at worst."""
    found = 0
    for letter in text:
        found |= 1 << (ord(letter) & 63)
    return found


def _narrow(
    found: Iterable[Municipality], regions: Iterable[str], kind: Kind | None
) -> tuple[Municipality, ...]:
    wanted = [fold_region(region) for region in regions if region.strip()]
    left = tuple(each for each in found if all(_lies_in(each, region) for region in wanted))
    of_kind = tuple(each for each in left if kind is not None and each.kind == kind)
    return of_kind or left


def _lies_in(each: Municipality, region: str) -> bool:
    if "крим" in region.split() or "crimea" in region.split():
        return each.oblast_code.startswith("UA01")
    names = {each.oblast_uk, each.oblast_en, each.raion_uk or "", each.raion_en or ""}
    folded = {fold_region(name) for name in names if name}
    # «Житомирщина» and a plain «Житомир» are how people shorten it.
    stem = region.removesuffix("щина")
    return region in folded or (len(stem) >= 3 and any(name.startswith(stem) for name in folded))
