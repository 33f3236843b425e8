"""What imports leave behind and need no more: refused files, lists of people, folders of killed workers.

A list of people is somebody's data: its file goes as soon as it is recorded, and all of it after ``KEPT_DAYS``
where nobody records it.
"""

import shutil
import tempfile
import time
from datetime import time as clock
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Text, and_, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.files.service import stored_name
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file
from asset_tracker.imports.queries import IMPORT_JOB
from asset_tracker.imports.tables import import_batch, import_row, import_work
from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.tables import job
from asset_tracker.jobs.worker import Run

# What folders for the files in work are called; those of a killed worker are swept by their name.
FOLDERS: Final = "asset-tracker-import-"
_DAY: Final = 86_400.0  # seconds
# Refused files, forgotten ones, and lists of people that nobody recorded go after so many days.
KEPT_DAYS: Final = 7
_b = import_batch.c


class TidyJob(msgspec.Struct, frozen=True, kw_only=True, tag="import.tidy"):
    """Forget what is needed no more, and sweep what killed workers left on this machine."""


async def tidy(run: Run, payload: TidyJob) -> None:
    """The job that recurs every night, and is done whenever a list of people was recorded."""
    del payload
    storage = Storage.open(run.settings.storage_url)
    async with run.last() as conn:
        await _forget_unrecorded(conn, storage)
        await _drop_lists_of_people(conn, storage)
    sweep(Path(tempfile.gettempdir()))


async def _forget_unrecorded(conn: AsyncConnection, storage: Storage) -> None:
    old = _b.uploaded_at < func.now() - func.make_interval(0, 0, 0, KEPT_DAYS)
    over = or_(_b.status == "sent", and_(_b.status == "planned", _b.kind == "users"))
    at_work = (
        select(job.c.id)
        .where(job.c.kind == IMPORT_JOB, job.c.key == cast(_b.id, Text), job.c.state == "waiting")
        .exists()
    )
    rows = (await conn.execute(select(_b.id, _b.sha256).where(old, over, ~at_work).with_for_update())).all()
    for row in rows:
        for table in (import_work, import_row):
            await conn.execute(delete(table).where(table.c.batch_id == row.id))
        await conn.execute(delete(import_batch).where(_b.id == row.id))
        await discard(conn, storage, row.sha256)


async def _drop_lists_of_people(conn: AsyncConnection, storage: Storage) -> None:
    gone = (
        update(import_batch)
        .where(_b.kind == "users", _b.status.in_(["committed", "undone"]), _b.file_dropped_at.is_(None))
        .values(file_dropped_at=func.now())
        .returning(_b.sha256)
    )
    for sha256 in (await conn.scalars(gone)).all():
        await discard(conn, storage, sha256)


@by_system  # another office may have sent the same
async def discard(conn: AsyncConnection, storage: Storage, sha256: str) -> None:
    """Remove bytes from the storage that nothing needs."""
    await advisory_lock(conn, stored_name(sha256))
    needed = or_(
        select(_b.id).where(_b.sha256 == sha256, _b.file_dropped_at.is_(None)).exists(),
        select(file.c.sha256).where(file.c.sha256 == sha256).exists(),
    )
    if not await conn.scalar(select(needed)):
        await storage.remove(sha256)


def sweep(folder: Path) -> None:
    """Remove what imports left in ``folder`` when they were killed, a day ago or more."""
    for left in folder.glob(f"{FOLDERS}*"):
        if left.stat().st_mtime < time.time() - _DAY:
            shutil.rmtree(left, ignore_errors=True)


KIND: Final = Kind(payload=TidyJob, work=tidy, when=Daily(clock(3, 10)))
