"""Facts from the field: taken as they come, one outcome each, nothing lost.

A fact is refused for nothing but being unreadable or unauthorised. Of what a phone sent, even that is
kept, in quarantine, until a coordinator has looked at it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices, scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.clocks import Reading
from asset_tracker.access.devices import DeviceStamp, Stamped, Taken
from asset_tracker.access.permissions import may_record, require
from asset_tracker.assets import catalogue, rules
from asset_tracker.assets.attributes import Catalogue, checked
from asset_tracker.assets.named import out_of_reach
from asset_tracker.assets.photos import vouch
from asset_tracker.assets.service import CLOCK_SLACK, EARLIEST, completed_by, components, derived_id
from asset_tracker.assets.upcast import TooNewError, upcast
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger import store
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.envelope import Draft, problems
from asset_tracker.ledger.events import KINDS, AnyPayload, Payload
from asset_tracker.ledger.tables import asset, quarantine, tag
from asset_tracker.ledger.tags import TagError, parse_tag
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.queries import get_service_points

MAX_BATCH = 200

Outcome = Literal["recorded", "duplicate", "conflict", "quarantined", "rejected"]


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact as a phone or a script sends it.

    ``id``: UUIDv7 made where the fact was seen; sending it again is safe. ``asset``: its tag or its id.
    ``occurred_at``: with a time zone, by the phone's own clock. ``payload``: one of the kinds, tagged by
    ``kind``. ``device``: the stamp of a registered phone; a script may give a name. ``v``: the version of
    all this in which the event was made, if it was not the present one (``assets.upcast``).
    """

    id: UUID
    asset: Annotated[str, Meta(min_length=1, max_length=200)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    payload: dict[str, Any]
    device: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] | DeviceStamp | None = (
        None
    )
    supersedes: UUID | None = None

    @property
    def device_name(self) -> str | None:
        """What the ledger calls the device."""
        return str(self.device.id) if isinstance(self.device, DeviceStamp) else self.device


class EventOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one event of a batch, in the batch's order.

    ``occurred_at``: when it occurred, where the clock of the phone was so wrong that it was put right.
    """

    outcome: Outcome
    id: UUID | None = None
    occurred_at: datetime | None = None
    receipt: Receipt | None = None
    reason: str | None = None
    errors: tuple[FieldError, ...] = ()


class _OnlyStamp(msgspec.Struct, frozen=True):
    id: UUID
    occurred_at: Annotated[datetime, Meta(tz=True)]
    device: DeviceStamp


_UNREADABLE = (
    msgspec.ValidationError,
    msgspec.DecodeError,
    UnicodeDecodeError,
    RecursionError,
    AttributeError,
)


class _NotTakenError(Exception):
    def __init__(self, reason: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.errors = reason, errors


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """An event that could be read, and what it says."""

    new: NewEvent
    payload: Payload
    put_right: bool = False  # the clock of the phone was so wrong that another time than it told is recorded

    @property
    def kind(self) -> str:
        return str(self.payload.__struct_config__.tag)


class _Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch is about, read at once for all of it.

    ``assets``: kind and reference -> the asset, where the actor may record such facts of it.
    """

    assets: dict[tuple[str, str], UUID]
    points: dict[UUID, ServicePoint]
    parts: dict[UUID, list[UUID]]
    fields: Catalogue


