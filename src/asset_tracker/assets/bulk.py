"""One fact for many assets: looked at first, then recorded as one operation, and taken back if it was a slip.

Looking tells for each asset whether the rules let a desk record the fact of it, and keeps the head of its
chain. Recording leaves out what moved on since. The operation bears the id of the action.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record, require
from asset_tracker.access.sessions import rights_of
from asset_tracker.assets import catalogue, paging, queries, rules, service
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.tables import bulk_action, bulk_item, bulk_progress
from asset_tracker.assets.undoing import Tell, silent, undo_operation
from asset_tracker.assets.views import Filters
from asset_tracker.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RefusedError,
    TooLargeError,
)
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft, problems
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset

MAX: Final = 100_000
CHUNK: Final = 500
# What makes sense of many at once, and asks nothing that each would answer otherwise.
KINDS: Final[tuple[str, ...]] = (
    "received",
    "delivered",
    "installed",
    "commissioned",
    "verified",
    "moved",
    "use_changed",
    "maintained",
    "visibility_set",
    "title_transferred",
    "training_given",
    "dispatched",
    "returned",
    "evacuated",
    "found_inaccessible",
    "described",
    "note",
)
_OUT_OF_REACH: Final = "You may not record this for it."
_MOVED_ON: Final = "It has moved on since you looked."
_b, _i, _a = bulk_action.c, bulk_item.c, asset.c


class NewBulk(msgspec.Struct, frozen=True, kw_only=True):
    """What to record (``occurred_at`` in UTC, None: when it is recorded) of which assets.

    ``assets`` are named, or ``filters`` tell which: all that answer to them.
    """

    fact: ev.Payload
    occurred_at: datetime | None = None
    assets: tuple[UUID, ...] = ()
    filters: Filters | None = None


class BulkView(msgspec.Struct, frozen=True, kw_only=True):
    """A bulk action. ``status``: looking, ready, recording, done, taking back, undone.

    ``total`` assets were chosen, of ``can`` the fact can be recorded; ``recorded`` counts those of which it
    was. ``progress`` counts those that a worker has dealt with in the step that it is at. ``refusal`` (an
    English msgid) says why the last step was not done.
    """

    id: UUID
    kind: str
    status: str
    occurred_at: datetime | None
    made_at: datetime
    total: int
    can: int
    recorded: int
    progress: int
    refusal: str | None

    @property
    def at_work(self) -> bool:
        """Whether a worker has something to do with it."""
        return self.status in ("looking", "recording", "taking back") and self.refusal is None


class Reason(msgspec.Struct, frozen=True):
    """Why assets are left out (an English msgid), and how many."""

    why_not: str
    assets: int


class BulkItem(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of a bulk action; ``why_not`` is None where the fact can be (or was) recorded."""

    asset: UUID
    tag: str
    name_uk: str
    name_en: str | None
    serial: str | None
    why_not: str | None


