"""The one report: every format is written from these Structs and from nothing else.

A report is *facts* about a municipality or a programme as of a day, and *making*: who asked when, in which
language, under which ledger head. The content hash covers the facts only, so that the same question about
the same day gives the same hash next month, in either language.
Money is Decimal in the currency it was paid in; nothing is converted without a recorded rate.
Days are calendar days in Kyiv; instants are UTC.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang


class Municipality(Struct, frozen=True, kw_only=True):
    """``code`` is the 19-character KATOTTH code, ``pcode`` its first nine (OCHA); degrees are WGS 84.

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


class Share(Struct, frozen=True, kw_only=True):
    """What one donor paid of one item; the shares of an item sum to its value, to the cent."""

    donor: str
    percent: Decimal
    value: Decimal | None = None


class Rate(Struct, frozen=True, kw_only=True):
    """What one unit of ``currency`` was worth in hryvnias from ``day`` on, and who published it."""

    currency: str
    day: date
    uah: Decimal
    source: str


class Worth(Struct, frozen=True, kw_only=True):
    """Price and value of an item in another currency, to the cent, by the rate of ``Item.reckoned_on``."""

    currency: str
    unit_price: Decimal
    value: Decimal


class Cost(Struct, frozen=True, kw_only=True):
    currency: str
    value: Decimal


class Disposal(Struct, frozen=True, kw_only=True):
    """How an item left for good, as 2 CFR 200.313(d)(1) asks for it."""

    method: str
    price: Decimal | None = None
    currency: str | None = None
    approval: str | None = None


class Item(Struct, frozen=True, kw_only=True):
    """One asset on day D. Dates are the days the fact occurred, ``None`` where it has not by D.

    ``place`` is a place kind; ``service_point`` is named only as far as policy allows.
    ``upkeep`` counts maintenances and repairs, ``upkeep_costs`` adds up what they cost.
    ``worth`` is its value in other currencies, as far as rates are recorded for the day ``reckoned_on``.
    ``fields``: what stands in the fields that its category has of its own, as text.
    ``service_days`` are those it has been in service for, breaks left out.
    ``counted`` is false for the shell of a kit, whose components stand in rows of their own.
    """

    asset_id: UUID
    tag: str | None
    category: str
    name: Name
    municipality: str
    programme: str
    fields: Name | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    quantity: int = 1
    is_kit: bool = False
    kit: str | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    value: Decimal | None = None
    worth: tuple[Worth, ...] = ()
    reckoned_on: date | None = None
    shares: tuple[Share, ...] = ()
    consignment: str | None = None
    act_number: str | None = None
    act_date: date | None = None
    stage: str = "expected"
    condition: str = "unknown"
    title: str = "donor"
    place: str = "unknown"
    service_point: Name | None = None
    gone_reason: str | None = None
    disputed: bool = False
    use: str | None = None
    inventory_number: str | None = None
    acquired_on: date | None = None
    approved_on: date | None = None
    dispatched_on: date | None = None
    delivered_on: date | None = None
    accepted_on: date | None = None
    installed_on: date | None = None
    in_service_on: date | None = None
    verified_on: date | None = None
    attested_on: date | None = None
    service_days: int | None = None
    upkeep: int = 0
    upkeep_costs: tuple[Cost, ...] = ()
    gone_on: date | None = None
    disposal: Disposal | None = None

    @property
    def counted(self) -> bool:
        return not self.is_kit

    def worth_in(self, currency: str) -> Worth | None:
        return next((worth for worth in self.worth if worth.currency == currency), None)

    def share_of(self, donor: str) -> Share | None:
        return next((share for share in self.shares if share.donor == donor), None)


class Happening(Struct, frozen=True, kw_only=True):
    """One line of the timeline: an event that occurred by D and was recorded by K.

    ``late`` when it was recorded more than a day after it occurred; ``at_point`` when ``detail`` names a
    service point.
    """

    event_id: UUID
    asset_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    kind: str
    tag: str | None
    category: str
    item: Name
    municipality: str
    detail: Name | None = None
    at_point: bool = False
    late: bool = False


