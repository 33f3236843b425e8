"""Imports done by a worker: asked for, watched, refused, and finished though workers are killed in the middle."""

import asyncio
import os
import subprocess
import sys
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import func, select

import workbooks
from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.sessions import actor_of
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.edge import importing
from asset_tracker.edge.work import KINDS
from asset_tracker.errors import ConflictError, InvalidError, NotFoundError
from asset_tracker.files.storage import Storage
from asset_tracker.imports import queries, tidying, work
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.tables import import_batch, import_row, import_work
from asset_tracker.imports.views import Choices
from asset_tracker.imports.workbook import marked_workbook
from asset_tracker.jobs import queue
from asset_tracker.jobs.tables import job
from asset_tracker.jobs.worker import Worker
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, event
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.settings import Settings
from asset_tracker.territory.service import load_shipped

SOURCES = Path(__file__).parents[3] / "src"
ROWS = 1200
CHOICES = Choices(defaults=Defaults(programme="BIG", municipality="UA18080010000090720", currency="EUR"))


@pytest.fixture
async def office(new_database, tmp_path):
    """A database with a programme, somebody who imports into it, and a folder for files."""
    url = new_database()
    engine = make_engine(url)
    async with transaction(engine) as conn:
        await load_shipped(conn)
        ids = [
            await add_party(conn, COMMAND_LINE, NewParty(kind=kind, name_uk=kind, name_en=kind))
            for kind in ("implementer", "donor")
        ]
        new = NewProgramme(
            code="BIG", name_uk="Б", name_en="B", implementer=ids[0], shares=(Share(ids[1], 100),)
        )
        await add_programme(conn, COMMAND_LINE, new)
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email="a@example.org",
            name="A",
            password=None,
            grants=(Grant(role="administrator"),),
            lang="en",
        )
        actor = await actor_of(conn, user)
    files = (tmp_path / "files").as_uri()
    settings = Settings(data_dir=tmp_path, storage_url=files, base_url="http://127.0.0.1:8000")
    state = SimpleNamespace(engine=engine, storage=Storage.open(files))
    yield SimpleNamespace(
        url=url, engine=engine, state=state, settings=settings, actor=actor, folder=tmp_path
    )
    await engine.dispose()


def table(rows=ROWS):
    lines = ["Назва;Серійний номер;Ціна;Партія"]
    lines += [f"Ноутбук Lenovo;PF{n:06d};100,50;П-{n // 50}" for n in range(rows)]
    return BytesIO("\n".join(lines).encode())


def send(office, source, **more):
    return importing.send(office.state, office.actor, "list.csv", source, CHOICES, **more)


class Worked:
    """A worker in this process while the block runs."""

    def __init__(self, office):
        self.office, self.stop = office, asyncio.Event()

    async def __aenter__(self):
        self.task = asyncio.create_task(
            Worker(self.office.engine, self.office.settings, KINDS).run(self.stop)
        )
        await until(self.office, queue.workers)

    async def __aexit__(self, *_):
        self.stop.set()
        await self.task


async def until(office, true, seconds=120):
    async with asyncio.timeout(seconds):
        while True:
            async with office.engine.connect() as conn:
                if await true(conn):
                    return
            await asyncio.sleep(0.005)


async def count(office, what):
    async with office.engine.connect() as conn:
        return await conn.scalar(select(func.count()).select_from(what))


async def test_by_a_worker_as_without_one(office):
    async with Worked(office):
        batch = await send(office, table(30))
        assert (batch.status, batch.plan.counts.create, batch.work) == ("planned", 30, None)
        batch = await importing.record(office.state, office.actor, batch.id, partial=False)
        assert (batch.status, batch.work) == ("committed", None)
        with pytest.raises(ConflictError):
            await importing.record(office.state, office.actor, batch.id, partial=False)
        again = await send(office, table(30))
        assert again.plan.counts.unchanged == 30
        batch = await importing.take_back(office.state, office.actor, batch.id)
        assert batch.status == "undone"
    assert await count(office, import_work) == await count(office, job) == 0


