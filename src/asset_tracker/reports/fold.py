"""From the events of one asset to its line, its happenings and its losses on a day [pure]."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from asset_tracker import kyiv
from asset_tracker.assets.attributes import OWN_CATEGORY, Catalogue, shown
from asset_tracker.assets.places import Precision
from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import values
from asset_tracker.ledger.envelope import KIND_OF, Event
from asset_tracker.ledger.replay import Replayed, begins, fold, standing_on
from asset_tracker.ledger.serving import Count, counts
from asset_tracker.ledger.state import Period
from asset_tracker.ledger.tags import format_tag
from asset_tracker.reports import serving, words
from asset_tracker.reports.figures import added
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs_items import Cost, Disposal, Happening, Item, Loss, Reading, Share

LATE = timedelta(days=1)
# Housekeeping of the register, which tells a donor nothing about the thing.
_UNTOLD = frozenset(
    {ev.LabelPrinted, ev.LabelBound, ev.LabelReplaced, ev.LabelRetired, ev.CodeLinked, ev.Note}
)
_REACHED = frozenset({"delivered", "accepted", "installed", "in_service", "out_of_service"})
_METERED = frozenset({ev.Maintained, ev.ServiceCounted})
_UNDER_WAY = frozenset({"expected", "received", "dispatched"})
_LOSSES = frozenset(ev.KINDS[kind] for kind in words.LOSS)
_PLACED = frozenset(kind for kind in ev.KINDS.values() if "service_point" in kind.__struct_fields__)

# The events of one asset by what they say, each kind in order of occurrence.
_ByKind = Mapping[type[ev.Payload], Sequence[Event]]


class Known(Struct, frozen=True, kw_only=True):
    """What stands around an asset: names by id. ``tags`` are those that assets had on the day.

    ``to_publish``: programmes of which councils must publish what they put on their balance.
    """

    programmes: Mapping[UUID, str]
    points: Mapping[UUID, Name]
    consignments: Mapping[UUID, str]
    tags: Mapping[UUID, str]
    fields: Catalogue = Catalogue()
    to_publish: frozenset[UUID] = frozenset()


class Standing(Struct, frozen=True):
    """One asset on a day: the events that tell of it, those of them that had occurred, what they fold to, the day."""

    events: Sequence[Event]
    occurred: Sequence[Event]
    folded: Replayed
    day: datetime

    @property
    def asset(self) -> UUID:
        return self.events[0].asset

    @property
    def points(self) -> dict[int, UUID]:
        """The service points that its events name, by their numbers: a UUID is hashed by Python code."""
        payloads: list[Any] = [event.payload for event in self.occurred if type(event.payload) in _PLACED]
        return {each.service_point.int: each.service_point for each in payloads if each.service_point}

    @property
    def tag(self) -> str:
        return format_tag(self.folded.state.tag)

    @property
    def name(self) -> Name:
        return Name(self.folded.state.name_uk, self.folded.state.name_en or "")

    @property
    def municipality(self) -> str:
        """The municipality that it is given to: where it is, or is bound for while it is under way."""
        s = self.folded.state
        bound = s.stage in _UNDER_WAY or s.municipality is None
        return (s.destination if bound else None) or s.municipality or ""

    def left(self, code: str) -> date | None:
        """The day on which it was moved away from the municipality that it had been handed over to."""
        if self.municipality == code:
            return None
        stays = [p for p in self.folded.periods if p.municipality == code and p.stage in _REACHED]
        return kyiv.day_of(stays[-1].valid_to) if stays and stays[-1].valid_to else None


class Told(Struct, frozen=True):
    """What one asset contributes to a report."""

    item: Item
    happenings: tuple[Happening, ...]
    losses: tuple[Loss, ...]


def stand(events: Sequence[Event], day: datetime, known_on: datetime | None) -> Standing | None:
    """The asset at ``day`` (UTC, included), by what was recorded at ``known_on`` (``None``: ever).

    ``None`` if it was not there yet, or its registration was struck out.
    """
    standing = standing_on(events, day, known_on)
    if not begins(standing):
        return None
    return Standing(standing, [event for event in standing if event.occurred_at <= day], fold(standing), day)


def tell(standing: Standing, known: Known) -> Told:
    by_kind: dict[type[ev.Payload], list[Event]] = {}
    for event in standing.occurred:
        by_kind.setdefault(type(event.payload), []).append(event)
    item = _item(standing, by_kind, known)
    told = standing.occurred
    if not _UNTOLD.isdisjoint(by_kind):
        told = [event for event in told if type(event.payload) not in _UNTOLD]
    losses = () if _LOSSES.isdisjoint(by_kind) else _losses(told, item)
    return Told(item, _happenings(told, item, known.points), losses)


def blur(told: Told, precise: Precision) -> Told:
    """The same for a reader who may not know the place exactly; ``assets.places`` decides that."""
    if precise == "exact":
        return told
    lines = [replace(line, detail=None) if line.at_point else line for line in told.happenings]
    item = replace(told.item, service_point=None)
    if precise == "municipality":
        return Told(item, tuple(lines), told.losses)
    return Told(
        replace(item, municipality="", place="unknown"),
        tuple(replace(line, municipality="") for line in lines),
        tuple(replace(loss, municipality="") for loss in told.losses),
    )


def _fields(said: Mapping[str, str], known: Catalogue) -> Name | None:
    """What stands in fields of a category's own, and the own category itself, one after the other."""
    own = known.own.get(said.get(OWN_CATEGORY, ""))
    of = [each for each in known.attributes.values() if each.key in said]
    if not own and not of:
        return None

    def told(lang: Lang) -> str:
        listed = [f"{each.name(lang)}: {shown(lang, each, said[each.key])}" for each in of]
        return "; ".join(([own.name(lang)] if own else []) + listed)

    return Name(told("uk"), told("en"))