async def receive(
    conn: AsyncConnection,
    actor: Actor,
    batch: Sequence[msgspec.Raw],
    *,
    settling: UUID | None = None,
    handed_by: UUID | None = None,
    operation: UUID | None = None,
    sent: Reading | None = None,
) -> list[EventOutcome]:
    """Record a batch of raw events; answers one outcome an event, in their order.

    ``settling``: they come out of quarantine, whither this person sent them, and what their phone's clocks and
    number say was looked at.
    ``handed_by``: who brought them, when that was not ``actor``, whose they are. ``operation``: what they
    are a part of, all of them. ``sent``: the clocks of their phone as it sends them, where the events do not
    tell themselves.
    """
    if handed_by is None:
        require(actor, "event.record")
    outcomes: list[EventOutcome | None] = [None] * len(batch)
    drafts: list[Draft] = []
    places: list[int | None] = []
    stamps = [] if settling else [_sent(found, sent) for raw in batch if (found := stamped(bytes(raw)))]
    taken = await devices.take(conn, actor, stamps, handed_by=handed_by)
    said = [_said(actor, bytes(raw), taken) for raw in batch]
    around = await _look_around(conn, actor, [each for each in said if isinstance(each, _Said)])
    for n, each in enumerate(said):
        try:
            if isinstance(each, _NotTakenError):
                raise each
            made = await _drafts(conn, actor, each, around)
        except _NotTakenError as trouble:
            outcomes[n] = await _set_aside(conn, actor, bytes(batch[n]), trouble)
            continue
        drafts += (
            [msgspec.structs.replace(draft, operation=operation) for draft in made] if operation else made
        )
        places += [n, *[None] * (len(made) - 1)]
    if not settling:  # who settles did not look for the files, and lends nobody their own eyes
        await vouch(conn, actor, [draft.payload for draft in drafts])
    receipts = await store.append(conn, actor.id, drafts, named_by=settling)
    for place, receipt in zip(places, receipts, strict=True):
        if place is not None:
            outcomes[place] = await _outcome(conn, actor, bytes(batch[place]), receipt)
    return [
        _with_time(outcome, each) for outcome, each in zip(outcomes, said, strict=True) if outcome is not None
    ]


def _with_time(outcome: EventOutcome, said: _Said | _NotTakenError) -> EventOutcome:
    if isinstance(said, _Said) and said.put_right:
        return msgspec.structs.replace(outcome, occurred_at=said.new.occurred_at)
    return outcome


def stamped(raw: bytes) -> Stamped | None:
    """The stamp of an event of a registered phone, however little else of it can be read."""
    try:
        found = msgspec.convert(upcast(msgspec.json.decode(raw)), _OnlyStamp)
    except (TooNewError, *_UNREADABLE):
        return None
    return Stamped(found.id, found.occurred_at, found.device)


def _sent(each: Stamped, sent: Reading | None) -> Stamped:
    clock = each.stamp.clock
    if sent is None or clock is None or clock.sent is not None:
        return each
    stamp = msgspec.structs.replace(each.stamp, clock=msgspec.structs.replace(clock, sent=sent))
    return msgspec.structs.replace(each, stamp=stamp)


def _said(actor: Actor, raw: bytes, taken: Mapping[UUID, Taken]) -> _Said | _NotTakenError:
    try:
        new, payload = _read(raw)
    except _NotTakenError as trouble:
        return trouble
    put_right = False
    if isinstance(new.device, DeviceStamp) and (told := taken.get(new.id)):
        if told.trouble:
            return _NotTakenError(told.trouble)
        put_right = told.occurred_at != new.occurred_at
        new = msgspec.structs.replace(new, occurred_at=told.occurred_at)
    said = _Said(new=new, payload=payload, put_right=put_right)
    if not may_record(actor, said.kind):
        return _NotTakenError("Your role does not allow this.")
    if not EARLIEST <= new.occurred_at <= datetime.now(UTC) + CLOCK_SLACK:
        return _NotTakenError("The time of the fact cannot be right; check the clock of the device.")
    return said


