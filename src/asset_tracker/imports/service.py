"""Imports: a file is sent, planned, perhaps planned anew; what is committed stands in ``commit``."""

import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, InvalidError, TooLargeError
from asset_tracker.files.service import stored_name
from asset_tracker.files.storage import Storage, hash_of
from asset_tracker.imports import queries, sheet
from asset_tracker.imports.cells import Limits
from asset_tracker.imports.meter import FULL, percent_at
from asset_tracker.imports.planning import plan_book
from asset_tracker.imports.progress import telling
from asset_tracker.imports.sheet import Book
from asset_tracker.imports.survey import saved_answers
from asset_tracker.imports.tables import import_batch, import_mapping, import_row, import_work
from asset_tracker.imports.tidying import FOLDERS, discard
from asset_tracker.imports.views import BatchView, Choices, Counts, Plan
from asset_tracker.imports.vocabulary import heading_key
from asset_tracker.ledger.ids import uuid7

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]|.*[/\\]")


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was sent and lies in the storage under its hash. ``size`` in bytes."""

    name: str
    sha256: str
    size: int


async def keep(conn: AsyncConnection, storage: Storage, name: str, source: IO[bytes]) -> Sent:
    """Put a file into the storage, a piece at a time, before the row that names it (``receive``).

    Raises TooLargeError, UnavailableError.
    """
    limit = Limits().file_bytes
    size = await anyio.to_thread.run_sync(source.seek, 0, os.SEEK_END)
    if size > limit:
        raise TooLargeError(
            "The file is larger than %(limit)s MB. Split it into several files.", limit=limit >> 20
        )
    sha256 = await anyio.to_thread.run_sync(hash_of, source)
    await advisory_lock(conn, stored_name(sha256))
    await storage.put_file(sha256, source)
    return Sent(name=name, sha256=sha256, size=size)


async def receive(conn: AsyncConnection, actor: Actor, sent: Sent, choices: Choices) -> BatchView:
    """Note that a file was sent; it is not planned yet."""
    require(actor, "import.manage")
    batch_id = uuid7()
    await conn.execute(
        insert(import_batch).values(
            id=batch_id,
            file_name=_UNSAFE.sub("", sent.name[-1000:])[-200:] or "?",
            sha256=sent.sha256,
            size=sent.size,
            status="sent",
            programme_ids=[],
            choices=msgspec.to_builtins(choices),
            plan=msgspec.to_builtins(Plan(counts=Counts(), sheets=())),
            uploaded_by=actor.id,
        )
    )
    return await queries.get_import(conn, actor, batch_id)


@by_system
async def forget(conn: AsyncConnection, storage: Storage, batch: BatchView) -> None:
    """Leave nothing of a file that was refused: no import, and no bytes unless something else has the same."""
    b = import_batch.c
    gone = delete(import_batch).where(b.id == batch.id, b.status == "sent")
    if (await conn.execute(gone)).rowcount:
        await conn.execute(delete(import_work).where(import_work.c.batch_id == batch.id))
        await discard(conn, storage, batch.sha256)


@asynccontextmanager
async def opened(storage: Storage, batch: BatchView) -> AsyncIterator[Book]:
    """The book that an import's file is, for the length of the block; its rows wait in a file.

    Raises InvalidError that says what the file is if it is no table; UnavailableError.
    """
    with tempfile.TemporaryDirectory(prefix=FOLDERS) as folder:
        source = Path(folder) / f"upload{_ending(batch.file_name)}"
        await storage.fetch(batch.sha256, source)
        rows = Path(folder) / "rows"
        async with telling("reading", partial(percent_at, rows), FULL):
            book = await anyio.to_thread.run_sync(sheet.read, source, rows)
        yield book.called(batch.file_name)


async def plan_batch(
    conn: AsyncConnection,
    actor: Actor,
    batch_id: UUID,
    book: Book,
    choices: Choices,
    *,
    mapping: str | None = None,
) -> BatchView:
    """Plan, or plan anew, what would come of the book; nothing else is written.

    ``mapping`` names a saved one; where a file is planned for the first time without one, the saved one that
    knows most of its headings helps. Raises ConflictError once it is committed; NotFoundError, InvalidError.
    """
    batch = await queries.get_import(conn, actor, batch_id, lock=True)
    check_open(batch)
    begun = await _now(conn)
    choices = await _with_saved(conn, choices, mapping)
    plan = await _plan(conn, actor, batch_id, book, choices)
    if batch.status == "sent" and (known := await _recognised(conn, plan, choices, mapping)):
        choices = known
        plan = await _plan(conn, actor, batch_id, book, choices)
    await _keep(conn, batch_id, choices, plan, begun)
    return await queries.get_import(conn, actor, batch_id)


async def replan(
    conn: AsyncConnection, storage: Storage, actor: Actor, batch_id: UUID, choices: Choices
) -> BatchView:
    """Plan the same file again with other choices. Raises ConflictError once it is committed."""
    batch = await queries.get_import(conn, actor, batch_id)
    async with opened(storage, batch) as book:
        return await plan_batch(conn, actor, batch_id, book, choices)


def check_open(batch: BatchView) -> None:
    """Raise ConflictError for an import that cannot be planned any more."""
    if batch.status not in {"sent", "planned"}:
        raise ConflictError("This import has already been committed; undo it first.")


async def _plan(conn: AsyncConnection, actor: Actor, batch_id: UUID, book: Book, choices: Choices) -> Plan:
    await conn.execute(delete(import_row).where(import_row.c.batch_id == batch_id))
    return await plan_book(conn, actor, batch_id, book, choices)


async def save_mapping(conn: AsyncConnection, actor: Actor, batch_id: UUID, name: str) -> None:
    """Keep the columns of this import under a name, to be recognised in the next file."""
    batch = await queries.get_import(conn, actor, batch_id)
    name = name.strip()[:100]
    if not name:
        raise InvalidError("A name is needed to save the columns under.")
    answers = {key: field for each in batch.plan.sheets for key, field in saved_answers(each).items()}
    row = upsert(import_mapping).values(name=name, kind=batch.kind, answers=answers, saved_by=actor.id)
    await conn.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={name: row.excluded[name] for name in ("kind", "answers", "saved_by")},
        )
    )


def _ending(name: str) -> str:
    """The ending of a file's name if it says anything; the rest of the name is never used."""
    ending = Path(name).suffix.lower()
    return ending if ending in {".xlsx", ".ods", ".csv"} else ""