async def begin(conn: AsyncConnection, actor: Actor, new: NewBulk) -> UUID:
    """Keep what is to be done and of which assets in reach; nothing is recorded.

    Raises ForbiddenError, InvalidError for a wrong fact, a value that does not fit its field, or no asset, TooLargeError beyond ``MAX``.
    """
    kind = str(new.fact.__struct_config__.tag)
    if kind not in KINDS or not may_record(actor, kind):
        raise ForbiddenError
    errors = list(problems(new.fact))
    now = datetime.now(UTC)
    if new.occurred_at and not service.EARLIEST <= new.occurred_at <= now + service.CLOCK_SLACK:
        errors.append(FieldError("occurred_at", "A time between 1990 and now is expected."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    (fact,) = await catalogue.checked(conn, [await service.completed(conn, new.fact)])
    action = uuid7()
    await conn.execute(
        insert(bulk_action).values(
            id=action,
            kind=kind,
            fact=msgspec.to_builtins(fact),
            occurred_at=new.occurred_at,
            status="looking",
            made_by=actor.id,
            grants=rights_of(actor),
        )
    )
    total = await _choose(conn, actor, action, new)
    await conn.execute(update(bulk_action).where(_b.id == action).values(total=total))
    return action


async def _choose(conn: AsyncConnection, actor: Actor, action: UUID, new: NewBulk) -> int:
    filters = new.filters or Filters()
    where = await queries.reached(conn, actor, filters, await coarse(conn, actor))
    if new.filters is None:
        where.append(_a.id.in_(new.assets[: MAX + 1]))
    check_number(await paging.count_upto(conn, where, MAX), MAX)
    chosen = select(literal(action).label("action_id"), _a.id, _a.head_hash).where(*where)
    adding = insert(bulk_item).from_select(["action_id", "asset_id", "head"], chosen)
    total = (await conn.execute(adding)).rowcount
    if not total:
        raise InvalidError(errors=(FieldError("assets", "Choose at least one asset."),))
    return total


def check_number(chosen: int, most: int) -> None:
    """Raise TooLargeError for more assets than are dealt with at once."""
    if chosen > most:
        raise TooLargeError("At most %(limit)s assets at once.", limit=most)


async def look(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Find out of which of the chosen assets the fact can be recorded."""
    asked = await _asked(conn, action)
    fact = _fact(asked)
    can = 0
    for at, some in await chunks(conn, action):
        await tell(at)
        states = await _states(conn, actor, asked.kind, some)
        refused: dict[str, list[UUID]] = {}
        for each in some:
            why = _why_not(states.get(each), fact)
            if why is None:
                can += 1
            else:
                refused.setdefault(why, []).append(each)
        for why, ids in refused.items():
            await leave_out(conn, action, ids, why)
    await over(conn, action, status="ready", can=can)


async def record(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Record the fact of all assets of which it can be, as one operation; what moved on since is left out.

    Raises StaleError when one moves on at this very moment: nothing is recorded then.
    """
    asked = await _asked(conn, action)
    fact, at = _fact(asked), asked.occurred_at or datetime.now(UTC)
    recorded = 0
    for done, some in await chunks(conn, action):
        await tell(done)
        heads = await _unmoved(conn, action, some)
        moved = [each for each in some if each not in heads]
        await leave_out(conn, action, moved, _MOVED_ON)
        recorded += len(heads)
        carried = await service.components(conn, list(heads)) if asked.kind in rules.CARRIED else {}
        ids = [*heads, *(each for each in carried if each not in heads)]
        drafts = [
            Draft(id=uuid7(), asset=each, occurred_at=at, payload=fact, operation=action) for each in ids
        ]
        known = {each: head.hex() for each, head in heads.items()}
        await store.append(conn, actor.id, drafts, heads=known)
    await over(conn, action, status="done", recorded=recorded, fact=None)


async def take_back(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Take the operation back wherever nothing later stands on it. Raises StandsOnItError."""
    undone = await undo_operation(conn, actor, action, "A bulk action was undone.", tell)
    left = await _asked(conn, action)
    await over(conn, action, status="undone", recorded=min(undone.left, left.recorded))


async def get_bulk(conn: AsyncConnection, actor: Actor, action: UUID, *, lock: bool = False) -> BulkView:
    """One bulk action of the actor; an administrator has all. Raises NotFoundError."""
    require(actor, "event.record")
    wanted = select(bulk_action).where(_b.id == action)
    if not actor.has("administrator"):
        wanted = wanted.where(_b.made_by == actor.id)
    row = (await conn.execute(wanted.with_for_update() if lock else wanted)).first()
    if row is None:
        raise NotFoundError
    done = await conn.scalar(select(bulk_progress.c.done).where(bulk_progress.c.action_id == action))
    return _view(row, done or 0)


async def list_reasons(conn: AsyncConnection, action: UUID) -> list[Reason]:
    """Why assets of an action in reach are left out, the most frequent first."""
    number = func.count()
    wanted = select(_i.why_not, number).where(_i.action_id == action, _i.why_not.is_not(None))
    rows = await conn.execute(wanted.group_by(_i.why_not).order_by(number.desc(), _i.why_not))
    return [Reason(*row) for row in rows]


async def list_items(
    conn: AsyncConnection,
    action: UUID,
    *,
    left_out: bool | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[BulkItem]:
    """Assets of an action in reach, in the order of their ids; those left out, the others, or all."""
    wanted = (
        select(_i.asset_id, _a.tag, _a.name_uk, _a.name_en, _a.serial, _i.why_not)
        .join(asset, _a.id == _i.asset_id)
        .where(_i.action_id == action)
    )
    if left_out is not None:
        wanted = wanted.where(_i.why_not.is_not(None) if left_out else _i.why_not.is_(None))
    if after is not None:
        wanted = wanted.where(_i.asset_id > after)
    rows = await conn.execute(wanted.order_by(_i.asset_id).limit(max(1, min(limit, 200))))
    return [
        BulkItem(
            asset=row.asset_id,
            tag=row.tag,
            name_uk=row.name_uk,
            name_en=row.name_en,
            serial=row.serial,
            why_not=row.why_not,
        )
        for row in rows
    ]


async def forget(conn: AsyncConnection, actor: Actor, action: UUID) -> None:
    """Give up an action that was not recorded. Raises NotFoundError, ConflictError."""
    view = await get_bulk(conn, actor, action, lock=True)
    if view.status not in ("looking", "ready"):
        raise ConflictError("It is already recorded; undo it instead.")
    await conn.execute(delete(bulk_action).where(_b.id == action))


def _view(row: Any, done: int) -> BulkView:
    return BulkView(
        id=row.id,
        kind=row.kind,
        status=row.status,
        occurred_at=row.occurred_at,
        made_at=row.made_at,
        total=row.total,
        can=row.can,
        recorded=row.recorded,
        progress=done,
        refusal=row.refusal,
    )


async def _asked(conn: AsyncConnection, action: UUID) -> Any:
    return (await conn.execute(select(bulk_action).where(_b.id == action))).one()


def _fact(asked: Any) -> ev.Payload:
    fact: ev.Payload = msgspec.convert(asked.fact, ev.AnyPayload)
    return fact


async def chunks(conn: AsyncConnection, action: UUID) -> list[tuple[int, list[UUID]]]:
    """The assets that are not left out, in chunks, each with how many stand before it."""
    rows = await conn.scalars(
        select(_i.asset_id).where(_i.action_id == action, _i.why_not.is_(None)).order_by(_i.asset_id)
    )
    ids = list(rows)
    return [(at, ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK)]


async def _states(conn: AsyncConnection, actor: Actor, kind: str, ids: Sequence[UUID]) -> dict[UUID, Any]:
    wanted = select(_a.id, _a.state).where(_a.id.in_(ids), scope.recordable(actor, kind))
    return {row.id: row.state for row in await conn.execute(wanted)}


def _why_not(stored: Any, fact: ev.Payload) -> str | None:
    if stored is None:
        return _OUT_OF_REACH
    try:
        rules.check(as_state(stored), fact)
    except RefusedError as refused:
        return refused.message
    return None


async def _unmoved(conn: AsyncConnection, action: UUID, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Those assets whose chains end as they did when they were looked at, with that end."""
    wanted = (
        select(_i.asset_id, _i.head)
        .join(asset, _a.id == _i.asset_id)
        .where(_i.action_id == action, _i.asset_id.in_(ids), _a.head_hash == _i.head)
        .order_by(_i.asset_id)
    )
    return {row.asset_id: row.head for row in await conn.execute(wanted)}


async def leave_out(conn: AsyncConnection, action: UUID, ids: Sequence[UUID], why: str) -> None:
    """Note why (an English msgid) these assets are left out."""
    if ids:
        items = (_i.action_id == action) & _i.asset_id.in_(ids)
        await conn.execute(update(bulk_item).where(items).values(why_not=why))


async def over(conn: AsyncConnection, action: UUID, **values: Any) -> None:
    """A step is done, and this is how the action stands."""
    await conn.execute(delete(bulk_progress).where(bulk_progress.c.action_id == action))
    await conn.execute(update(bulk_action).where(_b.id == action).values(refusal=None, **values))
