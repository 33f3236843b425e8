"""Reading from a standby that has caught up with the primary, so that nobody sees less than they would there.

Before each reading the primary is asked how far its log is safe, and the standby whether it has replayed that
much; what was acknowledged to anybody before is seen then, by whoever wrote it as by all others. A standby that
lags or does not answer is passed over.
"""

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.db.engine import ask_once

PATIENCE: Final = 0.25  # seconds that a reading waits for the standby; the primary answers sooner otherwise
_LOOK_EVERY: Final = 0.01
_LEFT_ALONE: Final = 10.0  # seconds after it did not answer, so that not every request waits for nothing
_SAFE: Final = "SELECT pg_current_wal_flush_lsn()::text"
# NULL where it is no standby, and stuck where it was made the primary: neither is ever caught up.
_REPLAYED: Final = "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false)"
log = structlog.get_logger(__name__)


class Replica:
    """A standby of ``primary``, asked by its own engine."""

    def __init__(self, primary: AsyncEngine, engine: AsyncEngine) -> None:
        self._primary, self.engine = primary, engine
        self._alone_until = 0.0

    async def for_reading(self) -> AsyncEngine:
        """The standby's engine if it knows all that the primary has acknowledged by now, else the primary's."""
        if time.monotonic() < self._alone_until:
            return self._primary
        safe = await ask_once(self._primary, _SAFE)
        try:
            async with asyncio.timeout(PATIENCE):
                while not await ask_once(self.engine, _REPLAYED, safe):  # noqa: ASYNC110 - it is another process that we wait for
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            self._leave_alone("it lags")
        except (OSError, SQLAlchemyError) as error:
            self._leave_alone(type(error).__name__)
        else:
            return self.engine
        return self._primary

    def _leave_alone(self, why: str) -> None:
        self._alone_until = time.monotonic() + _LEFT_ALONE
        log.warning("the replica is passed over for some seconds", why=why)
