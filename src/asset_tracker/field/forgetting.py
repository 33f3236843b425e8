"""The nightly job that forgets what nobody went on with."""

from datetime import time

import msgspec
import structlog

from asset_tracker.files import uploads
from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.worker import Run

log = structlog.get_logger(__name__)


class ForgetUploads(msgspec.Struct, frozen=True, kw_only=True, tag="forget_uploads"):
    """Photos of which no part came for a week."""


async def forget_uploads(run: Run, _payload: ForgetUploads) -> None:
    """Forget them; what is done has long been kept elsewhere."""
    async with run.last() as conn:
        forgotten = await uploads.expire(conn)
    if forgotten:
        log.info("forgot old uploads", uploads=forgotten)


KIND = Kind(payload=ForgetUploads, work=forget_uploads, when=Daily(time(3, 40)))
