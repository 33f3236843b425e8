"""The single facts of a report: each thing, what happened to it, losses, and support that is not a thing [pure].

There are very many, and none leads back to itself: the collector need not walk them.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from asset_tracker.documents.names import Name
from asset_tracker.ledger.serving import Count


class Share(Struct, frozen=True, kw_only=True, gc=False):
    """What one donor paid of one item; the shares of an item sum to its value, to the cent."""

    donor: str
    percent: Decimal
    value: Decimal | None = None


class Worth(Struct, frozen=True, kw_only=True, gc=False):
    """Price and value of an item in another currency, to the cent, by the rate of ``Item.reckoned_on``."""

    currency: str
    unit_price: Decimal
    value: Decimal


class Cost(Struct, frozen=True, kw_only=True, gc=False):
    currency: str
    value: Decimal


class Disposal(Struct, frozen=True, kw_only=True, gc=False):
    """How an item left for good, as 2 CFR 200.313(d)(1) asks for it."""

    method: str
    price: Decimal | None = None
    currency: str | None = None
    approval: str | None = None


class Reading(Struct, frozen=True, kw_only=True, gc=False):
    """What a meter told last: ``unit`` is km, hours or pages."""

    value: int
    unit: str
    day: date


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One asset on day D. Dates are the days the fact occurred, ``None`` where it has not by D.

    ``place`` is a place kind; ``service_point`` is named only as far as policy allows.
    ``upkeep`` counts maintenances and repairs, ``upkeep_costs`` adds up what they cost.
    ``worth`` is its value in other currencies, as far as rates are recorded for the day ``reckoned_on``.
    ``fields``: what stands in the fields that its category has of its own, as text.
    ``service_days`` are those it has been in service for, breaks left out.
    ``reading`` is the last of its meter; ``unpublished_since`` the day it was put on the balance, while the council
    has not published that it must. Both are absent where there is nothing to tell, and so are ``serving``, the counts
    of how residents were served with it.
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
    reading: Reading | UnsetType = UNSET
    unpublished_since: date | UnsetType = UNSET
    serving: tuple[Count, ...] | UnsetType = UNSET

    @property
    def counted(self) -> bool:
        return not self.is_kit

    def worth_in(self, currency: str) -> Worth | None:
        return next((worth for worth in self.worth if worth.currency == currency), None)

    def share_of(self, donor: str) -> Share | None:
        return next((share for share in self.shares if share.donor == donor), None)


class Happening(Struct, frozen=True, kw_only=True, gc=False):
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


class Support(Struct, frozen=True, kw_only=True, gc=False):
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


class Loss(Struct, frozen=True, kw_only=True, gc=False):
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
