"""What stands around the things of a report: places, donors, programmes, rates of exchange [pure]."""

from datetime import date
from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang


class Municipality(Struct, frozen=True, kw_only=True):
    """``code`` is the 19-character KATOTTH code, ``pcode`` its first nine (OCHA); degrees are WGS 84.

    ``situation``: on which list of territories of hostilities it stood on the day, absent where nobody recorded it.
    ``title`` is what stands in a heading, ``region`` where it lies, with the words raion and oblast.
    """

    code: str
    pcode: str
    name: Name
    title: Name
    region: Name
    oblast: Name
    population: int | None = None
    population_year: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    situation: str | UnsetType = UNSET


class Donor(Struct, frozen=True, kw_only=True):
    """``key`` is the party's id, which the donor filter takes (as it does the short name).

    ``currency`` is what they reckon in.
    """

    key: str
    name: Name
    short: str | None = None
    currency: str | None = None

    def label(self, lang: Lang) -> str:
        """For a heading of a column."""
        return self.short or self.name.of(lang)


class Programme(Struct, frozen=True, kw_only=True):
    """A grant agreement, with everybody who funds it."""

    code: str
    name: Name
    agreement: str | None = None
    implementer_edrpou: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    donors: tuple[Donor, ...] = ()
    implementers: tuple[Name, ...] = ()


class Budget(Struct, frozen=True, kw_only=True):
    """What a programme, or the donor who is asked about, may spend; it held on the day of the report."""

    currency: str
    amount: Decimal


class Rate(Struct, frozen=True, kw_only=True):
    """What one unit of ``currency`` was worth in hryvnias from ``day`` on, and who published it."""

    currency: str
    day: date
    uah: Decimal
    source: str
