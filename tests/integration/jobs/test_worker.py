"""Jobs on a real PostgreSQL: committed with their cause, done once, taken up again after a kill."""

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, text, update

from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.errors import InvalidError
from asset_tracker.imports.tables import import_mapping
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Every, Kind
from asset_tracker.jobs.tables import job, job_schedule
from asset_tracker.jobs.worker import Worker
from asset_tracker.settings import Settings

HERE = Path(__file__).parent
# For what comes in the end, on a machine that others use too; a test that passes never waits for so long.
PATIENCE = 120  # seconds


class Greet(msgspec.Struct, frozen=True, kw_only=True, tag="greet"):
    name: str = "nobody"


class Slow(msgspec.Struct, frozen=True, kw_only=True, tag="slow"):
    name: str


class Deadly(msgspec.Struct, frozen=True, kw_only=True, tag="deadly"):
    pass


@pytest.fixture
async def engine(new_database):
    made = make_engine(new_database())
    yield made
    await made.dispose()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, storage_url=tmp_path.as_uri(), base_url="http://127.0.0.1:8000")


@asynccontextmanager
async def working(engine, settings, *kinds, paused=None):
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(engine, settings, kinds, paused).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(true):
    async with asyncio.timeout(PATIENCE):
        while True:
            if await true():
                return
            await asyncio.sleep(0.02)


async def add(engine, payload, **more):
    async with transaction(engine) as conn:
        return await queue.enqueue(conn, payload, **more)


async def standing(engine):
    async with engine.connect() as conn:
        return await queue.depth(conn)


async def nothing_waits(engine):
    return not (await standing(engine)).waiting


async def hurry(engine):
    """Let what waits for its next try run now."""
    async with transaction(engine) as conn:
        await conn.execute(update(job).values(run_at=func.now()))
        await conn.execute(text("SELECT pg_notify('asset_tracker_job', '')"))


async def test_a_job_is_there_with_its_cause_or_not_at_all(engine, settings, monkeypatch):
    monkeypatch.setattr("asset_tracker.jobs.worker.LOOK_EVERY", 3600.0)
    done = []

    async def greet(run, payload):
        done.append((payload.name, run.tries))

    with suppress(InvalidError):
        async with transaction(engine) as conn:
            await queue.enqueue(conn, Greet(name="rolled back"))
            raise InvalidError("no")
    await add(engine, Greet(name="before"))
    async with working(engine, settings, Kind(payload=Greet, work=greet)):
        await until(lambda: nothing_waits(engine))
        assert (await standing(engine)).workers == 1
        await add(engine, Greet(name="during"))  # heard of: the next look is far away
        await until(lambda: asyncio.sleep(0, len(done) == 2))
        await until(lambda: nothing_waits(engine))
    assert done == [("before", 1), ("during", 1)]
    assert (await standing(engine)).workers == 0


async def test_one_of_a_key_at_a_time_and_not_before_its_time(engine, settings):
    done = []

    async def greet(run, payload):
        done.append(payload.name)

    later = datetime.now(UTC) + timedelta(hours=1)
    assert await add(engine, Greet(name="first"), key="k")
    assert await add(engine, Greet(name="again"), key="k") is None
    await add(engine, Greet(name="later"), run_at=later)
    async with working(engine, settings, Kind(payload=Greet, work=greet)):
        await until(lambda: first_is_done(engine))
    assert done == ["first"]
    assert await add(engine, Greet(name="anew"), key="k")
    assert (await standing(engine)).due == 1


async def first_is_done(engine):
    return (await standing(engine)).waiting == 1


async def test_failures_are_tried_again_later_and_then_wait_for_a_person(engine, settings, monkeypatch):
    monkeypatch.setattr("asset_tracker.jobs.worker.wait_after", lambda tries: timedelta(hours=tries))
    tries = []

    async def fail(run, payload):
        tries.append(run.tries)
        raise InvalidError("personal words")

    await add(engine, Greet())
    async with working(engine, settings, Kind(payload=Greet, work=fail, tries=2)):
        await until(lambda: waits_for_the_future(engine))
        async with engine.connect() as conn:
            wait = await conn.scalar(select(job.c.run_at - func.now()))
        assert timedelta(minutes=50) < wait <= timedelta(hours=1)
        await hurry(engine)
        await until(lambda: nothing_waits(engine))
    assert tries == [1, 2]
    async with engine.begin() as conn:
        assert await queue.kinds_standing(conn) == [("greet", "failed", 1, "InvalidError")]
        assert await queue.retry_failed(conn) == 1
    assert (await standing(engine)).due == 1


async def waits_for_the_future(engine):
    depth = await standing(engine)
    return depth.waiting == 1 and depth.due == 0


async def test_two_workers_share_and_do_each_once(engine, settings):
    done = []

    async def greet(run, payload):
        await asyncio.sleep(0.005)
        done.append(payload.name)

    async with transaction(engine) as conn:
        for n in range(40):
            await queue.enqueue(conn, Greet(name=str(n)))
    kind = Kind(payload=Greet, work=greet)
    async with working(engine, settings, kind), working(engine, settings, kind):
        await until(lambda: nothing_waits(engine))
    assert sorted(done, key=int) == [str(n) for n in range(40)]


