import asyncio

from sqlalchemy import text

from asset_tracker.db import migrate
from asset_tracker.db.engine import make_engine


async def test_migrations_make_what_the_code_expects_and_can_be_taken_back(new_database, as_owner):
    url = as_owner(new_database())
    assert await migrate.current(url) == migrate.head()
    assert await migrate.check(url) == []
    await migrate.downgrade(url, "base")
    assert await tables(url) == {"alembic_version"}
    assert await migrate.current(url) is None
    await migrate.upgrade(url)
    assert await migrate.check(url) == []


async def test_two_that_migrate_at_once_wait_for_each_other(new_database, as_owner):
    url = as_owner(new_database())
    await migrate.downgrade(url, "base")
    await asyncio.gather(migrate.upgrade(url), migrate.upgrade(url))
    assert await migrate.current(url) == migrate.head()


async def tables(url):
    engine = make_engine(url)
    async with engine.connect() as conn:
        found = await conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        names = set(found.scalars())
    await engine.dispose()
    return names
