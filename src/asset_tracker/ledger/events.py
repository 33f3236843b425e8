"""The vocabulary of the ledger: every kind of fact, as a tagged Struct [pure].

``kind`` is the tag. A field typed ``Private...``, ``MunicipalityCode`` or ``ServicePointId`` is
stored as a salted commitment (``chain``); such fields are optional here, because an erased value
must not stop an old event from being read, and ``required`` says which of them a new event needs (``envelope.problems``).
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Union
from uuid import UUID

import msgspec
from msgspec import Meta

from asset_tracker.ledger.values import (
    AttributeKey,
    Category,
    Condition,
    Currency,
    Meter,
    Money,
    MunicipalityCode,
    Name,
    Photos,
    PrivateName,
    PrivateText,
    Quantity,
    ServicePointId,
    Sha256,
    Share,
    Source,
    Tag,
    Text,
    Title,
    Use,
    private_fields,
)


class Payload(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    # Many are alive in an import; they hold no cycles, so the collector need not walk them again and again.
    gc=False,
):
    """What a fact says. ``required`` lists groups of fields of which a new event needs one each.

    ``source``: the row of the workbook that told it, where it was kept in one.
    """

    required: ClassVar[tuple[tuple[str, ...], ...]] = ()
    note: PrivateText | None = None
    photos: Photos = ()
    source: Source | None = None


class Registered(Payload, frozen=True, tag="registered"):
    """The asset is known: what it is, who paid, and where it is bound for."""

    category: Category
    name_uk: Name
    tag: Tag
    name_en: Name | None = None
    manufacturer: Name | None = None
    model: Name | None = None
    serial: Name | None = None
    quantity: Quantity = 1
    unit_price: Money | None = None
    currency: Currency | None = None
    value_basis: Literal["invoice", "donor_stated", "fair_value", "unknown"] = "invoice"
    shares: tuple[Share, ...] = ()
    title: Title = "implementer"
    is_kit: bool = False
    consignment: UUID | None = None
    line: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    destination: MunicipalityCode | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    attributes: dict[AttributeKey, Name] = {}


class Described(Payload, frozen=True, tag="described"):
    """What the asset is was put more exactly; only the fields given change.

    ``cleared``: attributes that it has no more.
    """

    category: Category | None = None
    name_uk: Name | None = None
    name_en: Name | None = None
    manufacturer: Name | None = None
    model: Name | None = None
    serial: Name | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = None
    currency: Currency | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    destination: MunicipalityCode | None = None
    attributes: dict[AttributeKey, Name] = {}
    cleared: Annotated[tuple[AttributeKey, ...], Meta(max_length=100)] = ()


class LabelBound(Payload, frozen=True, tag="label_bound"):
    """A blank label was stuck on the asset."""

    tag: Tag


class LabelReplaced(Payload, frozen=True, tag="label_replaced"):
    """A damaged label was replaced; the old tag still finds the asset."""

    old: Tag
    new: Tag
    reason: Text | None = None


class LabelRetired(Payload, frozen=True, tag="label_retired"):
    """A tag will never be used again."""

    tag: Tag
    reason: Text | None = None


class LabelPrinted(Payload, frozen=True, tag="label_printed"):
    """A label of this asset was printed."""

    stock: Name
    output: Literal["pdf", "zpl", "svg", "png"]
    copies: Quantity = 1


class CodeLinked(Payload, frozen=True, tag="code_linked"):
    """A foreign code (a maker's QR, an old sticker, a serial barcode) stands for this asset too."""

    code: Name


class Packed(Payload, frozen=True, tag="packed"):
    """Packed into a kit."""

    kit: UUID


class Unpacked(Payload, frozen=True, tag="unpacked"):
    """Taken out of its kit."""

    reason: Text | None = None


class Consigned(Payload, frozen=True, tag="consigned"):
    """Put on a consignment."""

    consignment: UUID
    line: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    destination: MunicipalityCode | None = None


class Dispatched(Payload, frozen=True, tag="dispatched"):
    """Sent on its way."""

    consignment: UUID | None = None
    waybill: Name | None = None
    carrier: Name | None = None
    expected_on: date | None = None
    destination: MunicipalityCode | None = None


class Received(Payload, frozen=True, tag="received"):
    """Received at a warehouse of the implementer."""

    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    condition: Condition = "working"


class Delivered(Payload, frozen=True, tag="delivered"):
    """Handed over at the municipality: in full, or with what differed."""

    outcome: Literal["full", "short", "over", "damaged", "wrong_serial"] = "full"
    municipality: MunicipalityCode | None = None
    service_point: ServicePointId | None = None
    quantity: Quantity | None = None
    found_serial: Name | None = None
    received_by: PrivateName | None = None
    consignment: UUID | None = None


class Refused(Payload, frozen=True, tag="refused"):
    """The municipality did not take it."""

    reason: Text


class Accepted(Payload, frozen=True, tag="accepted"):
    """Accepted by a signed act."""

    act: UUID
    act_number: Name
    signed_on: date | None = None
    scan: Sha256 | None = None


class TitleTransferred(Payload, frozen=True, tag="title_transferred"):
    """The right of ownership passed."""

    to: Title
    act: UUID | None = None
    basis: Text | None = None


class BalanceRecorded(Payload, frozen=True, tag="balance_recorded"):
    """Put on the balance of the council (KMU 153, p. 44: published within 10 days)."""

    inventory_number: Name
    recorded_on: date
    subaccount: Name | None = None
    holder: UUID | None = None
    published_on: date | None = None
    publication: Name | None = None


class Installed(Payload, frozen=True, tag="installed"):
    """Set up at a service point."""

    required = (("service_point",),)
    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    room: PrivateName | None = None


class Commissioned(Payload, frozen=True, tag="commissioned"):
    """The service that it is for went live."""

    service: Name | None = None


class TrainingGiven(Payload, frozen=True, tag="training_given"):
    """Staff were trained to use it."""

    topic: Name
    women: Annotated[int, Meta(ge=0, le=10_000)] = 0
    men: Annotated[int, Meta(ge=0, le=10_000)] = 0
    activity: UUID | None = None


class Verified(Payload, frozen=True, tag="verified"):
    """Seen on site, by whom and how; a verification by the centre itself is worth less than a visit."""

    method: Literal["scan", "sight", "document", "attested"] = "scan"
    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    condition: Condition | None = None
    use: Use | None = None
    campaign: UUID | None = None


class UseChanged(Payload, frozen=True, tag="use_changed"):
    """In use, standby, stored, or not in use and why."""

    use: Use
    reason: Text | None = None


class FaultReported(Payload, frozen=True, tag="fault_reported"):
    """It does not work as it should."""

    description: Text
    condition: Literal["needs_attention", "unserviceable"] = "needs_attention"


class Maintained(Payload, frozen=True, tag="maintained"):
    """Maintenance was done: a turn of a ``plan``, or what a work ``order`` asked for, which it closes."""

    work: Text
    cost: Money | None = None
    currency: Currency | None = None
    parts: Text | None = None
    meter: Meter | None = None
    condition: Condition | None = None
    plan: UUID | None = None
    order: UUID | None = None


class Repaired(Payload, frozen=True, tag="repaired"):
    """It was repaired; the work ``order`` that asked for it is closed."""

    work: Text
    cost: Money | None = None
    currency: Currency | None = None
    parts: Text | None = None
    condition: Condition = "working"
    order: UUID | None = None


class ServiceCounted(Payload, frozen=True, tag="service_counted"):
    """How it served residents from the day ``since`` to the day it occurred, both counted in full.

    ``trips`` out to them, video ``consultations`` held, and what its ``meter`` said at the end.
    """

    required = (("trips", "consultations", "meter"),)
    since: date
    trips: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    consultations: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    meter: Meter | None = None


class SentForRepair(Payload, frozen=True, tag="sent_for_repair"):
    """Taken away to be repaired."""

    to: Name
    expected_on: date | None = None


class Moved(Payload, frozen=True, tag="moved"):
    """Moved to another service point, or to another municipality."""

    required = (("service_point", "municipality"),)
    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    room: PrivateName | None = None
    reason: Text | None = None


class Lent(Payload, frozen=True, tag="lent"):
    """Lent to somebody until a day."""

    to: PrivateName | None = None
    required = (("to",),)
    until: date | None = None


class Returned(Payload, frozen=True, tag="returned"):
    """Came back from a loan or a repair, or went back to the donor (``to_donor``: it is gone)."""

    to_donor: bool = False
    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    condition: Condition | None = None


class Evacuated(Payload, frozen=True, tag="evacuated"):
    """Taken to safety, with its service point or without."""

    required = (("service_point", "municipality"),)
    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    reason: Text | None = None


class FoundInaccessible(Payload, frozen=True, tag="found_inaccessible"):
    """Nobody can get to it: occupation, fighting, mines."""

    reason: Text


class Damaged(Payload, frozen=True, tag="damaged"):
    """It was damaged."""

    circumstances: Text
    condition: Literal["needs_attention", "unserviceable"] = "unserviceable"
    case: UUID | None = None


class Destroyed(Payload, frozen=True, tag="destroyed"):
    """It was destroyed."""

    circumstances: Text
    case: UUID | None = None


class Lost(Payload, frozen=True, tag="lost"):
    """It cannot be found."""

    circumstances: Text
    case: UUID | None = None


class Stolen(Payload, frozen=True, tag="stolen"):
    """It was stolen."""

    circumstances: Text
    report_number: Name | None = None
    case: UUID | None = None


class Found(Payload, frozen=True, tag="found"):
    """What was lost or stolen turned up."""

    service_point: ServicePointId | None = None
    municipality: MunicipalityCode | None = None
    condition: Condition = "unknown"


class LossClosed(Payload, frozen=True, tag="loss_closed"):
    """The investigation of a loss was closed with a decision."""

    decision: Literal["written_off", "compensated", "recovered", "no_fault", "referred"]
    reason: Text
    case: UUID | None = None


class Approved(Payload, frozen=True, tag="approved"):
    """The municipality's application for it was approved: where the time until its delivery begins."""

    decision: Name | None = None


class ConsentGiven(Payload, frozen=True, tag="consent_given"):
    """The donor agreed to something that needs consent."""

    donor: UUID
    purpose: Literal["disposal", "transfer", "relocation", "change_of_use"]
    reference: Name
    given_on: date | None = None


class Disposed(Payload, frozen=True, tag="disposed"):
    """Disposed of: how, for how much, to whom, by whose approval (2 CFR 200.313(d)(1))."""

    method: Literal["transfer", "sale", "trade_in", "recycling", "destruction", "gift"]
    price: Money | None = None
    currency: Currency | None = None
    recipient: Name | None = None
    approval: Name | None = None


class VisibilitySet(Payload, frozen=True, tag="visibility_set"):
    """The donor's marking was applied, or waived for safety."""

    status: Literal["required", "applied", "waived"]
    reason: Text | None = None
    approved_by: PrivateName | None = None


class Note(Payload, frozen=True, tag="note"):
    """Something worth keeping that changes nothing."""

    required = (("note", "photos"),)


class Correction(Payload, frozen=True, tag="correction"):
    """Strikes out the event that it supersedes, and says why."""

    reason: Text


class Resolution(Payload, frozen=True, tag="resolution"):
    """A coordinator looked into a dispute; the events named no longer contradict."""

    events: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=200)]
    reason: Text


KINDS: dict[str, type[Payload]] = {str(cls.__struct_config__.tag): cls for cls in Payload.__subclasses__()}
PRIVATE: dict[str, frozenset[str]] = {kind: private_fields(cls) for kind, cls in KINDS.items()}
# Made from the table, so that a new kind cannot be forgotten; typed Any because a checker cannot read it.
AnyPayload: Any = Union[tuple(KINDS.values())]  # noqa: UP007 - the members are known at run time only
