"""Consignments: planned, filled, dispatched, delivered."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import Date, Text, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, require
from asset_tracker.assets import service as assets
from asset_tracker.assets.rules import RULES
from asset_tracker.assets.service import AssetFact
from asset_tracker.consignments.tables import consignment
from asset_tracker.db import bulk
from asset_tracker.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RefusedError,
)
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Name, wrong_days
from asset_tracker.programmes.queries import get_programme
from asset_tracker.territory.queries import get_municipalities


class NewConsignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A packing list for one municipality; ``number`` is the sender's own and unique in the programme."""

    programme: UUID
    number: Annotated[str, Meta(max_length=60, pattern=r"^\s*[^\s\x00][^\x00]*$")]
    municipality: str


class Dispatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a consignment goes on its way."""

    waybill: Name | None = None
    carrier: Name | None = None
    expected_on: date | None = None
    occurred_at: Annotated[datetime, Meta(tz=True)] | None = None


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when (UTC; None: now) a consignment was handed over."""

    service_point: UUID | None = None
    occurred_at: datetime | None = None


class Customs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of humanitarian aid (KMU 953 of 05.09.2023): its code, its declaration, the clearance, the report."""

    aid_code: Name | None = None
    declaration: Name | None = None
    cleared_on: date | None = None
    report_sent_on: date | None = None


async def add_consignment(
    conn: AsyncConnection, actor: Actor, new: NewConsignment, *, consignment_id: UUID | None = None
) -> UUID:
    """A new consignment. Raises ConflictError when the programme has one of this number."""
    ids = [consignment_id] if consignment_id else None
    return (await add_consignments(conn, actor, [new], ids=ids))[0]


async def add_consignments(
    conn: AsyncConnection, actor: Actor, new: Sequence[NewConsignment], *, ids: Sequence[UUID] | None = None
) -> list[UUID]:
    """New consignments, all or none. Raises ConflictError when a programme has one of the same number."""
    require(actor, "consignment.manage")
    allowed = scope.programmes(actor, "consignment.manage")
    if allowed is not None and not {each.programme for each in new} <= set(allowed):
        raise ForbiddenError
    codes = {each.municipality for each in new}
    for unknown in codes - (await get_municipalities(conn, codes)).keys():
        raise NotFoundError("No municipality has the code %(code)s", code=unknown[:40])
    for programme in {each.programme for each in new}:
        await get_programme(conn, actor, programme)
    made = list(ids) if ids else [uuid7() for _ in new]
    rows = [
        (id_, each.programme, each.number.strip(), each.municipality)
        for id_, each in zip(made, new, strict=True)
    ]
    columns = ("id", "programme_id", "number", "municipality_code")
    done = await bulk.insert(
        conn, consignment, columns, rows, suffix="ON CONFLICT DO NOTHING RETURNING number"
    )
    kept = {row["number"] for row in done}
    for each in new:
        if len(done) != len(new) and each.number.strip() not in kept:
            raise ConflictError("The programme already has a consignment %(number)s.", number=each.number)
    return made


async def consign(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, assets_: list[UUID]
) -> list[Receipt]:
    """Put registered assets on the consignment."""
    row = await locked(conn, actor, consignment_id)
    fact = ev.Consigned(consignment=consignment_id, destination=row.municipality_code)
    return await assets.record(conn, actor, assets_, fact)


async def not_waiting(conn: AsyncConnection, assets_: Sequence[UUID]) -> list[str]:
    """The tags of those that cannot be put on a consignment any more, because they are under way or there."""
    a = asset.c
    wanted = select(a.tag, a.state).where(a.id.in_(assets_)).order_by(a.tag)
    rows = await conn.execute(wanted)
    return [row.tag for row in rows if not RULES["consigned"].allows(as_state(row.state))]


async def dispatch(conn: AsyncConnection, actor: Actor, consignment_id: UUID, how: Dispatch) -> list[Receipt]:
    """Send everything that has not left yet. Raises RefusedError when there is nothing to send."""
    return await dispatch_all(conn, actor, {consignment_id: how})


async def dispatch_all(conn: AsyncConnection, actor: Actor, sent: Mapping[UUID, Dispatch]) -> list[Receipt]:
    """Send several consignments, all or none. Raises RefusedError when one has nothing to send."""
    facts = {}
    for key in await locked_all(conn, actor, list(sent)):
        how = sent[key.id]
        fact = ev.Dispatched(
            consignment=key.id,
            waybill=how.waybill,
            carrier=how.carrier,
            expected_on=how.expected_on,
            destination=key.municipality_code,
        )
        facts[key.id] = (fact, how.occurred_at)
    receipts = await _record_for_all(conn, actor, facts)
    now = receipts[0].recorded_at
    rows = [_sent_row(each, how, now) for each, how in sent.items()]
    await conn.execute(_SENT, rows)
    return receipts


async def deliver(
    conn: AsyncConnection,
    actor: Actor,
    consignment_id: UUID,
    *,
    service_point: UUID | None = None,
    occurred_at: datetime | None = None,
) -> list[Receipt]:
    """Record that everything on its way was handed over in full. Raises RefusedError when nothing is."""
    handover = Handover(service_point=service_point, occurred_at=occurred_at)
    return await deliver_all(conn, actor, {consignment_id: handover})


async def deliver_all(
    conn: AsyncConnection, actor: Actor, delivered: Mapping[UUID, Handover]
) -> list[Receipt]:
    """Record that several consignments were handed over in full, all or none."""
    facts = {}
    for key in await locked_all(conn, actor, list(delivered)):
        handover = delivered[key.id]
        fact = ev.Delivered(
            consignment=key.id, municipality=key.municipality_code, service_point=handover.service_point
        )
        facts[key.id] = (fact, handover.occurred_at)
    return await _record_for_all(conn, actor, facts)


async def record_customs(conn: AsyncConnection, actor: Actor, consignment_id: UUID, told: Customs) -> None:
    """Keep what customs and the report on the aid say; what is left out is emptied.

    Raises InvalidError for a report sent before the clearance.
    """
    await locked(conn, actor, consignment_id)
    if wrong := wrong_days(cleared_on=told.cleared_on, report_sent_on=told.report_sent_on):
        raise InvalidError(errors=tuple(wrong))
    if told.report_sent_on and (told.cleared_on is None or told.report_sent_on < told.cleared_on):
        early = FieldError("report_sent_on", "The report cannot go out before customs cleared the aid.")
        raise InvalidError(errors=(early,))
    values = msgspec.structs.asdict(told)
    await conn.execute(update(consignment).where(consignment.c.id == consignment_id).values(values))


async def locked(conn: AsyncConnection, actor: Actor, consignment_id: UUID) -> "ConsignmentKey":
    """The consignment, if the actor may manage it, held until the transaction ends."""
    return (await locked_all(conn, actor, [consignment_id]))[0]


async def locked_all(
    conn: AsyncConnection,
    actor: Actor,
    ids: Sequence[UUID],
    permission: Permission = "consignment.manage",
) -> list["ConsignmentKey"]:
    """The consignments, if the actor may manage them all, held until the transaction ends."""
    require(actor, permission)
    reach = scope.within(
        actor, permission, programme=consignment.c.programme_id, areas=(consignment.c.municipality_code,)
    )
    wanted = select(consignment).where(consignment.c.id.in_(ids), reach)
    rows = (await conn.execute(wanted.order_by(consignment.c.id).with_for_update())).all()
    if len(rows) != len(set(ids)):
        raise NotFoundError
    return [ConsignmentKey(row.id, row.programme_id, row.number, row.municipality_code) for row in rows]


class ConsignmentKey(msgspec.Struct, frozen=True):
    """What a service needs to know of a consignment."""

    id: UUID
    programme_id: UUID
    number: str
    municipality_code: str


# What is not said of a consignment that is sent stays as it was.
_SENT = (
    update(consignment)
    .where(consignment.c.id == bindparam("sent"))
    .values(
        dispatched_at=bindparam("at"),
        waybill=func.coalesce(bindparam("said_waybill", type_=Text), consignment.c.waybill),
        carrier=func.coalesce(bindparam("said_carrier", type_=Text), consignment.c.carrier),
        expected_on=func.coalesce(bindparam("said_expected_on", type_=Date), consignment.c.expected_on),
    )
)


def _sent_row(consignment_id: UUID, how: Dispatch, now: datetime) -> dict[str, Any]:
    return {
        "sent": consignment_id,
        "at": how.occurred_at or now,
        "said_waybill": how.waybill,
        "said_carrier": how.carrier,
        "said_expected_on": how.expected_on,
    }


async def _record_for_all(
    conn: AsyncConnection, actor: Actor, facts: Mapping[UUID, tuple[ev.Payload, datetime | None]]
) -> list[Receipt]:
    """The fact of each consignment for each of its assets that it makes sense for.

    Components go along with their kit, or on their own when the kit has gone before.
    """
    a = asset.c
    wanted = select(a.id, a.consignment_id, a.kit_id, a.state).where(a.consignment_id.in_(list(facts)))
    now = datetime.now(UTC)
    ready: dict[UUID, AssetFact] = {}
    kits: dict[UUID, UUID | None] = {}
    served: set[UUID] = set()
    for row in await conn.execute(wanted.order_by(a.id)):
        fact, at = facts[row.consignment_id]
        if RULES[str(fact.__struct_config__.tag)].allows(as_state(row.state)):
            ready[row.id] = AssetFact(asset=row.id, occurred_at=at or now, fact=fact)
            kits[row.id] = row.kit_id
            served.add(row.consignment_id)
    if served != set(facts):
        raise RefusedError("Nothing on this consignment is ready for that.")
    alone = [each for asset_id, each in ready.items() if kits[asset_id] not in ready]
    return await assets.record_each(conn, actor, alone)
