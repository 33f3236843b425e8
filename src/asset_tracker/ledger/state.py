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


class Period(msgspec.Struct, frozen=True, kw_only=True):
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


class State(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Four separate questions (place, stage, condition, title) and what else the events told.

    Only ``replay`` changes one. ``stage_before`` is where a repaired or found asset goes back to;
    ``custody`` the delivery that stands; ``gone_by`` the event that ended it.
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
    maintained_at: datetime | None = None
    meter: Meter | None = None
    inventory_number: str | None = None
    balance_on: date | None = None
    published_on: date | None = None
    visibility: str | None = None
    lent_until: date | None = None
    inaccessible: bool = False
    case_open: bool = False
    case_by: UUID | None = None
    consents: tuple[str, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether facts contradict and nobody has resolved it yet."""
        return bool(self.disputes)


def as_state(stored: Any) -> State:
    """The state from its stored JSON."""
    return msgspec.convert(stored, State)