def _item(standing: Standing, by_kind: _ByKind, known: Known) -> Item:
    s, folded = standing.folded.state, standing.folded
    value = None if s.unit_price is None else s.unit_price * s.quantity
    first = standing.events[0]
    accepted = _last(by_kind, ev.Accepted)
    dispatched = _last(by_kind, ev.Dispatched)
    approved = _last(by_kind, ev.Approved)
    upkeep = [*by_kind.get(ev.Maintained, ()), *by_kind.get(ev.Repaired, ())]
    served = [period for period in folded.periods if period.stage == "in_service"]
    signed = accepted.payload.signed_on if accepted else None
    return Item(
        asset_id=first.asset,
        tag=standing.tag,
        category=s.category,
        fields=_fields(s.attributes, known.fields) if s.attributes else None,
        name=standing.name,
        municipality=standing.municipality,
        programme=known.programmes.get(first.programme, "") if first.programme else "",
        manufacturer=s.manufacturer,
        model=s.model,
        serial=s.serial,
        quantity=s.quantity,
        is_kit=s.is_kit,
        kit=known.tags.get(s.kit) if s.kit else None,
        unit_price=s.unit_price,
        currency=s.currency,
        value=value,
        shares=_shares(s.shares, value),
        consignment=known.consignments.get(s.consignment) if s.consignment else None,
        act_number=s.act_number,
        act_date=signed or (kyiv.day_of(s.accepted_at) if s.act_number and s.accepted_at else None),
        stage=s.stage,
        condition=s.condition,
        title=s.title,
        place=s.place,
        service_point=known.points.get(s.service_point) if s.service_point else None,
        gone_reason=s.gone,
        disputed=s.disputed,
        use=s.use,
        inventory_number=s.inventory_number,
        acquired_on=s.acquired_on,
        approved_on=kyiv.day_of(approved.occurred_at) if approved else None,
        dispatched_on=kyiv.day_of(dispatched.occurred_at) if dispatched else None,
        delivered_on=_delivered_on(folded),
        accepted_on=kyiv.day_of(s.accepted_at) if s.accepted_at else None,
        installed_on=kyiv.day_of(s.installed_at) if s.installed_at else None,
        in_service_on=kyiv.day_of(served[0].valid_from) if served else None,
        verified_on=kyiv.day_of(s.verified_at) if s.verified_at else None,
        attested_on=kyiv.day_of(s.attested_at) if s.attested_at else None,
        service_days=_service_days(served, standing.day) if served else None,
        upkeep=len(upkeep),
        upkeep_costs=_upkeep_costs(upkeep) if upkeep else (),
        gone_on=kyiv.day_of(folded.periods[-1].valid_from) if s.stage == "gone" and folded.periods else None,
        disposal=_disposal(by_kind) if s.gone == "disposed" else None,
        reading=UNSET if _METERED.isdisjoint(by_kind) else _reading(standing.occurred),
        serving=_serving(by_kind),
        unpublished_since=s.balance_on
        if s.balance_on and not s.published_on and first.programme in known.to_publish
        else UNSET,
    )


def _reading(occurred: Sequence[Event]) -> Reading | UnsetType:
    """The last reading of its meter."""
    for event in reversed(occurred):
        payload: Any = event.payload
        if type(payload) in _METERED and (meter := payload.meter) is not None:
            return Reading(value=meter.value, unit=meter.unit, day=kyiv.day_of(event.occurred_at))
    return UNSET


def _serving(by_kind: _ByKind) -> tuple[Count, ...] | UnsetType:
    counted: Sequence[Any] | None = by_kind.get(ev.ServiceCounted)
    if not counted:
        return UNSET
    return tuple(counts((each.id, each.occurred_at, each.payload) for each in counted)) or UNSET


def _upkeep_costs(upkeep: Sequence[Event]) -> tuple[Cost, ...]:
    payloads: list[Any] = [event.payload for event in upkeep]
    return added(
        Cost(currency=p.currency, value=p.cost) for p in payloads if p.cost is not None and p.currency
    )


