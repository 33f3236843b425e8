"""Imports: read. An import is its uploader's, and whoever's programmes it touches."""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import NotFoundError
from asset_tracker.imports.known import Action, Item
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.refusals import BROKEN_OFF, Refusal
from asset_tracker.imports.tables import import_batch, import_mapping, import_row, import_work
from asset_tracker.imports.views import BatchView, Choices, KindKey, Plan, RowPage, Working
from asset_tracker.jobs.tables import job

MAX_PAGE = 500
MOST_PROBLEMS = 5000
# The kind of the jobs that work on imports; their key is the import's id.
IMPORT_JOB: Final = "import"
_b, _r = import_batch.c, import_row.c
_item = msgspec.json.Decoder(Item)
_problems = msgspec.json.Decoder(tuple[Problem, ...])
_w = import_work.c
# What a worker still has to do waits in its queue, and goes with its end; else it was refused or broken off.
_at_work = (
    select(job.c.id)
    .where(job.c.kind == IMPORT_JOB, job.c.key == cast(_b.id, Text), job.c.state == "waiting")
    .exists()
)
_IMPORTS = select(
    import_batch,
    _at_work.label("at_work"),
    *(_w[name].label(f"work_{name}") for name in ("doing", "step", "done", "due", "refusal")),
).outerjoin(import_work, _w.batch_id == _b.id)
_ORDER = {"question": 0, "error": 1, "warning": 2}


async def get_import(conn: AsyncConnection, actor: Actor, batch_id: UUID, *, lock: bool = False) -> BatchView:
    """One import with its plan; ``lock`` holds it until the transaction ends. Raises NotFoundError."""
    require(actor, "import.manage")
    wanted = _IMPORTS.where(_b.id == batch_id, _in_reach(actor))
    if lock:
        wanted = wanted.with_for_update(of=import_batch)
    row = (await conn.execute(wanted)).one_or_none()
    if row is None:
        raise NotFoundError
    return _view(row)


async def list_imports(conn: AsyncConnection, actor: Actor, limit: int = 50) -> list[BatchView]:
    """The newest imports in reach."""
    require(actor, "import.manage")
    wanted = _IMPORTS.where(_in_reach(actor)).order_by(_b.id.desc()).limit(limit)
    return [_view(row) for row in await conn.execute(wanted)]


async def list_rows(
    conn: AsyncConnection,
    actor: Actor,
    batch_id: UUID,
    *,
    action: Action | None = None,
    after: int = 0,
    limit: int = 100,
) -> RowPage:
    """Rows of a plan in the order of the file, all or those with which one thing is to be done."""
    await get_import(conn, actor, batch_id)
    limit = max(1, min(limit, MAX_PAGE))
    wanted = select(_r.n, _r.asset_id, cast(_r.item, Text).label("item")).where(
        _r.batch_id == batch_id, _r.n > after
    )
    if action:
        wanted = wanted.where(_r.action == action)
    rows = (await conn.execute(wanted.order_by(_r.n).limit(limit + 1))).all()
    items = tuple(_with_asset(row) for row in rows[:limit])
    return RowPage(items, rows[limit - 1].n if len(rows) > limit else None)


async def list_problems(conn: AsyncConnection, actor: Actor, batch_id: UUID) -> tuple[Problem, ...]:
    """What is to be said of the book and of its rows, in the order of the file, errors and questions first.

    Of very many the first ``MOST_PROBLEMS``, those of the book and the grave ones before the others.
    """
    batch = await get_import(conn, actor, batch_id)
    wanted = (
        select(cast(_r.item["problems"], Text))
        .where(_r.batch_id == batch_id, _r.weight > 0)
        .order_by(_r.weight.desc(), _r.n)
        .limit(MOST_PROBLEMS)
    )
    found = list(batch.plan.problems)
    for problems in await conn.scalars(wanted):
        found += _problems.decode(problems)
    return tuple(sorted(found[:MOST_PROBLEMS], key=lambda problem: _ORDER[problem.severity]))


async def get_mapping(conn: AsyncConnection, name: str) -> dict[str, str | None]:
    """The saved mapping of this name. Raises NotFoundError."""
    answers = await conn.scalar(select(import_mapping.c.answers).where(import_mapping.c.name == name))
    if answers is None:
        raise NotFoundError("No mapping is saved as %(name)s.", name=name)
    return msgspec.convert(answers, dict[str, str | None])


async def list_mappings(conn: AsyncConnection, kind: KindKey) -> list[dict[str, str | None]]:
    """The saved mappings of a kind of table, newest first."""
    m = import_mapping.c
    wanted = select(m.answers).where(m.kind == kind).order_by(m.saved_at.desc()).limit(200)
    return [msgspec.convert(answers, dict[str, str | None]) for answers in await conn.scalars(wanted)]


async def committed_before(conn: AsyncConnection, actor: Actor, batch: BatchView) -> BatchView | None:
    """The import in reach by which the very same file was committed before, if it was and still stands."""
    wanted = (
        _IMPORTS.where(
            _b.sha256 == batch.sha256, _b.status == "committed", _b.id != batch.id, _in_reach(actor)
        )
        .order_by(_b.id)
        .limit(1)
    )
    row = (await conn.execute(wanted)).one_or_none()
    return _view(row) if row else None


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    allowed = scope.programmes(actor, "import.manage")
    if allowed is None:
        return true()
    touched = and_(func.cardinality(_b.programme_ids) > 0, _b.programme_ids.contained_by(list(allowed)))
    return or_(_b.uploaded_by == actor.id, touched)


def _view(row: Any) -> BatchView:
    fields = {
        name: getattr(row, name)
        for name in BatchView.__struct_fields__
        if name not in {"choices", "plan", "work"}
    }
    fields["programme_ids"] = tuple(fields["programme_ids"])
    return BatchView(
        **fields,
        choices=msgspec.convert(row.choices, Choices),
        plan=msgspec.convert(row.plan, Plan),
        work=_work(row),
    )


def _work(row: Any) -> Working | None:
    if row.work_doing is None:
        return None
    refusal = msgspec.convert(row.work_refusal, Refusal) if row.work_refusal else None
    return Working(
        doing=row.work_doing,
        step=row.work_step,
        done=row.work_done,
        due=row.work_due,
        refusal=refusal if refusal or row.at_work else BROKEN_OFF,
    )


def _with_asset(row: Any) -> Item:
    return msgspec.structs.replace(_item.decode(row.item), asset=row.asset_id)
