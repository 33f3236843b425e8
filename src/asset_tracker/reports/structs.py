"""The one report: every format is written from these Structs and from nothing else.

A report is *facts* about a municipality or a programme as of a day, and *making*: who asked when, in which
language, under which ledger head. The content hash covers the facts only, so that the same question about
the same day gives the same hash next month, in either language.
Money is Decimal in the currency it was paid in; nothing is converted without a recorded rate.
Days are calendar days in Kyiv; instants are UTC. A fact that reports did not tell at first is absent (not null) where
there is nothing to tell, so that reports of then keep their hash.
"""

from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang
from asset_tracker.reports.structs_around import Donor, Municipality, Programme
from asset_tracker.reports.structs_figures import (
    Beside,
    BudgetLine,
    Finding,
    MunicipalityLine,
    OblastLine,
    SituationLine,
    Summary,
)
from asset_tracker.reports.structs_items import Happening, Item, Loss, Support


class Listed(Struct, frozen=True, kw_only=True):
    """A saved list of assets."""

    id: UUID
    name: str


class Question(Struct, frozen=True, kw_only=True):
    """``as_of``: what was true on that day (its end). ``since``: the timeline starts there.
    ``donor``: only what this donor paid for. ``view``: only what this saved list holds as the report is made.
    """

    as_of: date
    since: date | None = None
    donor: Donor | None = None
    # Not said of reports on everything: their hashes are those that they always had.
    view: Listed | UnsetType = UNSET


class Paper(Struct, frozen=True, kw_only=True):
    """What the papers of a consignment of humanitarian aid say when the report is made, and when one on it is due."""

    number: str
    aid_code: str | None = None
    declaration: str | None = None
    cleared_on: date | None = None
    report_due: date | None = None
    report_sent_on: date | None = None


class Photo(Struct, frozen=True, kw_only=True):
    """A photo that may be shown; ``GET /api/v1/files/{sha256}`` gives it to whoever may see the asset.

    ``kind`` is of the event that named it, ``people`` why it may be shown: ``nobody`` can be recognised, or all
    who can be have ``agreed``.
    """

    sha256: str
    event_id: UUID
    asset_id: UUID
    tag: str | None
    item: Name
    municipality: str
    kind: str
    taken_on: date
    people: str


class Making(Struct, frozen=True, kw_only=True):
    """How the report came to be; not a part of its content hash.

    ``both``: in Ukrainian, which is ``lang``, and then in English.
    ``known_on`` is the instant by which facts had to be recorded, ``None`` for all that are recorded.
    ``ledger_head`` (hexadecimal) and ``ledger_size`` are of the newest sealed checkpoint, ``checkpoint`` its signed
    text; ``page_url`` is where this stands. ``papers`` are of the consignments of humanitarian aid: they are kept
    beside the ledger, so that no hash covers them; nor does it cover ``photos`` (the newest first): consent can be
    withdrawn, and must be heeded whatever day the report is of.
    """

    lang: Lang
    made_at: datetime
    known_on: datetime | None = None
    ledger_head: str | None = None
    ledger_size: int | None = None
    checkpoint: str | None = None
    page_url: str | None = None
    papers: tuple[Paper, ...] = ()
    photos: tuple[Photo, ...] = ()
    demonstration: bool = False
    both: bool = False


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
    situations: tuple[SituationLine, ...] | UnsetType = UNSET
    budget: BudgetLine | UnsetType = UNSET


Facts = MunicipalityFacts | ProgrammeFacts


class Report(Struct, frozen=True, kw_only=True):
    """``content_hash``: SHA-256 in hex over the facts (see ``reports.figures.content_hash``)."""

    facts: Facts
    making: Making
    content_hash: str
    beside: Beside = Beside()
