"""Reports that take longer than a click: a worker makes them, and whichever server is asked next finds them.

What is found is taken only while nothing changed that it rests on, as what a process keeps of its own (``kept``). Whoever
waited is shown what was made for them all the same, by what was known as it was begun: of a programme in which something
is recorded every second nothing made would be of now.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from anyio import to_thread
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import version
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import active_actor, rights_of
from asset_tracker.db.engine import transaction, transaction_for
from asset_tracker.errors import AssetTrackerError, UnavailableError
from asset_tracker.files.storage import Storage
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Every, Kind
from asset_tracker.jobs.tables import job
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.ids import uuid7
from asset_tracker.reports import queries, subjects
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.formats import file_name, written
from asset_tracker.reports.kept import Grounds, Kept
from asset_tracker.reports.packed import pack, unpack
from asset_tracker.reports.progressing import Progress, Step
from asset_tracker.reports.queries import Begun
from asset_tracker.reports.structs import Report
from asset_tracker.reports.tables import report_work

# So many events are read while somebody waits: a tenth of a second.
AT_ONCE: Final = 6_000
KEPT_FOR: Final = timedelta(hours=1)
# So long after it was made a file is given once more, and a page to whoever waited for it.
FILE_FOR: Final = timedelta(minutes=10)
PAGE_FOR: Final = timedelta(minutes=1)
_EVERY: Final = 0.2  # seconds between two notes of how far it is
_w = report_work.c
log = structlog.get_logger(__name__)
_SEEN: Final = tuple(column for column in _w if column.name not in ("content", "grants", "ask", "actor_id"))
_AT_WORK: Final = (
    select(job.c.id).where(job.c.kind == "report", job.c.key == _w.key, job.c.state == "waiting").exists()
)


class ReportJob(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """Make a report that was asked for."""

    work: UUID


class TidyReports(msgspec.Struct, frozen=True, kw_only=True, tag="report.tidy"):
    """Let go of reports that were made for whoever waited."""


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """A report, or with ``form`` a file of one, that a worker makes or has made: ``done`` of ``due`` assets are read.

    ``at_work``: it is in the queue or in work; neither made nor at work is what was interrupted too often. ``key``: as
    ``key_of`` tells it of what was read. ``known_at``: by what was known then it was made.
    """

    id: UUID
    key: str
    subject: subjects.Kind
    code: str
    form: str | None
    step: Step
    done: int
    due: int
    asked_at: datetime
    known_at: datetime | None
    made_at: datetime | None
    file_name: str | None
    at_work: bool

    def is_of_last(self, span: timedelta) -> bool:
        """Whether it was made within the last ``span``."""
        return self.made_at is not None and datetime.now(UTC) - self.made_at < span


def is_large(begun: Begun) -> bool:
    """Whether making it anew takes longer than whoever clicks should wait."""
    return begun.events > AT_ONCE and not begun.at_hand


def takes_long(report: Report) -> bool:
    """Whether files of it that take long to write are made by a worker."""
    return len(report.facts.timeline) > AT_ONCE


def key_of(begun: Begun, form: str | None = None) -> str:
    """What tells a report apart from any other that this version of the program might make, for anybody."""
    asked, ask = begun.asked, begun.asked.ask
    said = (version(), asked.actor.id, begun.grounds, form, (ask.lang, ask.both) if form else None)
    plain = msgspec.to_builtins(said, str_keys=True, order="deterministic")
    return hashlib.sha256(msgspec.msgpack.encode(plain)).hexdigest()


async def ask_for(conn: AsyncConnection, begun: Begun, form: str | None = None) -> WorkView | None:
    """Have a worker make it; what is being made of it if somebody clicks twice. None where no worker is there."""
    if not await queue.workers(conn):
        return None
    actor, about, key = begun.asked.actor, begun.asked.terms.about, key_of(begun, form)
    made = uuid7()
    if await queue.enqueue(conn, ReportJob(work=made), key=key) is None:
        return await find(conn, actor, key)
    values = {
        "id": made,
        "key": key,
        "actor_id": actor.id,
        "grants": rights_of(actor),
        "subject": "municipality" if about.municipality else "programme",
        "code": about.municipality or about.programme,
        "ask": msgspec.to_builtins(begun.asked.ask),
        "form": form,
        "due": len(begun.ids),
    }
    await conn.execute(insert(report_work).values(values))
    return await get(conn, actor, made)


async def find(conn: AsyncConnection, actor: Actor, key: str) -> WorkView | None:
    """The newest of the actor's that is of this key."""
    return await _one(conn, actor, _w.key == key)


