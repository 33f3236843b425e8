"""The nightly job that forgets what nobody went on with."""

from datetime import time

import msgspec
import structlog

from asset_tracker.files import direct, uploads
from asset_tracker.files.storage import Storage
from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.worker import Run

log = structlog.get_logger(__name__)


class ForgetUploads(msgspec.Struct, frozen=True, kw_only=True, tag="forget_uploads"):
    """Photos of which no part came for a week."""


async def forget_uploads(run: Run, _payload: ForgetUploads) -> None:
    """Forget them, and what was sent to an object store and not finished; what is done is kept elsewhere."""
    left = await direct.expire(Storage.open(run.settings.storage_url))
    async with run.last() as conn:
        forgotten = await uploads.expire(conn)
    if forgotten or left:
        log.info("forgot old uploads", uploads=forgotten, direct=left)


KIND = Kind(payload=ForgetUploads, work=forget_uploads, when=Daily(time(3, 40)))
