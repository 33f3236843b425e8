"""Imports done by a worker: what is asked for is noted with its job, and how far it is while it is done.

Reading happens before the one transaction that plans, records or takes back and ends the job with it. So a
worker that is killed leaves nothing half done: the next one begins anew, or finds nothing left to do.
"""

import time
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import active_actor, rights_of
from asset_tracker.db.engine import transaction, transaction_for
from asset_tracker.db.wall import enter
from asset_tracker.errors import AssetTrackerError, ConflictError, UnavailableError
from asset_tracker.files.storage import Storage
from asset_tracker.imports import commit, queries, service
from asset_tracker.imports.progress import Step, listening
from asset_tracker.imports.queries import IMPORT_JOB
from asset_tracker.imports.refusals import refusal_of
from asset_tracker.imports.tables import import_work
from asset_tracker.imports.views import BatchView, Choices
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Kind
from asset_tracker.jobs.worker import Run

Doing = Literal["plan", "commit", "undo"]
_EVERY: Final = 0.3  # seconds between two notes of how far it is
_w = import_work.c


class ImportJob(msgspec.Struct, frozen=True, kw_only=True, tag=IMPORT_JOB):
    """Do what was asked for with this import."""

    batch: UUID


async def ask(
    conn: AsyncConnection,
    actor: Actor,
    batch: BatchView,
    doing: Doing,
    *,
    choices: Choices | None = None,
    mapping: str | None = None,
    partial: bool = False,
) -> None:
    """Have a worker do something with an import in reach. Raises ConflictError while one has something to do."""
    if await queue.enqueue(conn, ImportJob(batch=batch.id), key=str(batch.id)) is None:
        raise ConflictError("This import is being worked on; wait until that is done.")
    asked: dict[str, Any] = {
        "doing": doing,
        "actor_id": actor.id,
        "grants": rights_of(actor),
        "choices": msgspec.to_builtins(choices or batch.choices),
        "mapping": mapping,
        "partial": partial,
    }
    fresh = {"step": "waiting", "done": 0, "due": 0, "refusal": None, "asked_at": func.now()}
    row = upsert(import_work).values(batch_id=batch.id, **asked, **fresh)
    await conn.execute(row.on_conflict_do_update(index_elements=["batch_id"], set_=asked | fresh))


async def work(run: Run, payload: ImportJob) -> None:
    """The job: what was asked for, or a note why it is refused."""
    async with transaction(run.engine) as conn:
        asked = (await conn.execute(select(import_work).where(_w.batch_id == payload.batch))).one_or_none()
        actor = await active_actor(conn, asked.actor_id, asked.grants) if asked else None
    if asked is None or actor is None:
        return  # nobody waits for it any more
    with listening(Notes(run.engine, payload.batch)):
        try:
            await _do(run, actor, asked)
        except UnavailableError:
            raise  # later perhaps
        except AssetTrackerError as error:
            async with run.last() as conn:
                refusal = msgspec.to_builtins(refusal_of(error))
                await conn.execute(
                    update(import_work).where(_w.batch_id == payload.batch).values(refusal=refusal)
                )


async def _do(run: Run, actor: Actor, asked: Any) -> None:
    if asked.doing != "plan":
        async with run.last() as conn:
            await enter(conn, scope.reach(actor))
            if asked.doing == "commit":
                await commit.commit_batch(conn, actor, asked.batch_id, partial=asked.partial)
            else:
                await commit.undo(conn, actor, asked.batch_id)
            await _over(conn, asked.batch_id)
        return
    async with transaction_for(run.engine, scope.reach(actor)) as conn:
        batch = await queries.get_import(conn, actor, asked.batch_id)
    choices = msgspec.convert(asked.choices, Choices)
    async with service.opened(Storage.open(run.settings.storage_url), batch) as book, run.last() as conn:
        await enter(conn, scope.reach(actor))
        await service.plan_batch(conn, actor, batch.id, book, choices, mapping=asked.mapping)
        await _over(conn, batch.id)


async def _over(conn: AsyncConnection, batch_id: UUID) -> None:
    """The last of all statements: whoever would note how far it is would wait for this row."""
    await conn.execute(delete(import_work).where(_w.batch_id == batch_id))


class Notes:
    """Writes now and then how far an import is, in transactions of its own."""

    def __init__(self, engine: AsyncEngine, batch: UUID) -> None:
        self._engine, self._batch = engine, batch
        self._step: Step | None = None
        self._at = 0.0

    async def __call__(self, step: Step, done: int, due: int) -> None:
        if step == self._step and time.monotonic() < self._at + _EVERY:
            return
        self._step, self._at = step, time.monotonic()
        async with transaction(self._engine) as conn:
            await conn.execute(
                update(import_work).where(_w.batch_id == self._batch).values(step=step, done=done, due=due)
            )


KIND: Final = Kind(payload=ImportJob, work=work)