class Support(Struct, frozen=True, kw_only=True):
    """Training, technical assistance, psychological support: given, and not a thing."""

    kind: str
    title: Name
    programme: str
    starts_on: date
    ends_on: date | None = None
    municipality: str | None = None
    women: int = 0
    men: int = 0

    @property
    def participants(self) -> int:
        return self.women + self.men


class Loss(Struct, frozen=True, kw_only=True):
    """``reason`` is the kind of event that told it; ``outcome`` how it was closed, ``None`` while it is open."""

    asset_id: UUID
    tag: str | None
    item: Name
    municipality: str
    reason: str
    occurred_on: date
    value: Decimal | None = None
    currency: str | None = None
    outcome: str | None = None
    closed_on: date | None = None


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


class Period(Struct, frozen=True, kw_only=True):
    """What came from the day ``since`` to the day of the report, both included; counts are pieces.

    ``events`` are those of the timeline, ``losses`` the cases that began.
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


class Finding(Struct, frozen=True, kw_only=True):
    """Something a reader must know and nobody may hide: ``code`` has its sentence in ``reports.words``."""

    code: str
    tag: str | None = None
    item: Name | None = None
    municipality: str | None = None
    day: date | None = None
    number: int | None = None


class MunicipalityLine(Struct, frozen=True, kw_only=True):
    """One municipality within a programme report."""

    municipality: Municipality
    funnel: Funnel
    values: tuple[CurrencyLine, ...] = ()
    losses: int = 0


class OblastLine(Struct, frozen=True, kw_only=True):
    """One oblast within a programme report; municipalities and residents that something reached."""

    oblast: Name
    municipalities: int
    residents: int
    funnel: Funnel


class Question(Struct, frozen=True, kw_only=True):
    """``as_of``: what was true on that day (its end). ``since``: the timeline starts there.
    ``donor``: only what this donor paid for.
    """

    as_of: date
    since: date | None = None
    donor: Donor | None = None


class Paper(Struct, frozen=True, kw_only=True):
    """What the papers of a consignment of humanitarian aid say when the report is made, and when one on it is due."""

    number: str
    aid_code: str | None = None
    declaration: str | None = None
    cleared_on: date | None = None
    report_due: date | None = None
    report_sent_on: date | None = None


class Making(Struct, frozen=True, kw_only=True):
    """How the report came to be; not a part of its content hash.

    ``known_on`` is the instant by which facts had to be recorded, ``None`` for all that are recorded.
    ``ledger_head`` (hexadecimal) and ``ledger_size`` are of the newest sealed checkpoint, ``checkpoint`` its signed
    text; ``page_url`` is where this stands. ``papers`` are of the consignments of humanitarian aid: they are kept
    beside the ledger, so that no hash covers them.
    """

    lang: Lang
    made_at: datetime
    known_on: datetime | None = None
    ledger_head: str | None = None
    ledger_size: int | None = None
    checkpoint: str | None = None
    page_url: str | None = None
    papers: tuple[Paper, ...] = ()
    demonstration: bool = False


class _Facts(Struct, frozen=True, kw_only=True):
    """``donors``: those whose shares the items hold."""

    question: Question
    programmes: tuple[Programme, ...]
    donors: tuple[Donor, ...]
    summary: Summary
    items: tuple[Item, ...]
    timeline: tuple[Happening, ...]
    support: tuple[Support, ...]
    losses: tuple[Loss, ...]
    findings: tuple[Finding, ...]


class MunicipalityFacts(_Facts, frozen=True, kw_only=True, tag_field="kind", tag="municipality"):
    municipality: Municipality


class ProgrammeFacts(_Facts, frozen=True, kw_only=True, tag_field="kind", tag="programme"):
    programme: Programme
    municipalities: tuple[MunicipalityLine, ...]
    oblasts: tuple[OblastLine, ...]


Facts = MunicipalityFacts | ProgrammeFacts


class Report(Struct, frozen=True, kw_only=True):
    """``content_hash``: SHA-256 in hex over the facts (see ``reports.figures.content_hash``)."""

    facts: Facts
    making: Making
    content_hash: str