async def _look_around(conn: AsyncConnection, actor: Actor, said: Sequence[_Said]) -> _Around:
    assets: dict[tuple[str, str], UUID] = {}
    for kind in sorted({each.kind for each in said}):
        references = {each.new.asset for each in said if each.kind == kind}
        assets |= {
            (kind, reference): found
            for reference, found in (await _assets_of(conn, actor, kind, references)).items()
        }
    points = {point for each in said if (point := getattr(each.payload, "service_point", None))}
    carriers = {
        found
        for each in said
        if each.kind in rules.CARRIED and (found := assets.get((each.kind, each.new.asset)))
    }
    parts: dict[UUID, list[UUID]] = defaultdict(list)
    if carriers:
        for component, kit in (await components(conn, list(carriers))).items():
            parts[kit].append(component)
    known = await get_service_points(conn, points) if points else {}
    told = any(getattr(each.payload, "attributes", None) for each in said)
    fields = await catalogue.get_catalogue(conn) if told else Catalogue()
    return _Around(assets=assets, points=known, parts=parts, fields=fields)


async def _assets_of(
    conn: AsyncConnection, actor: Actor, kind: str, references: Collection[str]
) -> dict[str, UUID]:
    """The assets that references (ids, tags in any form) name, where the actor may record such facts."""
    ids, tags = {}, {}
    for reference in references:
        try:
            ids[reference] = UUID(reference)
        except ValueError:
            with suppress(TagError):  # told when its event is looked at
                tags[reference] = parse_tag(reference)
    reach = scope.recordable(actor, kind)
    found: dict[Any, UUID] = {}
    if ids:
        wanted = select(asset.c.id).where(asset.c.id.in_(set(ids.values())), reach)
        found |= {each: each for each in await conn.scalars(wanted)}
    if tags:
        bound = select(tag.c.tag, asset.c.id).join(asset, asset.c.id == tag.c.asset_id)
        rows = await conn.execute(bound.where(tag.c.tag.in_(set(tags.values())), reach))
        found |= {row.tag: row.id for row in rows}
    return {reference: found[named] for reference, named in (ids | tags).items() if named in found}


async def _drafts(conn: AsyncConnection, actor: Actor, said: _Said, around: _Around) -> list[Draft]:
    new, payload = said.new, said.payload
    asset_id = _asset_of(said, around)
    await _check_tags(conn, asset_id, payload)
    if wrong := await out_of_reach(conn, actor, asset_id, payload, new.supersedes):
        raise _NotTakenError("The fact names something that is not yours to name.", tuple(wrong))
    # What was told is recorded as it was told, so a value must stand in the form in which it is kept.
    _, misfit = checked(around.fields, getattr(payload, "attributes", {}), exact=True)
    if misfit:
        raise _NotTakenError("Something in the event is not right.", tuple(misfit))
    try:
        payload = completed_by(payload, around.points)
    except InvalidError as error:
        raise _NotTakenError(error.message, error.errors) from error
    draft = Draft(
        id=new.id,
        asset=asset_id,
        occurred_at=new.occurred_at,
        payload=payload,
        device=new.device_name,
        supersedes=new.supersedes,
    )
    carried = around.parts.get(asset_id, ()) if said.kind in rules.CARRIED else ()
    return [draft, *(msgspec.structs.replace(draft, id=derived_id(new.id, c), asset=c) for c in carried)]


def _read(raw: bytes) -> tuple[NewEvent, Payload]:
    try:
        new = _new(raw)
        # Into the one kind where it is known: msgspec looks a union of all up anew at every call.
        kind = new.payload.get("kind")
        payload: Payload = msgspec.convert(
            new.payload, KINDS.get(kind, AnyPayload) if isinstance(kind, str) else AnyPayload
        )
    except TooNewError as error:
        raise _NotTakenError(
            "A newer version of the app made this; the server must be updated first."
        ) from error
    except _UNREADABLE as error:
        raise _NotTakenError(str(error)) from error
    wrong = problems(payload, new.occurred_at)
    if wrong:
        raise _NotTakenError("Something in the event is not right.", tuple(wrong))
    return new, payload


def _new(raw: bytes) -> NewEvent:
    said = msgspec.json.decode(raw)
    return msgspec.convert(upcast(said) if isinstance(said, dict) else said, NewEvent)


