"""What a report counts: the lines of its tables, its summary, and what needs attention [pure]."""

from datetime import date
from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from asset_tracker.documents.names import Name
from asset_tracker.reports.structs_around import Municipality, Rate
from asset_tracker.reports.structs_items import Cost


class Funnel(Struct, frozen=True, kw_only=True):
    """How many things got how far by D; ``gone`` counts those that have left for good."""

    planned: int = 0
    delivered: int = 0
    accepted: int = 0
    in_service: int = 0
    gone: int = 0


class CategoryLine(Struct, frozen=True, kw_only=True):
    """``sets`` marks kits, which the total does not count again."""

    category: str
    sets: bool
    funnel: Funnel


class Amount(Struct, frozen=True, kw_only=True):
    donor: str
    value: Decimal


class CurrencyLine(Struct, frozen=True, kw_only=True):
    """``value`` is what was given and planned in this currency; ``by_donor`` sums to it, to the cent."""

    currency: str
    value: Decimal
    delivered: Decimal
    by_donor: tuple[Amount, ...] = ()


class WorthLine(Struct, frozen=True, kw_only=True):
    """All values reckoned in one currency, whatever they were paid in.

    ``without_rate`` counts the items that are not in it, because no rate is recorded for them.
    """

    currency: str
    value: Decimal
    delivered: Decimal
    by_donor: tuple[Amount, ...] = ()
    without_rate: int = 0


class ConditionLine(Struct, frozen=True, kw_only=True):
    condition: str
    count: int


class Days(Struct, frozen=True, kw_only=True):
    """Median days between two facts, over the ``count`` items that have both; ``None`` where none has."""

    step: str
    median: int | None
    count: int


class Milestone(Struct, frozen=True, kw_only=True):
    """How many things had been delivered, accepted, and first put into service by the end of ``day``."""

    day: date
    delivered: int
    accepted: int
    served: int


class ServingLine(Struct, frozen=True, kw_only=True):
    """How often residents were served in one unit (``trips``, ``consultations``), with so many ``things``."""

    unit: str
    number: int
    things: int


class Period(Struct, frozen=True, kw_only=True):
    """What came from the day ``since`` to the day of the report, both included; counts are pieces.

    ``events`` are those of the timeline, ``losses`` the cases that began, ``serving`` the counts that ended then.
    """

    since: date
    delivered: int
    accepted: int
    served: int
    gone: int
    verified: int
    losses: int
    upkeep: int
    events: int
    serving: tuple[ServingLine, ...] | UnsetType = UNSET


class MeterLine(Struct, frozen=True, kw_only=True):
    """The last readings of the meters in one unit, added up over so many ``things``."""

    unit: str
    value: int
    things: int


class Summary(Struct, frozen=True, kw_only=True):
    """Everything that is counted; ``without_price`` items are in no value.

    ``worth`` says all values in hryvnias, euros and the donors' currencies, by ``rates`` and no others.
    ``since`` is what came between the first and the last day asked for; ``None`` where no first was asked for.
    ``standing`` is what was delivered and is not gone, of which ``verified_last_year`` was seen in 365 days and
    ``verified_two_years`` in 730; ``unseen_days`` is the median since it was last seen.
    """

    funnel: Funnel
    kits: Funnel
    by_category: tuple[CategoryLine, ...]
    by_condition: tuple[ConditionLine, ...]
    values: tuple[CurrencyLine, ...]
    worth: tuple[WorthLine, ...]
    rates: tuple[Rate, ...]
    since: Period | None
    days: tuple[Days, ...]
    over_time: tuple[Milestone, ...]
    without_price: int
    with_act: int
    verified_last_year: int
    verified_two_years: int
    unseen_days: int | None
    standing: int
    upkeep: int
    upkeep_costs: tuple[Cost, ...]
    service_points: int
    municipalities: int
    residents: int | None
    residents_year: int | None
    trained_women: int
    trained_men: int
    participants_women: int
    participants_men: int
    losses_open: int
    losses_closed: int
    losses_value: tuple[Cost, ...]
    meters: tuple[MeterLine, ...] | UnsetType = UNSET
    serving: tuple[ServingLine, ...] | UnsetType = UNSET


class MunicipalityLine(Struct, frozen=True, kw_only=True):
    """One municipality within a programme report."""

    municipality: Municipality
    funnel: Funnel
    values: tuple[CurrencyLine, ...] = ()
    losses: int = 0


class SituationLine(Struct, frozen=True, kw_only=True):
    """The same of all municipalities on one list of territories of hostilities; ``unknown`` where none is recorded."""

    situation: str
    municipalities: int
    residents: int
    funnel: Funnel


class BudgetLine(Struct, frozen=True, kw_only=True):
    """What was given of what may be spent, in the currency of the budget; ``percent`` is the delivered part of it.

    ``without_rate`` items are in neither, because no rate is recorded for them.
    """

    currency: str
    amount: Decimal
    value: Decimal
    delivered: Decimal
    percent: Decimal
    without_rate: int


class PointLine(Struct, frozen=True, kw_only=True):
    """How many service points of a kind hold something."""

    kind: str
    count: int


class RaionLine(Struct, frozen=True, kw_only=True):
    """One raion within a programme report, named with its oblast; what something reached is counted as by oblast."""

    raion: Name
    municipalities: int
    residents: int
    funnel: Funnel


class Beside(Struct, frozen=True, kw_only=True):
    """What follows from the facts, or stands beside the ledger; no hash covers it.

    ``raions`` are those of the municipalities that something reached, ``by_raion`` all of a programme; ``days`` are
    steps beside those of the summary; ``aid_overdue`` numbers of consignments of
    humanitarian aid whose report was due before the day, with that day.
    """

    installed: int = 0
    trainings: int = 0
    raions: int = 0
    by_raion: tuple[RaionLine, ...] = ()
    days: tuple[Days, ...] = ()
    points: tuple[PointLine, ...] = ()
    aid_overdue: tuple[tuple[str, date], ...] = ()


class OblastLine(Struct, frozen=True, kw_only=True):
    """One oblast within a programme report; municipalities and residents that something reached."""

    oblast: Name
    municipalities: int
    residents: int
    funnel: Funnel


class Finding(Struct, frozen=True, kw_only=True):
    """Something a reader must know and nobody may hide: ``code`` has its sentence in ``reports.words``."""

    code: str
    tag: str | None = None
    item: Name | None = None
    municipality: str | None = None
    day: date | None = None
    number: int | None = None