async def get(conn: AsyncConnection, actor: Actor, work: UUID) -> WorkView | None:
    """One of the actor's, which may be gone by now."""
    return await _one(conn, actor, _w.id == work)


async def _one(conn: AsyncConnection, actor: Actor, which: ColumnElement[bool]) -> WorkView | None:
    wanted = select(*_SEEN, _AT_WORK.label("at_work")).where(_w.actor_id == actor.id, which)
    row = (await conn.execute(wanted.order_by(_w.id.desc()).limit(1))).mappings().first()
    return WorkView(**row) if row else None


async def content_of(conn: AsyncConnection, actor: Actor, work: UUID) -> bytes | None:
    """What was made: of a page the report as ``packed`` has it, else the file."""
    found: bytes | None = await conn.scalar(select(_w.content).where(_w.actor_id == actor.id, _w.id == work))
    return found


async def kept_of(conn: AsyncConnection, actor: Actor, work: UUID, grounds: Grounds) -> Kept | None:
    """The report that was made for a page; None where it is gone."""
    content = await content_of(conn, actor, work)
    return await to_thread.run_sync(unpack, content, grounds) if content else None


async def work(run: Run, payload: ReportJob) -> None:
    """The job. What may not be made any more is gone, so that whoever waits asks anew and is told why."""
    async with transaction(run.engine) as conn:
        row = (await conn.execute(select(report_work).where(_w.id == payload.work))).one_or_none()
        actor = await active_actor(conn, row.actor_id, row.grants) if row else None
    if row is None:
        return
    values = None
    try:
        values = await _made(run, actor, row) if actor else None
    except UnavailableError:
        raise  # later perhaps
    except AssetTrackerError as error:
        log.info("a report is not made any more", work=str(row.id), trouble=error.code)
    async with run.last() as conn:
        mine = _w.id == payload.work
        await conn.execute(
            update(report_work).where(mine).values(values) if values else delete(report_work).where(mine)
        )


async def _made(run: Run, actor: Actor, row: Any) -> dict[str, Any]:
    now, progress, settings = datetime.now(UTC), Progress(), run.settings
    ask, progress.due = msgspec.convert(row.ask, Ask), row.due
    async with _noted(run.engine, row.id, progress):
        async with transaction_for(run.engine, scope.reach(actor)) as conn:
            begun = await subjects.begin(
                conn, actor, row.subject, row.code, ask, now=now, base_url=settings.base_url
            )
            kept = await queries.make(conn, begun, await _found(conn, begun), progress)
            report = await queries.tell(conn, begun, kept)
        progress.step = "writing"
        made = {"key": key_of(begun, row.form), "known_at": now, "made_at": func.now()}
        if row.form is None:
            return made | {"content": await to_thread.run_sync(pack, kept)}
        content = await written(row.form, report, Storage.open(settings.storage_url))
        return made | {"content": content, "file_name": file_name(report, row.form)}


async def _found(conn: AsyncConnection, begun: Begun) -> Kept | None:
    """The same report, where it was made for a page before."""
    actor = begun.asked.actor
    page = None if begun.at_hand else await find(conn, actor, key_of(begun))
    return await kept_of(conn, actor, page.id, begun.grounds) if page and page.made_at else None


@asynccontextmanager
async def _noted(engine: AsyncEngine, which: UUID, progress: Progress) -> AsyncIterator[None]:
    """While the block works, write down now and then how far it is, in transactions of their own."""
    over = asyncio.Event()

    async def note() -> None:
        while not over.is_set():
            values = {"step": progress.step, "done": progress.done, "due": progress.due}
            async with transaction(engine) as conn:
                await conn.execute(update(report_work).where(_w.id == which).values(values))
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _EVERY)

    noting = asyncio.create_task(note())
    try:
        yield
    finally:
        over.set()
        await noting


async def tidy(run: Run, _payload: TidyReports) -> None:
    """The job that recurs: what was made an hour ago is gone."""
    async with run.last() as conn:
        await conn.execute(delete(report_work).where(_w.asked_at < func.now() - KEPT_FOR))


KIND: Final = Kind(payload=ReportJob, work=work, tries=3)
TIDY: Final = Kind(payload=TidyReports, work=tidy, when=Every(timedelta(minutes=10)))
