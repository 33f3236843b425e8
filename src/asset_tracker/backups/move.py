"""A whole database to another server, a piece at a time, so that a move that was cut off goes on where it stood.

Tables are copied by ranges of pages: while nobody writes, a row stays on its page, so a piece is copied once
and wholly, whatever the table's key. What a piece holds and the note that it is there are committed together.
Indexes, constraints and triggers follow when the rows are in, and the wall last, as after a restoration.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import anyio.to_thread
import asyncpg
import msgspec
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from asset_tracker.backups import dump as pg
from asset_tracker.backups.archive import BackupError
from asset_tracker.backups.service import Progress, quiet
from asset_tracker.db import migrate
from asset_tracker.db.bulk import driver
from asset_tracker.db.engine import make_engine
from asset_tracker.db.roles import OWNER
from asset_tracker.ledger.verify import Verified, verify

PIECE: Final = 2048  # pages of 8 kB: 16 MiB are read, sent and committed at a time
_AHEAD: Final = 8  # messages of the source that may wait for the target


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived: rows by table, and how the ledger verified there."""

    rows: dict[str, int]
    ledger: Verified


class _Table(msgspec.Struct, frozen=True):
    name: str
    pages: int


async def move(source: str, target: str, *, piece: int = PIECE, progress: Progress = quiet) -> Moved:
    """Everything at the address ``source`` to the one at ``target``, checked; afterwards ``source`` is read-only.

    ``source``: a superuser's address, at this program's version. ``target``: the owner's, of an empty
    database or of one that an earlier call began to fill. ``piece``: pages copied at a time. Raises BackupError when the target holds anything else, when
    what arrived is not what was sent, or when a server refuses.
    """
    async with AsyncExitStack() as stack:
        old, new = [await stack.enter_async_context(_opened(url)) for url in (source, target)]
        identity = await _identity(old)
        await _must_be_ours(new, identity)
        await _freeze(old, source)
        await migrate.prepare(target)
        with TemporaryDirectory(prefix="asset-tracker-move-") as folder:
            schema = Path(folder) / "schema"
            await anyio.to_thread.run_sync(partial(pg.dump_schema, source, schema))
            await _begin(new, target, schema, identity)
            await _copy_all(old, new, piece, progress)
            rows = await _compare(old, new, progress)
            await _finish(old, new, target, schema, progress)
        await migrate.upgrade(target)
        async with _as_owner(new) as conn:
            await conn.execute(text("DROP SCHEMA moving CASCADE"))
    ledger = await verify(target, progress=lambda done, due: progress("ledger", done, due))
    if not ledger.clean:
        raise BackupError("The ledger does not verify at the new place; the old one stays as it is.")
    return Moved(rows=rows, ledger=ledger)