async def _now(conn: AsyncConnection) -> datetime:
    """The database's clock: what is committed after this moment, the plan may not have seen."""
    now: datetime = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def _keep(conn: AsyncConnection, batch_id: UUID, choices: Choices, plan: Plan, begun: datetime) -> None:
    r = import_row.c
    programmes = await conn.scalars(
        select(r.programme_id).where(r.batch_id == batch_id, r.programme_id.is_not(None)).distinct()
    )
    values: dict[str, Any] = {
        "kind": plan.kind,
        "choices": msgspec.to_builtins(choices),
        "plan": msgspec.to_builtins(plan),
        "programme_ids": list(programmes),
        "planned_at": begun,
        "status": "planned",
    }
    await conn.execute(update(import_batch).where(import_batch.c.id == batch_id).values(**values))


async def _with_saved(conn: AsyncConnection, choices: Choices, mapping: str | None) -> Choices:
    if mapping is None:
        return choices
    saved = await queries.get_mapping(conn, mapping)
    return msgspec.structs.replace(choices, answers={**saved, **choices.answers})


async def _recognised(
    conn: AsyncConnection, plan: Plan, choices: Choices, mapping: str | None
) -> Choices | None:
    """The choices with the answers of a saved mapping, if the file leaves questions that one answers."""
    if mapping is not None or not any(problem.code == "unknown-column" for problem in plan.problems):
        return None
    headings = {
        heading_key(column.heading) for each in plan.sheets for column in each.columns if column.heading
    }
    asked = {
        heading_key(column.heading)
        for each in plan.sheets
        for column in each.columns
        if column.standing == "unknown"
    }
    best: dict[str, str | None] = {}
    for answers in await queries.list_mappings(conn, plan.kind):
        if answers.keys() & asked and len(answers.keys() & headings) > len(best.keys() & headings):
            best = answers
    return msgspec.structs.replace(choices, answers={**best, **choices.answers}) if best else None
