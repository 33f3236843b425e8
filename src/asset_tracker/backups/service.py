"""Backs up a whole installation, restores it into an empty place, and tries a restoration out.

Dump, counts and the list of files come from one snapshot. A stored file is written before the row that
names it and never changed, so it can be read afterwards.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio.to_thread
import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker.backups import dump as pg
from asset_tracker.backups.archive import DUMP, FORMAT, BackupError, Manifest, Writer, mac_key, unpack
from asset_tracker.backups.sealed import new_backup, opened_backup
from asset_tracker.db import migrate
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.raising import is_raised
from asset_tracker.db.wall import become_system
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file
from asset_tracker.jobs import queue
from asset_tracker.ledger.verify import Verified, verify

Progress = Callable[[str, int, int], None]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restoration found: the backup's manifest, how the ledger verified, how long it took (s)."""

    manifest: Manifest
    ledger: Verified
    seconds: float


def quiet(_step: str, _done: int, _all: int) -> None:
    """No progress is shown."""


async def back_up(
    url: str,
    storage: Storage,
    secret_key: str,
    target: Path,
    *,
    recipient: str | None = None,
    progress: Progress = quiet,
) -> Manifest:
    """Everything but the keys into the file ``target``. Raises BackupError."""
    with new_backup(target, recipient) as plain:
        dumped = plain.with_name(DUMP)
        progress("database", 0, 1)
        revision, rows, names = await _dump(url, dumped)
        progress("database", 1, 1)
        with plain.open("wb") as out:
            writer = Writer(out)
            with dumped.open("rb") as data:
                writer.add(DUMP, data, dumped.stat().st_size)
            for done, name in enumerate(names):
                progress("files", done, len(names))
                stored = await storage.get(name)
                writer.add(f"files/{name}", BytesIO(stored), len(stored))
            progress("files", len(names), len(names))
            made_at = datetime.now(UTC)

            def manifest(members: dict[str, str]) -> Manifest:
                return Manifest(format=FORMAT, made_at=made_at, revision=revision, rows=rows, members=members)

            made = writer.finish(manifest, mac_key(secret_key))
        dumped.unlink()
    return made


async def restore(
    url: str,
    storage: Storage,
    secret_key: str,
    source: Path,
    *,
    identity: Path | None = None,
    progress: Progress = quiet,
) -> Restored:
    """The backup into the empty database at ``url`` and its files into ``storage``; then all of it verified.

    Raises BackupError when the place is not empty, or the file is no unaltered backup of this
    installation; nothing is restored then.
    """
    began = datetime.now(UTC)
    await _must_be_empty(url)
    with TemporaryDirectory(prefix="asset-tracker-restore-", dir=source.parent) as name:
        folder = Path(name)
        with opened_backup(source, identity, folder) as plain, plain.open("rb") as archive:
            manifest = await anyio.to_thread.run_sync(unpack, archive, folder, mac_key(secret_key))
        if not migrate.knows(manifest.revision):
            raise BackupError(
                "The backup was made by a newer program (%(revision)s).", revision=manifest.revision
            )
        names = sorted(path.name for path in (folder / "files").iterdir())
        for done, each in enumerate(names):
            progress("files", done, len(names))
            await storage.put(each, (folder / "files" / each).read_bytes())
        progress("database", 0, 1)
        await migrate.prepare(url)
        await anyio.to_thread.run_sync(pg.restore, url, folder / DUMP)
        await _check_counts(url, manifest)
        await migrate.upgrade(url)
        await _set_jobs_aside(url)
        progress("database", 1, 1)
    ledger = await verify(url, progress=lambda done, due: progress("ledger", done, due))
    return Restored(manifest=manifest, ledger=ledger, seconds=(datetime.now(UTC) - began).total_seconds())


async def _set_jobs_aside(url: str) -> None:
    """What waited when the backup was made may have been done since: a mail is not sent twice."""
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with transaction(engine) as conn:
            await queue.set_all_aside(conn)
    finally:
        await engine.dispose()


async def _dump(url: str, path: Path) -> tuple[str, dict[str, int], list[str]]:
    """Dump one snapshot; answers its revision, its rows by table, and the stored files that it names."""
    async with _snapshot(url) as conn:
        revision = await migrate.current_of(conn)
        if revision is None:
            raise BackupError("There is nothing to back up: the database was never set up.")
        snapshot = str(await conn.scalar(text("SELECT pg_export_snapshot()")))
        walled = await is_raised(conn)
        await anyio.to_thread.run_sync(partial(pg.dump, url, path, snapshot, walled=walled))
        names = list(await conn.scalars(select(file.c.sha256).order_by(file.c.sha256)))
        return revision, await _counts(conn), names


@asynccontextmanager
async def _snapshot(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    try:
        async with engine.connect() as conn:
            await conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            await conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            if await is_raised(conn):
                await become_system(conn)
            yield conn
    finally:
        await engine.dispose()


async def _counts(conn: AsyncConnection) -> dict[str, int]:
    """The rows of every table that the dump holds."""
    listed = await conn.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    )
    return {name: int(await conn.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0) for name in listed}


async def _check_counts(url: str, manifest: Manifest) -> None:
    async with _snapshot(url) as conn:
        rows = await _counts(conn)
    wrong = [name for name, count in manifest.rows.items() if rows.get(name) != count]
    if wrong:
        raise BackupError(
            "The restored tables are not those of the backup: %(tables)s", tables=", ".join(wrong)
        )


async def _must_be_empty(url: str) -> None:
    async with _snapshot(url) as conn:
        found = await conn.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    if found:
        raise BackupError("The database is not empty. Restore into an empty one; the old one stays as it is.")
