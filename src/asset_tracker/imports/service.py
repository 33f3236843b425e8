"""Imports: a file is sent, planned, perhaps planned anew; what is committed stands in ``commit``."""

import hashlib
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import ConflictError, InvalidError, TooLargeError
from asset_tracker.files.storage import Storage
from asset_tracker.imports import queries
from asset_tracker.imports.cells import Limits
from asset_tracker.imports.planning import plan_file
from asset_tracker.imports.survey import saved_answers
from asset_tracker.imports.tables import import_batch, import_mapping, import_row
from asset_tracker.imports.views import BatchView, Choices, Plan
from asset_tracker.imports.vocabulary import heading_key
from asset_tracker.ledger.ids import uuid7

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]|.*[/\\]")


async def upload(
    conn: AsyncConnection,
    storage: Storage,
    actor: Actor,
    name: str,
    data: bytes,
    choices: Choices | None = None,
    *,
    mapping: str | None = None,
) -> BatchView:
    """Keep the file and plan what would come of it; nothing else is written.

    ``mapping`` names a saved one; without it the saved one that knows most of the file's headings helps.
    Raises InvalidError that says what the file is if it is no table, TooLargeError, NotFoundError.
    """
    require(actor, "import.manage")
    if len(data) > Limits().file_bytes:
        raise TooLargeError(
            "The file is larger than %(limit)s MB. Split it into several files.",
            limit=Limits().file_bytes >> 20,
        )
    batch_id = uuid7()
    sha256 = hashlib.sha256(data).hexdigest()
    # a file that is none leaves no half of an import behind, whatever its edge does next
    async with conn.begin_nested():
        begun = await _now(conn)
        choices = await _with_saved(conn, choices or Choices(), mapping)
        await _begin(conn, actor, batch_id, name, sha256, len(data))
        plan = await plan_file(conn, actor, batch_id, name, data, choices)
        if known := await _recognised(conn, plan, choices, mapping):
            choices = known
            await conn.execute(delete(import_row).where(import_row.c.batch_id == batch_id))
            plan = await plan_file(conn, actor, batch_id, name, data, choices)
        await storage.put(sha256, data)
        await _keep(conn, batch_id, choices, plan, begun)
    return await queries.get_import(conn, actor, batch_id)


async def _begin(
    conn: AsyncConnection, actor: Actor, batch_id: UUID, name: str, sha256: str, size: int
) -> None:
    """The row of the import comes first, for the plan's rows refer to it."""
    await conn.execute(
        insert(import_batch).values(
            id=batch_id,
            file_name=_UNSAFE.sub("", name)[-200:] or "?",
            sha256=sha256,
            size=size,
            programme_ids=[],
            choices={},
            plan={},
            uploaded_by=actor.id,
        )
    )


async def replan(
    conn: AsyncConnection, storage: Storage, actor: Actor, batch_id: UUID, choices: Choices
) -> BatchView:
    """Plan the same file again with other choices. Raises ConflictError once it is committed."""
    batch = await queries.get_import(conn, actor, batch_id, lock=True)
    if batch.status != "planned":
        raise ConflictError("This import is committed already; undo it first.")
    data = await storage.get(batch.sha256)
    begun = await _now(conn)
    await conn.execute(delete(import_row).where(import_row.c.batch_id == batch_id))
    plan = await plan_file(conn, actor, batch_id, batch.file_name, data, choices)
    await _keep(conn, batch_id, choices, plan, begun)
    return await queries.get_import(conn, actor, batch_id)


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