def _asset_of(said: _Said, around: _Around) -> UUID:
    found = around.assets.get((said.kind, said.new.asset))
    if found is not None:
        return found
    try:
        UUID(said.new.asset)
    except ValueError:
        try:
            parse_tag(said.new.asset)
        except TagError as error:
            raise _NotTakenError(str(error), error.errors) from error
    raise _NotTakenError("There is no such asset, or it is not yours to see.")


async def _check_tags(conn: AsyncConnection, asset_id: UUID, payload: Payload) -> None:
    named = [t for t in (getattr(payload, "tag", None), getattr(payload, "new", None)) if isinstance(t, str)]
    # Most facts name none, and the way through the wall and back is felt in a batch of a hundred.
    if named:
        await _check_taken(conn, asset_id, named)


@by_system
async def _check_taken(conn: AsyncConnection, asset_id: UUID, named: Sequence[str]) -> None:
    taken = select(tag.c.tag).where(
        tag.c.tag.in_(named), or_(tag.c.asset_id != asset_id, tag.c.status.in_(("replaced", "retired")))
    )
    if await conn.scalar(taken):
        raise _NotTakenError("This label belongs to another asset, or was retired.")


async def set_aside(conn: AsyncConnection, actor: Actor, raw: bytes, reason: str) -> EventOutcome:
    """Keep in quarantine what ``actor`` brought and nobody may record yet, for a ``reason`` (a msgid)."""
    event_id, device, reference = _glance(raw)
    await _keep(conn, actor, raw, event_id, device or "?", reference, reason)
    return EventOutcome(outcome="quarantined", id=event_id, reason=reason)


async def _set_aside(
    conn: AsyncConnection, actor: Actor, raw: bytes, trouble: _NotTakenError
) -> EventOutcome:
    """From a device: quarantine, where it waits for somebody. From a script: rejected, it can ask again."""
    event_id, device, reference = _glance(raw)
    if device is None:
        return EventOutcome(outcome="rejected", id=event_id, reason=trouble.reason, errors=trouble.errors)
    await _keep(conn, actor, raw, event_id, device, reference, trouble.reason)
    return EventOutcome(outcome="quarantined", id=event_id, reason=trouble.reason, errors=trouble.errors)


async def _outcome(conn: AsyncConnection, actor: Actor, raw: bytes, receipt: Receipt) -> EventOutcome:
    if receipt.outcome != "conflict":
        return EventOutcome(outcome=receipt.outcome, id=receipt.id, receipt=receipt)
    reason = "Another fact was sent with the same id; both are kept for review."
    event_id, device, reference = _glance(raw)
    await _keep(conn, actor, raw, event_id, device, reference, reason)
    return EventOutcome(outcome="conflict", id=receipt.id, reason=reason)


def _glance(raw: bytes) -> tuple[UUID | None, str | None, str | None]:
    """What can be told of an event that may be unreadable: id, device, asset."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, None
    if not isinstance(said, dict):
        return None, None, None
    try:
        event_id = UUID(str(said.get("id")))
    except ValueError:
        event_id = None
    phone = said.get("device")
    device = _short(phone.get("id") if isinstance(phone, dict) else phone)
    if phone is not None and device is None:
        device = "?"  # some phone it was, and what a phone sent is kept
    reference = _short(said.get("asset"))
    return event_id, device, reference


def _short(value: Any) -> str | None:
    return value[:200].replace("\x00", "") if isinstance(value, str) and value else None


async def _keep(
    conn: AsyncConnection,
    actor: Actor,
    raw: bytes,
    event_id: UUID | None,
    device: str | None,
    reference: str | None,
    reason: str,
) -> None:
    digest = sha256(actor.id.bytes + raw).digest()
    row = {
        "event_id": event_id,
        "asset_ref": reference,
        "actor_id": actor.id,
        "device": device,
        "reason": reason.replace("\x00", "")[:2000],
        "raw": raw,
        "digest": digest,
    }
    await conn.execute(insert(quarantine).values(row).on_conflict_do_nothing())