@pytest.mark.parametrize("by", ["worker", "nobody else"])
async def test_what_is_no_table_is_refused_to_whoever_waits_and_leaves_nothing(office, by):
    async with Worked(office) if by == "worker" else nullcontext():
        with pytest.raises(InvalidError, match="PDF"):
            await send(office, BytesIO(b"%PDF-1.7 nothing"))
    for kept in (import_batch, import_row, import_work, job):
        assert await count(office, kept) == 0
    assert not [path for path in (office.folder / "files").rglob("*") if path.is_file()]


async def test_who_does_not_wait_is_told_later(office):
    async with Worked(office):
        batch = await send(office, BytesIO(b"%PDF-1.7 nothing"), patience=0)
        await until(office, lambda conn: refused(conn, office, batch.id))
    async with office.engine.begin() as conn:
        await conn.execute(import_batch.update().values(uploaded_at=func.now() - func.make_interval(1)))
        # the night comes
        await queue.enqueue(conn, tidying.TidyJob())
    async with Worked(office):
        await until(office, no_job)
    assert await count(office, import_batch) == 0


async def test_a_list_of_people_is_not_kept(office):
    people = "ПІБ;E-mail\nОлена Коваль;olena@example.org"
    kept = office.folder / "files"
    async with Worked(office):
        recorded = await importing.send(
            office.state, office.actor, "a.csv", BytesIO(people.encode()), Choices()
        )
        assert recorded.kind == "users"
        assert [path.is_file() for path in kept.rglob("*")].count(True) == 1
        await importing.record(office.state, office.actor, recorded.id, partial=False)
        await until(office, no_job)
        assert not [path for path in kept.rglob("*") if path.is_file()]
        planned = await importing.send(
            office.state, office.actor, "a.csv", BytesIO(people.replace("olena", "o").encode()), Choices()
        )
    async with transaction(office.engine) as conn:
        batch = await queries.get_import(conn, office.actor, recorded.id)
        assert (batch.status, batch.file_dropped_at is None) == ("committed", False)
        with pytest.raises(NotFoundError):
            await marked_workbook(conn, office.state.storage, office.actor, recorded.id, "en")
        await conn.execute(import_batch.update().values(uploaded_at=func.now() - func.make_interval(1)))
        await queue.enqueue(conn, tidying.TidyJob())
    async with Worked(office):
        await until(office, no_job)
    async with transaction(office.engine) as conn:
        ids = {each.id for each in await queries.list_imports(conn, office.actor)}
    assert (recorded.id in ids, planned.id in ids) == (True, False)
    assert not [path for path in kept.rglob("*") if path.is_file()]


async def test_rights_are_those_that_were_had_and_are_still(office):
    """A token with fewer rights than its owner asks for no more than the token may."""
    batch = await send(office, table(3))
    without = msgspec.structs.replace(office.actor, grants=(Grant(role="coordinator", programme=uuid7()),))
    async with office.engine.begin() as conn:
        await work.ask(conn, without, batch, "commit")
    async with Worked(office):
        await until(office, no_job)
    assert await count(office, asset) == 0


async def refused(conn, office, batch_id):
    batch = await queries.get_import(conn, office.actor, batch_id)
    return batch.work is not None and batch.work.refusal and "PDF" in batch.work.refusal.message


async def no_job(conn):
    return not await conn.scalar(select(func.count()).select_from(job))


async def test_one_thing_at_a_time(office):
    batch = await send(office, table(3))
    async with office.engine.begin() as conn:
        await work.ask(conn, office.actor, batch, "commit")
        with pytest.raises(ConflictError, match="worked on"):
            await work.ask(conn, office.actor, batch, "commit")
    async with office.engine.connect() as conn:
        shown = await queries.get_import(conn, office.actor, batch.id)
    assert shown.is_at_work
    assert shown.work.step == "waiting"


async def test_work_that_is_broken_off_for_good_is_told(office):
    batch = await send(office, table(3))
    async with office.engine.begin() as conn:
        await work.ask(conn, office.actor, batch, "commit")
        await queue.set_all_aside(conn)
    async with office.engine.begin() as conn:
        shown = await queries.get_import(conn, office.actor, batch.id)
        assert "interrupted" in shown.work.refusal.message
        await work.ask(conn, office.actor, batch, "commit")  # and can be asked for anew
    async with Worked(office):
        await until(office, no_waiting)
    assert await count(office, asset) == 3


