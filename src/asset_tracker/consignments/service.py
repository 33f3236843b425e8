"""Consignments: planned, filled, dispatched, delivered."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, require
from asset_tracker.assets import service as assets
from asset_tracker.assets.rules import RULES
from asset_tracker.consignments.tables import consignment
from asset_tracker.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.store import Receipt
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Name
from asset_tracker.territory.queries import get_municipality


class NewConsignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A packing list for one municipality; ``number`` is the sender's own and unique in the programme."""

    programme: UUID
    number: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
    municipality: str


class Dispatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a consignment goes on its way."""

    waybill: Name | None = None
    carrier: Name | None = None
    expected_on: date | None = None
    occurred_at: datetime | None = None


async def add_consignment(
    conn: AsyncConnection, actor: Actor, new: NewConsignment, *, consignment_id: UUID | None = None
) -> UUID:
    """A new consignment. Raises ConflictError when the programme has one of this number."""
    require(actor, "consignment.manage")
    allowed = scope.programmes(actor, "consignment.manage")
    if allowed is not None and new.programme not in allowed:
        raise ForbiddenError
    await get_municipality(conn, new.municipality)
    made = consignment_id or uuid7()
    values = {
        "programme_id": new.programme,
        "number": new.number.strip(),
        "municipality_code": new.municipality,
    }
    try:
        async with conn.begin_nested():
            await conn.execute(insert(consignment).values(id=made, **values))
    except IntegrityError as error:
        raise ConflictError("The programme has a consignment %(number)s.", number=new.number) from error
    return made


async def consign(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, assets_: list[UUID]
) -> list[Receipt]:
    """Put registered assets on the consignment."""
    row = await locked(conn, actor, consignment_id)
    fact = ev.Consigned(consignment=consignment_id, destination=row.municipality_code)
    return await assets.record(conn, actor, assets_, fact)


async def dispatch(conn: AsyncConnection, actor: Actor, consignment_id: UUID, how: Dispatch) -> list[Receipt]:
    """Send everything that has not left yet. Raises RefusedError when there is nothing to send."""
    row = await locked(conn, actor, consignment_id)
    fact = ev.Dispatched(
        consignment=consignment_id,
        waybill=how.waybill,
        carrier=how.carrier,
        expected_on=how.expected_on,
        destination=row.municipality_code,
    )
    receipts = await _record_for_all(conn, actor, consignment_id, fact, how.occurred_at)
    values = {"waybill": how.waybill, "carrier": how.carrier, "expected_on": how.expected_on}
    values = {name: value for name, value in values.items() if value is not None}
    when = how.occurred_at or receipts[0].recorded_at
    await conn.execute(
        update(consignment).where(consignment.c.id == consignment_id).values(dispatched_at=when, **values)
    )
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
    row = await locked(conn, actor, consignment_id)
    fact = ev.Delivered(
        consignment=consignment_id, municipality=row.municipality_code, service_point=service_point
    )
    return await _record_for_all(conn, actor, consignment_id, fact, occurred_at)


async def locked(
    conn: AsyncConnection,
    actor: Actor,
    consignment_id: UUID,
    permission: Permission = "consignment.manage",
) -> "ConsignmentKey":
    """The consignment, if the actor may manage it, held until the transaction ends."""
    require(actor, permission)
    reach = scope.within(
        actor, permission, programme=consignment.c.programme_id, areas=(consignment.c.municipality_code,)
    )
    wanted = select(consignment).where(consignment.c.id == consignment_id, reach).with_for_update()
    row = (await conn.execute(wanted)).first()
    if row is None:
        raise NotFoundError
    return ConsignmentKey(row.id, row.programme_id, row.number, row.municipality_code)


class ConsignmentKey(msgspec.Struct, frozen=True):
    """What a service needs to know of a consignment."""

    id: UUID
    programme_id: UUID
    number: str
    municipality_code: str


async def _record_for_all(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, fact: ev.Payload, occurred_at: datetime | None
) -> list[Receipt]:
    """The fact for each asset of the consignment that it makes sense for."""
    rule = RULES[str(fact.__struct_config__.tag)]
    wanted = (
        select(asset.c.id, asset.c.state).where(asset.c.consignment_id == consignment_id).order_by(asset.c.id)
    )
    ready = [row.id for row in await conn.execute(wanted) if rule.allows(as_state(row.state))]
    if not ready:
        raise RefusedError("Nothing on this consignment is ready for that.")
    return await assets.record(conn, actor, ready, fact, occurred_at=occurred_at, operation=uuid7())
