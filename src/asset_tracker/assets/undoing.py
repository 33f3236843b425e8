"""Taking back what was a slip, by compensating events: an operation or one fact, as long as nothing stands on it.

What was recorded stays readable, and so does that it was taken back; what follows from it is reckoned anew.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.corrections import strike_out
from asset_tracker.errors import ConflictError, NotFoundError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import KEYED_EVENT, asset, event, event_key

# Registering is taken back with its import, an act by declaring it void, a tag on the page of labels.
KEPT: Final = frozenset(
    {
        "registered",
        "accepted",
        "correction",
        "resolution",
        "label_bound",
        "label_replaced",
        "label_retired",
        "label_printed",
    }
)
CHUNK: Final = 500
Tell = Callable[[int], Awaitable[None]]
_NOTHING: Final = "There is nothing to undo."
_a, _e = asset.c, event.c


class StandsOnItError(ConflictError):
    """Something recorded later depends on this; strike out the individual entries that are wrong."""

    code = "stands-on-it"


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """``struck``: entries taken back; ``left``: assets on which something later stands, left as they are."""

    struck: int
    left: int


async def silent(_done: int) -> None:
    """Tells nobody how far it is."""


async def undo_event(conn: AsyncConnection, actor: Actor, event_id: UUID, reason: str) -> Undone:
    """Take one entry back, with what a kit carried along. Raises NotFoundError, StandsOnItError."""
    require(actor, "event.correct")
    entry = KEYED_EVENT.join(asset, _a.id == _e.asset_id)
    wanted = select(_e.asset_id, (_a.head_seq == _e.seq).label("free")).select_from(entry)
    named = (event_key.c.id == event_id, _e.kind.not_in(KEPT), scope.recordable(actor, "correction"))
    row = (await conn.execute(wanted.where(*named))).first()
    if row is None:
        raise NotFoundError(_NOTHING)
    if not row.free:
        raise StandsOnItError
    return Undone(struck=len(await strike_out(conn, actor, row.asset_id, event_id, reason)), left=0)


async def undo_operation(
    conn: AsyncConnection, actor: Actor, operation: UUID, reason: str, tell: Tell = silent
) -> Undone:
    """Take an operation back on every asset on which nothing later stands.

    Raises NotFoundError where nothing of it is in reach, StandsOnItError where it can be taken back nowhere.
    """
    require(actor, "event.correct")
    rows = await _entries(conn, actor, operation)
    struck = [row for row in rows if row.free]
    if not rows:
        raise NotFoundError(_NOTHING)
    if not struck:
        raise StandsOnItError
    undoing, fact = uuid7(), ev.Correction(reason=reason)
    for at in range(0, len(struck), CHUNK):
        await tell(at)
        await store.append(conn, actor.id, [_draft(row, fact, undoing) for row in struck[at : at + CHUNK]])
    return Undone(struck=len(struck), left=len({row.asset_id for row in rows if not row.free}))


async def operation_of(conn: AsyncConnection, event_id: UUID) -> UUID | None:
    """The operation that an event was recorded in, None for one that stands alone."""
    wanted = select(_e.operation).select_from(KEYED_EVENT).where(event_key.c.id == event_id)
    found: UUID | None = await conn.scalar(wanted)
    return found


async def last_on(conn: AsyncConnection, consignment: UUID, kind: str) -> tuple[UUID, UUID | None] | None:
    """The newest entry of a kind about what is on a consignment, and the operation it was recorded in."""
    wanted = select(_e.id, _e.operation).join(asset, _a.id == _e.asset_id)
    wanted = wanted.where(_a.consignment_id == consignment, _e.kind == kind)
    row = (await conn.execute(wanted.order_by(_e.recorded_at.desc(), _e.seq.desc()).limit(1))).first()
    return (row.id, row.operation) if row else None


async def _entries(conn: AsyncConnection, actor: Actor, operation: UUID) -> list[Any]:
    """The entries of an operation, and whether each asset's chain still ends with it (``free``)."""
    last = (
        select(_e.asset_id, func.max(_e.seq).label("seq"))
        .where(_e.operation == operation)
        .group_by(_e.asset_id)
        .subquery()
    )
    wanted = (
        select(_e.id, _e.asset_id, (_a.head_seq == last.c.seq).label("free"))
        .join(asset, _a.id == _e.asset_id)
        .join(last, last.c.asset_id == _e.asset_id)
        .where(_e.operation == operation, _e.kind.not_in(KEPT), scope.recordable(actor, "correction"))
        .order_by(_e.asset_id, _e.seq.desc())
    )
    return list(await conn.execute(wanted))


def _draft(row: Any, fact: ev.Correction, operation: UUID) -> Draft:
    return Draft(
        id=uuid7(),
        asset=row.asset_id,
        occurred_at=datetime.now(UTC),
        payload=fact,
        operation=operation,
        supersedes=row.id,
    )
