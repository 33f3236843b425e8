"""Imports asked for at an edge: by a worker where one is there, else at once; in transactions of its own.

Whoever waits for a worker holds no connection meanwhile, so these handlers do without the request's; nor does it keep
others from being let in, as six programs that wait for their imports would keep all phones.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Final
from uuid import UUID

from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.panic import check_may_change
from asset_tracker.access.permissions import require
from asset_tracker.edge.admission import step_aside
from asset_tracker.edge.transaction import transaction_as
from asset_tracker.errors import AssetTrackerError
from asset_tracker.files.storage import Storage
from asset_tracker.imports import commit, queries, service, work
from asset_tracker.imports.refusals import error_of
from asset_tracker.imports.views import BatchView, Choices
from asset_tracker.jobs import queue

# How long a program waits for what it asked for, and how long a person looks at a page that loads (s).
PROGRAM: Final = 600.0
PERSON: Final = 2.5
AT_ONCE: Final = 0.0


async def send(
    state: State,
    actor: Actor,
    name: str,
    source: IO[bytes],
    choices: Choices,
    *,
    mapping: str | None = None,
    patience: float = PROGRAM,
) -> BatchView:
    """Keep a file and have it planned; at work still when ``patience`` (seconds) is over.

    Raises what planning raises, as long as somebody waits; nothing is left of a refused file then.
    """
    require(actor, "import.manage")
    storage: Storage = state.storage
    async with _changing(state, actor) as conn:
        if mapping is not None:
            await queries.get_mapping(conn, mapping)  # before anything is stored
        sent = await service.keep(conn, storage, name, source)
        batch = await service.receive(conn, actor, sent, choices)
        if at_work := await _has_worker(conn):
            await work.ask(conn, actor, batch, "plan", mapping=mapping)
    try:
        if at_work:
            return await _outcome(state, actor, batch.id, patience)
        async with _changing(state, actor) as conn, service.opened(storage, batch) as book:
            return await service.plan_batch(conn, actor, batch.id, book, choices, mapping=mapping)
    except AssetTrackerError:
        async with transaction_as(state, actor) as conn:
            await service.forget(conn, storage, batch)
        raise


async def replan(
    state: State, actor: Actor, batch_id: UUID, choices: Choices, *, patience: float = PROGRAM
) -> BatchView:
    """Have an import planned anew with other choices."""
    async with _changing(state, actor) as conn:
        batch = await queries.get_import(conn, actor, batch_id)
        service.check_open(batch)
        if not await _has_worker(conn):
            return await service.replan(conn, state.storage, actor, batch_id, choices)
        await work.ask(conn, actor, batch, "plan", choices=choices)
    return await _outcome(state, actor, batch_id, patience)


async def record(
    state: State, actor: Actor, batch_id: UUID, *, partial: bool, patience: float = PROGRAM
) -> BatchView:
    """Have recorded what the plan of an import says."""
    async with _changing(state, actor) as conn:
        batch = await queries.get_import(conn, actor, batch_id)
        commit.check_ready(batch, partial=partial)
        if not await _has_worker(conn):
            return await commit.commit_batch(conn, actor, batch_id, partial=partial)
        await work.ask(conn, actor, batch, "commit", partial=partial)
    return await _outcome(state, actor, batch_id, patience)


async def take_back(state: State, actor: Actor, batch_id: UUID, *, patience: float = PROGRAM) -> BatchView:
    """Have an import undone."""
    async with _changing(state, actor) as conn:
        batch = await queries.get_import(conn, actor, batch_id)
        commit.check_committed(batch)
        if not await _has_worker(conn):
            return await commit.undo(conn, actor, batch_id)
        await work.ask(conn, actor, batch, "undo")
    return await _outcome(state, actor, batch_id, patience)


@asynccontextmanager
async def _changing(state: State, actor: Actor) -> AsyncIterator[AsyncConnection]:
    async with transaction_as(state, actor) as conn:
        await check_may_change(conn)
        yield conn


async def _has_worker(conn: AsyncConnection) -> bool:
    return await queue.workers(conn) > 0


async def _outcome(state: State, actor: Actor, batch_id: UUID, patience: float) -> BatchView:
    """The import once it is done with, or when ``patience`` is over. Raises what it was refused for."""
    step_aside()
    until = time.monotonic() + patience
    wait = 0.02
    while True:
        async with transaction_as(state, actor) as conn:
            batch = await queries.get_import(conn, actor, batch_id)
        if batch.work is not None and batch.work.refusal is not None:
            raise error_of(batch.work.refusal)
        if not batch.is_at_work or time.monotonic() > until:
            return batch
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, 0.5)
