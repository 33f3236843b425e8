"""The queue: a job goes in with the change that asks for it, and out with the change that it makes.

Who works on a job holds an advisory lock of its connection, which PostgreSQL drops with the connection
however the process ends: no heartbeats, and what a killed worker had begun is taken up at once.
``tries`` counts how often it was taken up, and fences: only the last one who took it can end it.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import and_, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError
from asset_tracker.jobs.kinds import When, name_of
from asset_tracker.jobs.tables import job, job_schedule

CHANNEL: Final = "asset_tracker_job"
# Advisory locks of two numbers: this one and the job's; with 0, that a worker is there.
LOCK: Final = 0x6A6F6273
_NUMBERS: Final = 2**31 - 1


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A job that this process works on; ``tries`` counts this one."""

    id: int
    kind: str
    payload: Any
    due_at: datetime
    tries: int


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """How the queue stands. ``due``: those that could run now; ``oldest``: seconds the longest waits."""

    waiting: int
    due: int
    failed: int
    oldest: float
    workers: int


class LostError(ConflictError):
    """Somebody else has taken this job up or ended it; what was done for it is rolled back."""

    code = "job-lost"


@by_system
async def enqueue(
    conn: AsyncConnection,
    payload: msgspec.Struct,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Have a job done once the transaction of ``conn`` is committed, and only then; its id.

    The payload's tag names the kind (``edge.work.KINDS``). ``key``: while one of this kind and key waits
    or runs, none is added (None is answered). ``run_at``: not before that moment. Payloads lie in the
    database until they are done: ids rather than names, addresses or secrets.
    """
    given = {"run_at": run_at, "due_at": due_at or run_at}
    adding = (
        insert(job)
        .values(
            kind=name_of(payload),
            payload=msgspec.to_builtins(payload, str_keys=True),
            key=key,
            **{name: moment for name, moment in given.items() if moment is not None},
        )
        .on_conflict_do_nothing()
        .returning(job.c.id)
    )
    made: int | None = await conn.scalar(adding)
    if made is not None:
        await conn.execute(select(func.pg_notify(CHANNEL, "")))
    return made


async def take(lease: AsyncConnection, kinds: dict[str, int], busy: set[int]) -> Taken | None:
    """The job that has waited longest, locked by the connection ``lease`` (in autocommit); None if none.

    ``kinds``: name to how often it is tried; ``busy``: the ids that this connection works on already.
    """
    c = job.c
    due = and_(c.state == "waiting", c.run_at <= func.now())
    open_jobs = (
        select(c.id).where(due, c.kind.in_(kinds), c.id.not_in(busy)).order_by(c.run_at, c.id).limit(100)
    )
    for number in (await lease.execute(open_jobs)).scalars().all():
        if not await lease.scalar(select(func.pg_try_advisory_lock(LOCK, _number(number)))):
            continue
        taking = (
            update(job)
            .where(c.id == number, due)
            .values(tries=c.tries + 1)
            .returning(c.id, c.kind, c.payload, c.due_at, c.tries)
        )
        row = (await lease.execute(taking)).mappings().one_or_none()
        if row is not None and row["tries"] <= kinds[row["kind"]]:
            return Taken(**row)
        if row is not None:  # it took its process with it each time
            await _set_aside(lease, number, row["tries"], "ProcessDied")
        await release(lease, number)
    return None


async def release(lease: AsyncConnection, number: int) -> None:
    """Let go of the lock of a job."""
    await lease.execute(select(func.pg_advisory_unlock(LOCK, _number(number))))


async def end(conn: AsyncConnection, number: int, tries: int) -> None:
    """The job is done, if the transaction of ``conn`` is committed. Raises LostError."""
    done = await conn.execute(delete(job).where(job.c.id == number, job.c.tries == tries))
    if not done.rowcount:
        raise LostError("The job %(job)s is not this worker's any more.", job=number)


async def begin_step(conn: AsyncConnection, number: int, tries: int, step: str) -> bool:
    """Note that a step is begun; False if it was begun before. Raises LostError."""
    c = job.c
    mine = and_(c.id == number, c.tries == tries)
    steps = await conn.scalar(select(c.steps).where(mine).with_for_update())
    if steps is None:
        raise LostError("The job %(job)s is not this worker's any more.", job=number)
    if step in steps:
        return False
    await conn.execute(update(job).where(mine).values(steps=func.array_append(c.steps, step)))
    return True


async def try_again(conn: AsyncConnection, taken: Taken, wait: timedelta, error: str) -> None:
    """It failed: once more after ``wait``."""
    c = job.c
    await conn.execute(
        update(job)
        .where(c.id == taken.id, c.tries == taken.tries)
        .values(run_at=func.now() + wait, error=error)
    )


async def give_back(conn: AsyncConnection, taken: Taken) -> None:
    """It was interrupted in order, which does not count as a try."""
    c = job.c
    await conn.execute(update(job).where(c.id == taken.id, c.tries == taken.tries).values(tries=c.tries - 1))
    await conn.execute(select(func.pg_notify(CHANNEL, "")))


async def give_up(conn: AsyncConnection, taken: Taken, error: str) -> None:
    """It failed for the last time, and waits for a person."""
    await _set_aside(conn, taken.id, taken.tries, error)


async def set_all_aside(conn: AsyncConnection) -> int:
    """Let nothing that waits be done by itself, as in a restored backup: it may have been done since."""
    done = await conn.execute(
        update(job).where(job.c.state == "waiting").values(state="failed", error="Restored")
    )
    return done.rowcount


async def retry_failed(conn: AsyncConnection) -> int:
    """Let everything that failed be tried again; how many. One whose like waits already stays."""
    c, waiting = job.c, job.alias("waiting")
    like = (
        select(literal(1))
        .select_from(waiting)
        .where(waiting.c.state == "waiting", waiting.c.kind == c.kind, waiting.c.key == c.key)
        .correlate(job)
    )
    newer = job.alias("newer")
    again = (
        select(literal(1))
        .select_from(newer)
        .where(newer.c.state == "failed", newer.c.kind == c.kind, newer.c.key == c.key, newer.c.id > c.id)
        .correlate(job)
    )
    done = await conn.execute(
        update(job)
        .where(c.state == "failed", ~like.exists(), ~again.exists())
        .values(state="waiting", tries=0, run_at=func.now())
    )
    await conn.execute(select(func.pg_notify(CHANNEL, "")))
    return done.rowcount


async def next_due(conn: AsyncConnection) -> float | None:
    """Seconds until the next job that waits may run (0 or less: it may); None when none waits."""
    soonest = func.min(job.c.run_at)
    left = select(func.extract("epoch", soonest - func.clock_timestamp())).where(job.c.state == "waiting")
    seconds = await conn.scalar(left)
    return None if seconds is None else float(seconds)


async def run_schedules(conn: AsyncConnection, recurring: dict[str, tuple[msgspec.Struct, When]]) -> float:
    """Enqueue what recurs and is due, each time once over all workers; seconds until the next.

    What was missed while no worker ran is made up for once, with ``due_at`` the time it was for.
    """
    now: datetime = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
    if not recurring:
        return float("inf")
    first = [{"kind": kind, "next_at": when.after(now)} for kind, (_, when) in recurring.items()]
    await conn.execute(insert(job_schedule).on_conflict_do_nothing(), first)
    c = job_schedule.c
    due = (
        select(c.kind, c.next_at)
        .where(c.kind.in_(recurring), c.next_at <= now)
        .with_for_update(skip_locked=True)
    )
    for kind, next_at in (await conn.execute(due)).all():
        payload, when = recurring[kind]
        await enqueue(conn, payload, key="recurring", due_at=next_at)
        await conn.execute(update(job_schedule).where(c.kind == kind).values(next_at=when.after(now)))
    soonest = await conn.scalar(select(func.min(c.next_at)).where(c.kind.in_(recurring)))
    return (soonest - now).total_seconds() if soonest else float("inf")


async def depth(conn: AsyncConnection) -> Depth:
    """How much waits, how long, and how many workers are there."""
    c = job.c
    waiting = c.state == "waiting"
    due = and_(waiting, c.run_at <= func.now())
    row = (
        await conn.execute(
            select(
                func.count().filter(waiting).label("waiting"),
                func.count().filter(due).label("due"),
                func.count().filter(c.state == "failed").label("failed"),
                func.coalesce(func.extract("epoch", func.now() - func.min(c.run_at).filter(due)), 0).label(
                    "oldest"
                ),
            )
        )
    ).one()
    return Depth(
        waiting=row.waiting,
        due=row.due,
        failed=row.failed,
        oldest=float(row.oldest),
        workers=await workers(conn),
    )


async def announce(lease: AsyncConnection) -> None:
    """Let others see that a worker is there, as long as the connection lives."""
    await lease.execute(select(func.pg_advisory_lock_shared(LOCK, 0)))


async def workers(conn: AsyncConnection) -> int:
    """How many workers are there."""
    counted = await conn.scalar(
        text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND classid = :lock AND objid = 0"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        {"lock": LOCK},
    )
    return int(counted or 0)


async def kinds_standing(conn: AsyncConnection) -> list[tuple[str, str, int, str | None]]:
    """Kind, state, how many, and the last error, for people who look after the server."""
    c = job.c
    rows = await conn.execute(
        select(c.kind, c.state, func.count(), func.max(c.error))
        .where(or_(c.state == "failed", c.state == "waiting"))
        .group_by(c.kind, c.state)
        .order_by(c.kind, c.state)
    )
    return [tuple(row) for row in rows]


async def _set_aside(conn: AsyncConnection, number: int, tries: int, error: str) -> None:
    await conn.execute(
        update(job).where(job.c.id == number, job.c.tries == tries).values(state="failed", error=error)
    )


def _number(identity: int) -> int:
    """A job's number among the advisory locks: never 0, which is the workers' own."""
    return identity % _NUMBERS + 1
