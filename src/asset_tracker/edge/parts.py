"""The nightly job that makes the parts of ``event`` for the time to come.

Half a year ahead; were it never done, events would go on into the part for all else and nothing would be lost.
"""

from datetime import time

import msgspec
import structlog
from sqlalchemy import text

from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.worker import Run

log = structlog.get_logger(__name__)


class MakeParts(msgspec.Struct, frozen=True, kw_only=True, tag="make_parts"):
    """Of the table of events, for the year in which we shall be in half a year."""


async def make_parts(run: Run, _payload: MakeParts) -> None:
    """Make those that are missing, and renew the statistics over all of them."""
    async with run.last() as conn:
        made = await conn.scalar(text("SELECT ledger_make_parts()"))
    if made:
        log.info("made parts for events", parts=made)


KIND = Kind(payload=MakeParts, work=make_parts, when=Daily(time(3, 50)))
