"""Bulk actions done at once where they are small, and by a worker, who tells how far he is, where they are not."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import time as clock
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import active_actor
from asset_tracker.assets import bulk, bulk_orders
from asset_tracker.assets.bulk import BulkView, NewBulk
from asset_tracker.assets.bulk_orders import NewOrders
from asset_tracker.assets.tables import bulk_action, bulk_progress
from asset_tracker.db.engine import transaction
from asset_tracker.db.wall import enter
from asset_tracker.errors import AssetTrackerError, ConflictError, UnavailableError
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.worker import Run

Step = Literal["look", "record", "take back"]
# So many are dealt with while somebody waits for the page.
AT_ONCE: Final = 200
KEPT_DAYS: Final = 7
_EVERY: Final = 0.3  # seconds between two notes of how far it is
_STATUS: Final[dict[Step, tuple[str, str]]] = {
    "look": ("looking", "looking"),
    "record": ("ready", "recording"),
    "take back": ("done", "taking back"),
}
_FACTS: Final[Mapping[Step, Callable[..., Awaitable[None]]]] = {
    "look": bulk.look,
    "record": bulk.record,
    "take back": bulk.take_back,
}
_ORDERS: Final[Mapping[Step, Callable[..., Awaitable[None]]]] = {
    "look": bulk_orders.look,
    "record": bulk_orders.record,
    "take back": bulk_orders.take_back,
}
_b = bulk_action.c


class BulkJob(msgspec.Struct, frozen=True, kw_only=True, tag="bulk"):
    """Do a step of a bulk action."""

    action: UUID
    step: Step


class TidyBulk(msgspec.Struct, frozen=True, kw_only=True, tag="bulk.tidy"):
    """Forget bulk actions that nobody recorded."""


async def plan(conn: AsyncConnection, actor: Actor, new: NewBulk) -> BulkView:
    """Begin a bulk action and look at its assets, or have a worker look. Raises what ``bulk.begin`` raises."""
    return await do(conn, actor, await bulk.begin(conn, actor, new), "look")


async def plan_orders(conn: AsyncConnection, actor: Actor, new: NewOrders) -> BulkView:
    """The same for work orders. Raises what ``bulk_orders.begin`` raises."""
    return await do(conn, actor, await bulk_orders.begin(conn, actor, new), "look")


async def do(conn: AsyncConnection, actor: Actor, action: UUID, step: Step) -> BulkView:
    """Do a step, at once or by a worker.

    Raises NotFoundError, ConflictError for a step that is not its turn.
    """
    view = await bulk.get_bulk(conn, actor, action, lock=True)
    before, during = _STATUS[step]
    if view.status != before:
        raise ConflictError("This step cannot be done now; look at the action again.")
    if view.total <= AT_ONCE or not await queue.workers(conn):
        await _way(view.kind)[step](conn, actor, action)
        return await bulk.get_bulk(conn, actor, action)
    await conn.execute(update(bulk_action).where(_b.id == action).values(status=during, refusal=None))
    await queue.enqueue(conn, BulkJob(action=action, step=step), key=f"{action} {step}")
    return await bulk.get_bulk(conn, actor, action)


async def work(run: Run, payload: BulkJob) -> None:
    """The job: the step, or a note why it is refused."""
    async with transaction(run.engine) as conn:
        asked = (await conn.execute(select(bulk_action).where(_b.id == payload.action))).first()
        actor = await active_actor(conn, asked.made_by, asked.grants) if asked else None
    if asked is None or actor is None:
        return  # nobody waits for it any more
    try:
        async with run.last() as conn:
            await enter(conn, scope.reach(actor))
            step = _way(asked.kind)[payload.step]
            await step(conn, actor, payload.action, _Notes(run.engine, payload.action))
    except UnavailableError:
        raise  # later perhaps
    except AssetTrackerError as error:
        await _refuse(run, payload, error)


def _way(kind: str) -> Mapping[Step, Callable[..., Awaitable[None]]]:
    return _ORDERS if kind == bulk_orders.KIND else _FACTS


async def _refuse(run: Run, payload: BulkJob, error: AssetTrackerError) -> None:
    """It is as it was before the step, with the reason beside it."""
    async with run.last() as conn:
        values: dict[str, Any] = {"status": _STATUS[payload.step][0], "refusal": error.message}
        await conn.execute(update(bulk_action).where(_b.id == payload.action).values(values))


class _Notes:
    """Writes now and then how far a step is, in transactions of its own."""

    def __init__(self, engine: AsyncEngine, action: UUID) -> None:
        self._engine, self._action, self._at = engine, action, 0.0

    async def __call__(self, done: int) -> None:
        if time.monotonic() < self._at + _EVERY:
            return
        self._at = time.monotonic()
        row = insert(bulk_progress).values(action_id=self._action, done=done)
        async with transaction(self._engine) as conn:
            await conn.execute(row.on_conflict_do_update(index_elements=["action_id"], set_={"done": done}))


async def tidy(run: Run, _payload: TidyBulk) -> None:
    """The job that recurs every night: what was looked at and never recorded is forgotten after a week."""
    old = _b.made_at < func.now() - func.make_interval(0, 0, 0, KEPT_DAYS)
    async with run.last() as conn:
        await conn.execute(delete(bulk_action).where(_b.status.in_(("looking", "ready")), old))


KIND: Final = Kind(payload=BulkJob, work=work)
TIDY: Final = Kind(payload=TidyBulk, work=tidy, when=Daily(clock(3, 20)))
