"""Seals the ledger every minute while the server runs; each time in a transaction of its own.

Trouble with it (a lost key, an older dump) stops nobody from working: it is logged, told by
``/readyz``, and tried again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.db.engine import transaction
from asset_tracker.errors import AssetTrackerError
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.checkpoints import Checkpoint
from asset_tracker.settings import Settings

EVERY = 60.0  # seconds
LATE = 600.0  # seconds without a pass, good or bad
log = structlog.get_logger(__name__)


class Sealing:
    """How the sealing of one ledger goes. ``trouble``: what went wrong the last time, if it did."""

    def __init__(self, engine: AsyncEngine, data_dir: Path, origin: str) -> None:
        self._engine, self._data_dir, self._origin = engine, data_dir, origin
        self.trouble: str | None = None
        self.code: str | None = None
        self.done_at: datetime | None = None

    async def once(self) -> Checkpoint | None:
        """Seal what is not sealed yet; None when that is nothing.

        Raises KeyMissingError, RolledBackError, and whatever the database raises.
        """
        witness = checkpoints.kept_witness(self._data_dir)
        async with transaction(self._engine) as conn:
            signer = await keys.open_signer(conn, self._data_dir, self._origin)
            made = await checkpoints.seal(conn, signer, witness)
        if made:
            checkpoints.keep_witness(self._data_dir, made.note)
        return made

    async def forever(self) -> None:
        """Seal every minute until cancelled.

        Cancelled in the middle of a question, the driver may tell of a lost connection instead, and whoever
        closes a connection just then may keep the cancellation to itself.
        """
        while True:
            made, error = None, None
            try:
                made = await self.once()
            except Exception as raised:  # noqa: BLE001 - told by _note
                error = raised
            if _is_cancelled():
                raise asyncio.CancelledError from error
            self._note(made, error)
            await asyncio.sleep(EVERY)

    def _note(self, made: Checkpoint | None, error: Exception | None) -> None:
        """Keep what came of it: after trouble the next minute is another chance, and ``/readyz`` tells."""
        before = self.trouble
        if error is None:
            self.trouble, self.code, self.done_at = None, None, datetime.now(UTC)
            if made:
                log.info("sealed the ledger", events=made.size, root=made.root)
            return
        self.trouble = str(error) or type(error).__name__
        # strangers may read this one: no paths, no statements
        self.code = error.code if isinstance(error, AssetTrackerError) else type(error).__name__
        if self.trouble != before:
            log.error("the ledger could not be sealed", exc_info=error)

    def late(self) -> bool:
        """Whether sealing failed the last time, or has not come round for long."""
        return self.trouble is not None or (
            self.done_at is not None and (datetime.now(UTC) - self.done_at).total_seconds() > LATE
        )

    def told(self) -> str:
        """One line for whoever asks, without what only those who look after the server should read."""
        if self.trouble:
            return f"not sealed: {self.code or self.trouble}"
        return f"sealed at {self.done_at:%Y-%m-%dT%H:%M:%SZ}" if self.done_at else "not sealed yet"


def sealing_of(engine: AsyncEngine, settings: Settings) -> Sealing:
    """The sealing of the ledger that these settings name."""
    return Sealing(engine, settings.data_dir, f"{urlsplit(settings.base_url).netloc}/ledger")


def _is_cancelled() -> bool:
    """Whether somebody wants the task that asks this to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@asynccontextmanager
async def background(sealing: Sealing) -> AsyncIterator[None]:
    """Seal while the block runs; what comes in during its last minute waits for the next start."""
    task = asyncio.create_task(sealing.forever())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