async def test_what_recurs_comes_once_for_all_workers_and_makes_up_for_a_pause(engine, settings):
    seen = []

    async def greet(run, payload):
        seen.append(run.due_at)

    kind = Kind(payload=Greet, work=greet, when=Every(timedelta(days=1)))
    async with working(engine, settings, kind):
        await until(lambda: scheduled(engine))
    missed = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    async with transaction(engine) as conn:
        await conn.execute(update(job_schedule).values(next_at=missed))
    async with working(engine, settings, kind), working(engine, settings, kind):
        await until(lambda: asyncio.sleep(0, bool(seen)))
        await until(lambda: nothing_waits(engine))
    assert seen == [missed]
    async with engine.connect() as conn:
        assert await conn.scalar(select(job_schedule.c.next_at > func.now()))


async def scheduled(engine):
    async with engine.connect() as conn:
        return await conn.scalar(select(func.count()).select_from(job_schedule)) == 1


async def test_nothing_is_taken_up_while_the_system_is_read_only(engine, settings):
    done, closed = [], True

    async def greet(run, payload):
        done.append(1)

    async def paused(conn):
        return closed

    await add(engine, Greet())
    async with working(engine, settings, Kind(payload=Greet, work=greet), paused=paused):
        await asyncio.sleep(0.3)
        assert not done
        closed = False
        await hurry(engine)
        await until(lambda: nothing_waits(engine))
    assert done == [1]


async def test_a_worker_that_is_stopped_gives_its_job_back_untried(engine, settings, monkeypatch):
    monkeypatch.setattr("asset_tracker.jobs.worker.GRACE", 0.1)
    begun = asyncio.Event()

    async def endless(run, payload):
        begun.set()
        await asyncio.Event().wait()

    await add(engine, Greet())
    async with working(engine, settings, Kind(payload=Greet, work=endless)):
        await begun.wait()
    async with engine.connect() as conn:
        assert (await conn.execute(select(job.c.state, job.c.tries))).one() == ("waiting", 0)


async def test_a_lost_database_connection_is_got_over(engine, settings):
    done = []

    async def greet(run, payload):
        done.append(payload.name)

    async with working(engine, settings, Kind(payload=Greet, work=greet)):
        await until(lambda: a_worker_is_there(engine))
        async with engine.begin() as conn:
            await conn.execute(text("SET LOCAL ROLE NONE"))  # one's own connections, which the system may not
            # Of this database: other tests' workers hold locks on the same server.
            await conn.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON database = pg_database.oid"
                    " WHERE locktype = 'advisory' AND datname = current_database()"
                )
            )
        await add(engine, Greet(name="after"))
        await until(lambda: nothing_waits(engine))
    assert done == ["after"]


async def a_worker_is_there(engine):
    return (await standing(engine)).workers == 1


async def test_who_lost_a_job_can_not_end_it(engine, settings):
    await add(engine, Greet())
    async with transaction(engine) as conn:
        first = await queue.take(conn, {"greet": 5}, set())
        second = await queue.take(conn, {"greet": 5}, set())  # as after a lost connection
        with pytest.raises(queue.LostError):
            await queue.end(conn, first.id, first.tries)
        with pytest.raises(queue.LostError):
            await queue.begin_step(conn, first.id, first.tries, "mail")
        await queue.end(conn, second.id, second.tries)


async def test_a_killed_worker_s_job_is_taken_up_at_once_and_done_once(engine, tmp_path):
    await add(engine, Slow(name="a"))
    url = engine.url.render_as_string(hide_password=False)
    first = start(url, tmp_path)
    try:
        await until(lambda: exists(tmp_path / "begun-1"))
        second = start(url, tmp_path)
        await until(lambda: two_workers(engine))
        first.kill()
        await until(lambda: exists(tmp_path / "begun-2"))
        (tmp_path / "go").touch()
        await until(lambda: nothing_waits(engine))
    finally:
        first.kill()
        second.kill()
        first.wait()
        second.wait()
    async with engine.connect() as conn:
        assert await conn.scalar(select(func.count()).select_from(import_mapping)) == 1
    assert (tmp_path / "mails").read_text() == "a\n"


async def test_a_job_that_kills_its_process_each_time_is_set_aside(engine, tmp_path):
    await add(engine, Deadly())
    url = engine.url.render_as_string(hide_password=False)
    for _ in range(3):
        process = start(url, tmp_path)
        with suppress(TimeoutError):
            await until(partial(ended_or_failed, engine, process))
        process.kill()
        process.wait()
    assert sorted(path.name for path in tmp_path.glob("deadly-*")) == ["deadly-1", "deadly-2"]
    async with engine.connect() as conn:
        assert await queue.kinds_standing(conn) == [("deadly", "failed", 1, "ProcessDied")]


def start(url, folder):
    path = {"PYTHONPATH": str(HERE.parents[2] / "src")}
    return subprocess.Popen([sys.executable, HERE / "worker_process.py", url, folder], env=os.environ | path)


async def exists(path):
    return path.exists()


async def two_workers(engine):
    return (await standing(engine)).workers == 2


async def ended_or_failed(engine, process):
    return process.poll() is not None or (await standing(engine)).failed
