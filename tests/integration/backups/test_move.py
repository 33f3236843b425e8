"""A database to another place, cut off at every step; and every place that is not to be written into."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from asset_tracker.backups.archive import BackupError
from asset_tracker.backups.move import move, thaw
from asset_tracker.db import migrate
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.edge.readiness import Readiness
from asset_tracker.edge.sealing import Sealing
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag

pytestmark = pytest.mark.anyio

ASSETS = 120


async def ask(url, statement):
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            found = await conn.execute(text(statement))
            return found.scalar() if found.returns_rows else None
    finally:
        await engine.dispose()


async def register(url, count):
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with transaction(engine) as conn:
            now = await conn.scalar(text("SELECT now()"))
            drafts = [
                Draft(
                    id=uuid7(),
                    asset=uuid7(),
                    occurred_at=now,
                    payload=ev.Registered(category="laptop", name_uk="Ноутбук\t\\ №1", tag=new_tag()),
                )
                for _ in range(count)
            ]
            await store.append(conn, uuid7(), drafts, programme=uuid7())
    finally:
        await engine.dispose()


@pytest.fixture
async def source(new_database, as_owner):
    url = new_database()
    await register(url, ASSETS)
    return as_owner(url)


@pytest.fixture
async def target(new_database, as_owner):
    url = as_owner(new_database())
    await ask(url, "DROP SCHEMA public CASCADE")
    await ask(url, "DROP SCHEMA wall CASCADE")
    await ask(url, "CREATE SCHEMA public")
    return url


class CutOffError(Exception):
    pass


def until(step, times):
    """Progress that cuts the move off at the given mention of a step."""
    left = [times]

    def progress(name, _done, _due):
        if name == step:
            left[0] -= 1
            if not left[0]:
                raise CutOffError

    return progress


async def test_cut_off_at_every_step_it_goes_on_and_arrives_whole(source, target):
    for step, times in [
        ("rows", 3),
        ("rows", 12),
        ("compared", 1),
        ("indexes", 1),
        ("indexes", 2),
        ("ledger", 1),
    ]:
        with pytest.raises(CutOffError):
            await move(source, target, piece=1, progress=until(step, times))
        if step != "ledger":
            continue
    # by then everything had arrived, and only its verification was cut off
    assert await ask(target, "SELECT count(*) FROM event") == ASSETS
    assert await migrate.is_ready(target)
    assert await migrate.check(target) == []
    assert await ask(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'moving'") == 0


async def test_what_arrived_lives_and_what_was_left_is_only_read(source, target, tmp_path):
    moved = await move(source, target)
    assert moved.rows["event_key"] == moved.ledger.events == ASSETS
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await register(source, 1)
    engine = make_engine(source, poolclass=NullPool)
    ready = await Readiness(
        engine, Storage.open(tmp_path.as_uri()), Sealing(engine, tmp_path, "t/l"), ()
    ).ask()
    assert (ready.status, ready.database) == ("unable", "only read: it was moved away")
    await register(target, 1)
    assert await ask(target, "SELECT count(*) FROM event") == ASSETS + 1
    await thaw(source)
    await register(source, 1)


async def test_a_source_that_was_written_to_between_two_calls_is_found_out(source, target):
    with pytest.raises(CutOffError):
        await move(source, target, progress=until("compared", 1))
    await thaw(source)
    await register(source, 1)
    with pytest.raises(BackupError, match="event"):
        await move(source, target)


async def test_a_place_that_is_in_use_stays_as_it_is(source, new_database, as_owner):
    used = as_owner(new_database())
    with pytest.raises(BackupError, match="not empty"):
        await move(source, used)
    await register(source, 1)  # and the old one goes on being written to


async def test_a_place_begun_from_another_database(source, target, new_database, as_owner):
    with pytest.raises(CutOffError):
        await move(source, target, progress=until("rows", 1))
    with pytest.raises(BackupError, match="another one"):
        await move(as_owner(new_database()), target)