async def no_waiting(conn):
    return not await conn.scalar(select(func.count()).select_from(job).where(job.c.state == "waiting"))


async def test_killed_in_every_step_it_ends_with_everything_once(office):
    """Each worker is killed (SIGKILL) when it is seen at the step; the next one finishes."""
    batch = None
    async with killed_at(office, "reading"):
        batch = await send(office, table(), patience=0)
    async with killed_at(office, "planning"):
        pass
    async with finishing(office):
        batch = await importing._outcome(office.state, office.actor, batch.id, 120)
    assert (batch.status, batch.plan.counts.create) == ("planned", ROWS)
    assert await count(office, import_row) == ROWS
    async with killed_at(office, "recording"):
        await importing.record(office.state, office.actor, batch.id, partial=False, patience=0)
    assert await count(office, event) == 0, "all or nothing"
    async with finishing(office):
        batch = await importing._outcome(office.state, office.actor, batch.id, 120)
    assert batch.status == "committed"
    assert await count(office, asset) == await count(office, event) == ROWS
    async with killed_at(office, "taking back"):
        await importing.take_back(office.state, office.actor, batch.id, patience=0)
    async with finishing(office):
        batch = await importing._outcome(office.state, office.actor, batch.id, 120)
    assert batch.status == "undone"
    assert await count(office, event) == 2 * ROWS
    async with office.engine.connect() as conn:
        gone = select(func.count()).where(asset.c.gone_reason == "withdrawn")
        assert await conn.scalar(gone) == ROWS


class killed_at:  # noqa: N801 - it reads as a sentence where it stands
    """A worker's process during the block, killed as soon as it is at the step."""

    def __init__(self, office, step):
        self.office, self.step = office, step

    async def __aenter__(self):
        self.process = start(self.office)
        await until(self.office, queue.workers)

    async def __aexit__(self, *_):
        try:
            await until(self.office, self.is_there)
        finally:
            self.process.kill()
            self.process.wait()
        await until(self.office, nobody_there)

    async def is_there(self, conn):
        return await conn.scalar(select(import_work.c.step == self.step))


class finishing(killed_at):  # noqa: N801 - as above
    """A worker's process that may finish what it finds."""

    def __init__(self, office):
        super().__init__(office, "")

    async def __aexit__(self, *_):
        self.process.terminate()
        assert self.process.wait(120) == 0


async def nobody_there(conn):
    return not await queue.workers(conn)


def start(office):
    env = {
        "PYTHONPATH": str(SOURCES),
        "ASSET_TRACKER_DATABASE_URL": office.url,
        "ASSET_TRACKER_DATA_DIR": str(office.folder),
        "ASSET_TRACKER_SECRET_KEY": "k" * 40,
    }
    return subprocess.Popen([sys.executable, "-m", "asset_tracker", "worker"], env=os.environ | env)


def hostile(folder):
    """Workbooks made to bring a reader down, by what they are."""
    far = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="&#49;048576"><c r="&#88;FD1048576"><v>1</v></c></row>'
    )
    merges = '<mergeCell ref="A1:A2"/>' * 1_000_000
    yield workbooks.bomb(folder / "bomb.xlsx", megabytes=60)
    yield workbooks.entities(folder / "laughs.xlsx")
    yield workbooks.patched(folder / "far.xlsx", {workbooks.SHEET: workbooks.sheet_xml(far)})
    yield workbooks.patched(folder / "merges.xlsx", {workbooks.SHEET: workbooks.sheet_xml(merges)})
    yield workbooks.protected(folder / "secret.xlsx")


async def test_files_made_to_bring_it_down_are_refused_and_the_worker_lives(office):
    async with Worked(office):
        for path in hostile(office.folder):
            with path.open("rb") as source, pytest.raises(InvalidError):
                await importing.send(office.state, office.actor, path.name, source, CHOICES)
        # one endless cell is a table, of which nothing can be made
        endless = await send(office, BytesIO("Назва\n".encode() + b"a" * 50_000_000))
        assert (endless.plan.counts.create, endless.has_work) == (0, False)
        batch = await send(office, table(3))
    assert batch.plan.counts.create == 3
    assert await count(office, import_batch) == 2
