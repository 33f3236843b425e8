"""What is known of an asset once its events are folded [pure]."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from asset_tracker.ledger.values import (
    Category,
    Condition,
    GoneReason,
    Meter,
    PlaceKind,
    Share,
    Source,
    Stage,
    Title,
    Use,
)


class Dispute(msgspec.Struct, frozen=True):
    """Facts that cannot all be true; ``reason`` is an English msgid."""

    events: tuple[UUID, ...]
    reason: str


class Period(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From when to when (UTC, ``valid_to`` excluded, open if None) an asset was where and how."""

    valid_from: datetime
    valid_to: datetime | None = None
    destination: str | None = None
    municipality: str | None = None
    service_point: UUID | None = None
    place: PlaceKind = "unknown"
    stage: Stage = "expected"
    condition: Condition = "unknown"
    title: Title = "implementer"


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a verification campaign saw of an asset: the last scan, and how often it was scanned.

    ``service_point`` and ``municipality`` are where the scan says that it was seen, None if it does not say.
    """

    event: UUID
    at: datetime
    by: UUID
    times: int = 1
    service_point: UUID | None = None
    municipality: str | None = None
    condition: Condition | None = None
    use: Use | None = None


class LossCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A damage, destruction, loss or theft under investigation: the event that opened it, and what was decided.

    ``id`` is what the event named, or the event's own id; one case may be about several assets.
    ``municipality`` and ``service_point`` are where the asset was then.
    """

    id: UUID
    event: UUID
    kind: str
    at: datetime
    municipality: str | None = None
    service_point: UUID | None = None
    open: bool = True
    decision: str | None = None
    reason: str | None = None
    closed_at: datetime | None = None


class Span(msgspec.Struct, frozen=True):
    """From a day to a day, both included."""

    since: date
    until: date


class Served(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often it served residents in all, and on which days that was counted."""

    number: int = 0
    spans: tuple[Span, ...] = ()


class PlanDone(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the work of a maintenance plan or a work order was last done, and what the meter said."""

    at: datetime
    meter: Meter | None = None


class State(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Four separate questions (place, stage, condition, title) and what else the events told.

    Only ``replay`` changes one. ``stage_before`` is where a repaired or found asset goes back to;
    ``custody`` the delivery that stands; ``gone_by`` the event that ended it. ``verified_at`` is the last visit, ``attested_at`` when
    the recipient last said that it is there. ``seen`` is by campaign,
    ``done`` by maintenance plan and by work order, ``served`` by unit (``serving.UNITS``).
    """

    # what it is
    category: Category = "other"
    name_uk: str = ""
    tag: str = ""
    name_en: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    quantity: int = 1
    unit_price: Decimal | None = None
    currency: str | None = None
    value_basis: str = "invoice"
    shares: tuple[Share, ...] = ()
    is_kit: bool = False
    kit: UUID | None = None
    consignment: UUID | None = None
    line: int | None = None
    destination: str | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    source: Source | None = None
    attributes: dict[str, str] = {}
    old_tags: tuple[str, ...] = ()
    retired_tags: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    # where, how far, does it work, whose
    place: PlaceKind = "unknown"
    municipality: str | None = None
    service_point: UUID | None = None
    room: str | None = None
    stage: Stage = "expected"
    stage_before: Stage = "expected"
    condition: Condition = "unknown"
    title: Title = "implementer"
    gone: GoneReason | None = None
    gone_by: UUID | None = None
    use: Use | None = None
    # what happened
    custody: UUID | None = None
    outcome: str | None = None
    found_serial: str | None = None
    delivered_quantity: int | None = None
    delivered_at: datetime | None = None
    act: UUID | None = None
    act_number: str | None = None
    accepted_by: UUID | None = None
    accepted_at: datetime | None = None
    installed_at: datetime | None = None
    commissioned_at: datetime | None = None
    verified_at: datetime | None = None
    verified_how: str | None = None
    attested_at: datetime | None = None
    maintained_at: datetime | None = None
    meter: Meter | None = None
    served: dict[str, Served] = {}
    inventory_number: str | None = None
    balance_on: date | None = None
    published_on: date | None = None
    visibility: str | None = None
    lent_until: date | None = None
    inaccessible: bool = False
    case_open: bool = False
    cases: tuple[LossCase, ...] = ()
    seen: dict[str, Seen] = {}
    done: dict[str, PlanDone] = {}
    consents: tuple[str, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether facts contradict and nobody has resolved it yet."""
        return bool(self.disputes)


def as_state(stored: Any) -> State:
    """The state from its stored JSON."""
    return msgspec.convert(stored, State)
