"""Committing an import and taking it back: one transaction, all or nothing, by the kind of the table."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.errors import ConflictError, InvalidError
from asset_tracker.imports import queries
from asset_tracker.imports.kind import ChangedSinceError, StandsOnItError
from asset_tracker.imports.kinds import kind_for
from asset_tracker.imports.tables import import_batch
from asset_tracker.imports.views import BatchView
from asset_tracker.ledger.ids import uuid7

__all__ = [
    "ChangedSinceError",
    "StandsOnItError",
    "check_committed",
    "check_ready",
    "commit_batch",
    "undo",
]


async def commit_batch(
    conn: AsyncConnection, actor: Actor, batch_id: UUID, *, partial: bool = False
) -> BatchView:
    """Record what the plan says, as one operation.

    ``partial`` takes the good rows and leaves the others. Raises InvalidError while there are problems or open
    questions, ChangedSinceError where somebody was quicker, ConflictError when it is committed already.
    """
    batch = await queries.get_import(conn, actor, batch_id, lock=True)
    check_ready(batch, partial=partial)
    operation = uuid7()
    await kind_for(actor, batch.kind).write(conn, actor, batch, operation)
    await _mark(conn, batch_id, status="committed", operation=operation, committed_by=actor.id)
    return await queries.get_import(conn, actor, batch_id)


async def undo(conn: AsyncConnection, actor: Actor, batch_id: UUID) -> BatchView:
    """Take an import back by corrections. Raises StandsOnItError when something later stands on it."""
    batch = await queries.get_import(conn, actor, batch_id, lock=True)
    check_committed(batch)
    await kind_for(actor, batch.kind).undo(conn, actor, batch)
    await _mark(conn, batch_id, status="undone", undone_by=actor.id)
    return await queries.get_import(conn, actor, batch_id)


def check_ready(batch: BatchView, *, partial: bool) -> None:
    """Raise ConflictError where there is nothing to record (any more), InvalidError while something is open."""
    counts = batch.plan.counts
    if batch.status == "sent":
        raise ConflictError("This import is not planned yet.")
    if batch.status != "planned":
        raise ConflictError("This import has already been committed; undo it first.")
    if not partial and (counts.problem or counts.questions):
        raise InvalidError(
            "The plan has %(problems)s rows with problems and %(questions)s open questions. Settle them, or take only the good rows.",
            problems=counts.problem,
            questions=counts.questions,
        )


def check_committed(batch: BatchView) -> None:
    """Raise ConflictError where there is nothing to take back."""
    if batch.status != "committed" or batch.operation is None:
        raise ConflictError("Only a committed import can be undone.")


async def _mark(conn: AsyncConnection, batch_id: UUID, *, status: str, **values: Any) -> None:
    when = {f"{status}_at": func.clock_timestamp()}
    await conn.execute(
        update(import_batch).where(import_batch.c.id == batch_id).values(status=status, **when, **values)
    )