def _disposal(by_kind: _ByKind) -> Disposal | None:
    event = _last(by_kind, ev.Disposed)
    if event is None:
        return None
    told: ev.Disposed = event.payload
    return Disposal(method=told.method, price=told.price, currency=told.currency, approval=told.approval)


# Of a delivery a hundred things cost the same and were paid by the same donors.
@lru_cache(maxsize=1024)
def _shares(paid: tuple[values.Share, ...], value: Decimal | None) -> tuple[Share, ...]:
    shares = sorted(paid, key=lambda share: str(share.donor))
    parts: Sequence[Decimal | None] = [None] * len(shares)
    if value is not None:
        parts = split(value, [share.percent for share in shares])
    return tuple(
        Share(donor=str(share.donor), percent=share.percent, value=part)
        for share, part in zip(shares, parts, strict=True)
    )


def _delivered_on(folded: Replayed) -> date | None:
    """The delivery that stands; where nobody recorded one, the first fact that could not be without it."""
    state = folded.state
    if state.stage in _UNDER_WAY:
        return None
    if state.delivered_at is not None:
        return kyiv.day_of(state.delivered_at)
    return next(
        (kyiv.day_of(period.valid_from) for period in folded.periods if period.stage in _REACHED), None
    )


def _service_days(served: Sequence[Period], day: datetime) -> int:
    """Calendar days of the periods in service up to ``day``."""
    spans = [(period.valid_from, min(period.valid_to or day, day)) for period in served]
    return sum([(kyiv.day_of(end) - kyiv.day_of(start)).days for start, end in spans])


def _last(by_kind: _ByKind, kind: type[ev.Payload]) -> Any:
    events = by_kind.get(kind)
    return events[-1] if events else None


def _happenings(told: Sequence[Event], item: Item, points: Mapping[UUID, Name]) -> tuple[Happening, ...]:
    """A line of the timeline for each event. Of a programme these are 50,000: what a line takes is felt."""
    asset, tag, category, name, municipality = (
        item.asset_id, item.tag, item.category, item.name, item.municipality,
    )  # fmt: skip
    lines = []
    for event in told:
        payload: Any = event.payload
        kind = type(payload)
        point = payload.service_point if kind in _PLACED else None
        says = _SAYS.get(kind)
        occurred_at, recorded_at = event.occurred_at, event.recorded_at
        lines.append(
            Happening(
                event_id=event.id,
                asset_id=asset,
                occurred_at=occurred_at,
                recorded_at=recorded_at,
                kind=KIND_OF[kind],
                tag=tag,
                category=category,
                item=name,
                municipality=municipality,
                detail=points.get(point) if point is not None else says(payload) if says else None,
                at_point=point is not None,
                late=recorded_at - occurred_at > LATE,
            )
        )
    return tuple(lines)


def _worded(table: dict[str, str], field: str) -> Callable[[Any], Name]:
    code = attrgetter(field)
    return lambda payload: words.both(table, code(payload))


# What an event says beside its kind and its service point, without free text: that may name people.
_SAYS: Mapping[type[ev.Payload], Callable[[Any], Name | None]] = {
    ev.Accepted: lambda payload: Name(payload.act_number, payload.act_number),
    ev.Delivered: lambda payload: (
        words.both(words.DETAIL, payload.outcome) if payload.outcome != "full" else None
    ),
    ev.Verified: _worded(words.DETAIL, "method"),
    ev.Disposed: _worded(words.DETAIL, "method"),
    ev.LossClosed: _worded(words.DETAIL, "decision"),
    ev.ServiceCounted: serving.said,
    ev.UseChanged: _worded(words.DETAIL, "use"),
    ev.TitleTransferred: _worded(words.DETAIL, "to"),
    ev.FaultReported: _worded(words.CONDITION, "condition"),
    ev.Damaged: _worded(words.CONDITION, "condition"),
    ev.Repaired: _worded(words.CONDITION, "condition"),
}


def _losses(told: Sequence[Event], item: Item) -> tuple[Loss, ...]:
    losses: list[Loss] = []
    for event in told:
        if type(event.payload) in _LOSSES:
            losses.append(_loss(event.kind, kyiv.day_of(event.occurred_at), item))
        elif losses and isinstance(event.payload, (ev.Found, ev.LossClosed)):
            outcome = event.payload.decision if isinstance(event.payload, ev.LossClosed) else "found"
            losses[-1] = replace(losses[-1], outcome=outcome, closed_on=kyiv.day_of(event.occurred_at))
    return tuple(losses)


def _loss(reason: str, day: date, item: Item) -> Loss:
    return Loss(
        asset_id=item.asset_id,
        tag=item.tag,
        item=item.name,
        municipality=item.municipality,
        reason=reason,
        occurred_on=day,
        value=item.value,
        currency=item.currency,
    )
