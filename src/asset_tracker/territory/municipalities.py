"""What a municipality is: a hromada, Kyiv or Sevastopol, keyed by its code."""

from typing import Literal

import msgspec

from asset_tracker.i18n import Lang
from asset_tracker.territory.codes import pcode
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.translit import transliterate

Kind = Literal["urban", "settlement", "rural", "city"]
"""міська, селищна, сільська; «city» is Kyiv and Sevastopol."""

KIND_UK: dict[Kind, str] = {"urban": "міська", "settlement": "селищна", "rural": "сільська", "city": "місто"}

CRIMEA = "UA01"


class Municipality(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A municipality as the codifier names it today, with the facts we joined to it.

    Names are adjectives without a type, as in the codifier («Баранівська»); ``title`` adds the type.
    ``population`` is the State Statistics Service's estimate for 1 January 2022; ``lat`` and ``lon`` are
    degrees in WGS 84 of the administrative centre (of the middle of the territory in Crimea).
    """

    code: str
    category: Literal["H", "K"]
    name_uk: str
    name_en: str
    oblast_code: str
    oblast_uk: str
    raion_code: str | None = None
    raion_uk: str | None = None
    kind: Kind | None = None
    population: int | None = None
    centre_uk: str | None = None
    lat: float | None = None
    lon: float | None = None
    gone: bool = False

    @property
    def pcode(self) -> str:
        return pcode(self.code)

    @property
    def sort_key(self) -> str:
        return sort_key(self.name_uk)

    @property
    def raion_en(self) -> str | None:
        return transliterate(self.raion_uk) if self.raion_uk else None

    @property
    def oblast_en(self) -> str:
        return "Autonomous Republic of Crimea" if self._in_crimea else transliterate(self.oblast_uk)

    @property
    def centre_en(self) -> str | None:
        return transliterate(self.centre_uk) if self.centre_uk else None

    @property
    def _in_crimea(self) -> bool:
        return self.oblast_code.startswith(CRIMEA)

    def name(self, lang: Lang) -> str:
        """The bare name: «Баранівська», ``Baranivska``."""
        return self.name_uk if lang == "uk" else self.name_en

    def title(self, lang: Lang) -> str:
        """What stands in headings and acts: «Баранівська міська територіальна громада»."""
        if self.category == "K":
            return f"місто {self.name_uk}" if lang == "uk" else f"City of {self.name_en}"
        if lang == "en":
            return f"{self.name_en} municipality"
        words = (self.name_uk, KIND_UK[self.kind] if self.kind else "", "територіальна громада")
        return " ".join(word for word in words if word)

    def region(self, lang: Lang) -> str:
        """Where it lies: «Звягельський район, Житомирська область»; empty for the two cities."""
        if self.category == "K":
            return ""
        if lang == "uk":
            oblast = self.oblast_uk if self._in_crimea else f"{self.oblast_uk} область"
            return f"{self.raion_uk} район, {oblast}" if self.raion_uk else oblast
        oblast = self.oblast_en if self._in_crimea else f"{self.oblast_en} oblast"
        return f"{self.raion_en} raion, {oblast}" if self.raion_uk else oblast
