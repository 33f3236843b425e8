"""Mending the record without rewriting it: an entry struck out or replaced, a dispute resolved.

What went along with a kit is mended with it: an event that a kit made for a component falls with the kit's own.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record, require
from asset_tracker.assets import catalogue
from asset_tracker.assets.photos import vouch
from asset_tracker.assets.service import CLOCK_SLACK, EARLIEST, completed, derived_id
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.envelope import Draft, Event, problems
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import live
from asset_tracker.ledger.tables import asset, event

Heads = Mapping[UUID, str]


async def strike_out(
    conn: AsyncConnection,
    actor: Actor,
    asset_id: UUID,
    event_id: UUID,
    reason: str,
    *,
    heads: Heads | None = None,
    correction_id: UUID | None = None,
) -> list[Receipt]:
    """Strike out an entry: it stays readable, and what follows from it is reckoned anew.

    Raises ForbiddenError, NotFoundError, RefusedError for one that is struck out already, StaleError when
    the asset moved on from ``heads``.
    """
    wrong = await _standing(conn, actor, asset_id, event_id)
    fact = ev.Correction(reason=reason)
    return await _mend(conn, actor, wrong, fact, wrong.occurred_at, heads, correction_id)


async def replace(
    conn: AsyncConnection,
    actor: Actor,
    asset_id: UUID,
    event_id: UUID,
    fact: ev.Payload,
    *,
    occurred_at: datetime,
    heads: Heads | None = None,
    correction_id: UUID | None = None,
) -> list[Receipt]:
    """Put another fact in the place of an entry. The rules of the desk are not asked: it is about the past.

    Raises what ``strike_out`` raises, and InvalidError for a wrong field or time.
    """
    wrong = await _standing(conn, actor, asset_id, event_id)
    kind = str(fact.__struct_config__.tag)
    if not may_record(actor, kind) or (kind == "registered") != (wrong.kind == "registered"):
        raise ForbiddenError
    errors = list(problems(fact, occurred_at))
    if not EARLIEST <= occurred_at <= datetime.now(UTC) + CLOCK_SLACK:
        errors.append(FieldError("occurred_at", "A time between 1990 and now is expected."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    (fact,) = await catalogue.checked(conn, [await completed(conn, fact)])
    return await _mend(conn, actor, wrong, fact, occurred_at, heads, correction_id)


async def _standing(conn: AsyncConnection, actor: Actor, asset_id: UUID, event_id: UUID) -> Event:
    require(actor, "event.correct")
    wanted = select(asset.c.id).where(asset.c.id == asset_id, scope.recordable(actor, "correction"))
    if await conn.scalar(wanted) is None:
        raise NotFoundError
    events = (await store.history(conn, [asset_id]))[asset_id]
    found = next((each for each in events if each.id == event_id), None)
    if found is None:
        raise NotFoundError
    if found.id not in {each.id for each in live(events)}:
        raise RefusedError("This entry has already been struck out or replaced.")
    return found


async def _mend(
    conn: AsyncConnection,
    actor: Actor,
    wrong: Event,
    fact: ev.Payload,
    at: datetime,
    heads: Heads | None,
    correction_id: UUID | None,
) -> list[Receipt]:
    along = await _went_along(conn, wrong)
    first = Draft(
        id=correction_id or uuid7(),
        asset=wrong.asset,
        occurred_at=at,
        payload=fact,
        operation=uuid7() if along else None,
        supersedes=wrong.id,
    )
    others = [
        Draft(
            id=derived_id(first.id, row.asset_id),
            asset=row.asset_id,
            occurred_at=at,
            payload=fact,
            operation=first.operation,
            supersedes=row.id,
        )
        for row in along
    ]
    await vouch(conn, actor, [fact])
    return await store.append(conn, actor.id, [first, *others], heads=heads)


async def _went_along(conn: AsyncConnection, wrong: Event) -> list[Any]:
    """The events that a kit's event made for its components, as (id, asset_id)."""
    parts = (
        await conn.scalars(select(asset.c.id).where(asset.c.kit_id == wrong.asset).order_by(asset.c.id))
    ).all()
    if not parts:
        return []
    e = event.c
    same: ColumnElement[bool] = e.id.in_([derived_id(wrong.id, part) for part in parts])
    if wrong.operation:
        same = or_(
            same,
            and_(e.operation == wrong.operation, e.kind == wrong.kind, e.occurred_at == wrong.occurred_at),
        )
    rows = await conn.execute(
        select(e.id, e.asset_id).where(e.asset_id.in_(parts), same).order_by(e.asset_id)
    )
    return list(rows)
