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
    """Make those that are missing, renew the statistics over all of them, and drop an index that only the version
    before 0048 looked by.
    """
    async with run.last() as conn:
        made = await conn.scalar(text("SELECT ledger_make_parts()"))
        dropped = await conn.scalar(text("SELECT ledger_let_go()"))
    if made or dropped:
        log.info("made parts for events", parts=made, indexes_dropped=dropped)


KIND = Kind(payload=MakeParts, work=make_parts, when=Daily(time(3, 50)))