async def thaw(source: str) -> None:
    """Let the database at ``source`` be written to again."""
    async with _opened(source) as engine, engine.connect() as conn, conn.begin():
        await _set_read_only(conn, source, "RESET default_transaction_read_only")


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(
        url, application_name="asset-tracker move", poolclass=NullPool, statement_timeout="0"
    )
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def _as_owner(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction of the tables' owner, who may write while the wall is not up yet."""
    async with engine.connect() as conn, conn.begin():
        await conn.execute(text(f"SET LOCAL ROLE {OWNER}"))
        yield conn


async def _identity(engine: AsyncEngine) -> str:
    """What tells this database from all others, a restored copy of it included."""
    asked = "SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()"
    async with engine.connect() as conn:
        found = (await conn.execute(text(asked))).one()
    return f"{found[0]}/{found[1]}"


async def _must_be_ours(engine: AsyncEngine, identity: str) -> None:
    """Whether the target is empty, or was begun to be filled from this very source."""
    async with engine.connect() as conn:
        if await conn.scalar(text("SELECT to_regclass('moving.origin')::text")) is not None:
            if await conn.scalar(text("SELECT identity FROM moving.origin")) == identity:
                return
            raise BackupError("The new database was begun to be filled from another one. Take an empty one.")
        if await conn.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")):
            raise BackupError("The new database is not empty. Take an empty one; nothing was changed in it.")


async def _freeze(engine: AsyncEngine, url: str) -> None:
    """From here on every new transaction only reads; whoever was connected connects anew."""
    async with engine.connect() as conn, conn.begin():
        await _set_read_only(conn, url, "SET default_transaction_read_only TO on")
    async with engine.connect() as conn:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await conn.execute(text(others))


async def _set_read_only(conn: AsyncConnection, url: str, how: str) -> None:
    await conn.execute(text("SET TRANSACTION READ WRITE"))
    await conn.execute(text(f'ALTER DATABASE "{make_url(url).database}" {how}'))


async def _begin(engine: AsyncEngine, url: str, schema: Path, identity: str) -> None:
    """Bare tables, and where to note what has arrived; nothing when an earlier call did it."""
    async with engine.connect() as conn:
        begun = await conn.scalar(text("SELECT to_regclass('moving.origin')::text")) is not None
        tables = await conn.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    if not begun:
        async with _as_owner(engine) as conn:
            await conn.execute(text("CREATE SCHEMA moving"))
            await conn.execute(
                text("CREATE TABLE moving.origin (identity text NOT NULL, indexed boolean NOT NULL)")
            )
            await conn.execute(
                text("CREATE TABLE moving.part (name text PRIMARY KEY, pages bigint NOT NULL)")
            )
            await conn.execute(text("INSERT INTO moving.origin VALUES (:i, false)"), {"i": identity})
    if not tables:
        await anyio.to_thread.run_sync(partial(pg.restore_schema, url, schema, "pre-data"))


async def _tables(engine: AsyncEngine) -> list[_Table]:
    asked = """SELECT relname, pg_relation_size(oid) / current_setting('block_size')::int FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"""
    async with engine.connect() as conn:
        return [_Table(name, int(pages)) for name, pages in await conn.execute(text(asked))]


async def _copy_all(old: AsyncEngine, new: AsyncEngine, piece: int, progress: Progress) -> None:
    tables = await _tables(old)
    due, done = sum(table.pages for table in tables), 0
    async with new.connect() as conn:
        noted = await conn.execute(text("SELECT name, pages FROM moving.part"))
        arrived = {name: int(pages) for name, pages in noted}
    async with old.connect() as reading, new.connect() as writing:
        for table in tables:
            for first in range(0, table.pages, piece):
                if first >= arrived.get(table.name, 0):
                    async with reading.begin(), writing.begin():
                        await _copy(reading, writing, table.name, first, first + piece)
                progress("rows", done + min(first + piece, table.pages), due)
            done += table.pages


async def _copy(old: AsyncConnection, new: AsyncConnection, table: str, first: int, end: int) -> None:
    """The rows of the pages from ``first`` to before ``end``, and the note that they are there."""
    await new.execute(text(f"SET LOCAL ROLE {OWNER}"))
    source, target = await driver(old), await driver(new)
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)

    async def arriving() -> AsyncIterator[bytes]:
        while (data := await waiting.get()) is not None:
            yield data

    async def read() -> None:
        asked = f"SELECT * FROM \"{table}\" WHERE ctid >= '({first},0)' AND ctid < '({end},0)'"
        await source.copy_from_query(asked, output=waiting.put)
        await waiting.put(None)

    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(read())
            both.create_task(target.copy_to_table(table, source=arriving(), schema_name="public"))
    except* (asyncpg.PostgresError, OSError) as failed:
        raise BackupError(
            "Table %(table)s: %(what)s", table=table, what=str(failed.exceptions[0])
        ) from failed
    noted = "INSERT INTO moving.part VALUES (:name, :pages) ON CONFLICT (name) DO UPDATE SET pages = excluded.pages"
    await new.execute(text(noted), {"name": table, "pages": end})


async def _finish(old: AsyncEngine, new: AsyncEngine, url: str, schema: Path, progress: Progress) -> None:
    """Indexes, constraints, triggers, the numbers that sequences give next, and statistics."""
    async with new.connect() as conn:
        indexed = await conn.scalar(text("SELECT indexed FROM moving.origin"))
    progress("indexes", 0, 1)
    if not indexed:
        await anyio.to_thread.run_sync(partial(pg.restore_schema, url, schema, "post-data"))
    async with old.connect() as reading, _as_owner(new) as conn:
        numbers = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        for name, last in (await reading.execute(text(numbers))).all():
            await conn.execute(
                text("SELECT setval(CAST(:name AS regclass), :last)"),
                {"name": f'public."{name}"', "last": last},
            )
        await conn.execute(text("UPDATE moving.origin SET indexed = true"))
    async with _as_owner(new) as conn:
        await conn.execute(text("ANALYZE"))
    progress("indexes", 1, 1)


async def _compare(old: AsyncEngine, new: AsyncEngine, progress: Progress) -> dict[str, int]:
    """Rows and a digest of every table, on both sides. Raises BackupError naming the tables that differ."""
    tables = await _tables(old)
    rows, wrong = {}, []
    async with old.connect() as there, _as_owner(new) as here:
        for done, table in enumerate(tables):
            progress("compared", done, len(tables))
            sent, arrived = await asyncio.gather(_digest(there, table.name), _digest(here, table.name))
            rows[table.name] = arrived[0]
            if sent != arrived:
                wrong.append(table.name)
    progress("compared", len(tables), len(tables))
    if wrong:
        raise BackupError(
            "What arrived is not what was sent, in %(tables)s: was the old database written to between two calls? "
            "Begin anew with an empty database.",
            tables=", ".join(wrong),
        )
    return rows


async def _digest(conn: AsyncConnection, table: str) -> tuple[int, int]:
    """How many rows, and a sum over the SHA-256 of each: the same in whatever order they lie."""
    asked = f"""SELECT count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(t::text, 'UTF8')), 1, 7), 'hex'))::bit(56)::bigint), 0)
        FROM public."{table}" AS t"""
    found = (await conn.execute(text(asked))).one()
    return int(found[0]), int(found[1])
