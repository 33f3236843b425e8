"""Whether this server can work, asked by load balancers and watchers: the truth, without secrets.

*Unable* (503) is what another server, or waiting, could mend: no database, a database that is only read, tables
older than this program. *Limited* is told with a 200: facts are recorded and pages shown, while something is
amiss that taking this server out of service would only make worse (an object store that all share, a full disk
on which everything can be read).
"""

import asyncio
import time
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.panic import check_may_change
from asset_tracker.db import migrate
from asset_tracker.db.engine import transaction
from asset_tracker.edge.admission import RESERVE_BYTES, free_bytes
from asset_tracker.edge.sealing import Sealing
from asset_tracker.errors import UnavailableError
from asset_tracker.files.storage import Storage

PATIENCE: Final = 3.0  # seconds for the database, and as many for the storage
KEEP: Final = 0.5  # seconds an answer is good for: whoever asks, and how often, costs next to nothing
KEEP_STORAGE: Final = 15.0  # seconds: it is written to each time
log = structlog.get_logger(__name__)
Status = Literal["ready", "limited", "unable"]
_ORDER: Final[tuple[Status, ...]] = ("ready", "limited", "unable")
_ASKED: Final = text(
    "SELECT (SELECT version_num FROM alembic_version) AS revision, to_regnamespace('wall') IS NOT NULL AS walled,"
    " pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only')::boolean AS frozen"
)


class Part(NamedTuple):
    """How one part stands, and what to say of it."""

    status: Status
    told: str = "ok"


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The worst of all parts, and a word or a sentence of each."""

    status: Status
    database: str
    schema: str
    writing: str
    ledger: str
    storage: str
    disk: str


class Readiness:
    """Asks everything at most every half second, however many ask."""

    def __init__(
        self, engine: AsyncEngine, storage: Storage, sealing: Sealing, folders: tuple[Path, ...]
    ) -> None:
        self._engine, self._storage, self._sealing, self._folders = engine, storage, sealing, folders
        self._lock = asyncio.Lock()
        self._found: tuple[float, Ready] | None = None
        self._stored: tuple[float, Part] | None = None

    async def ask(self) -> Ready:
        """How it stands now; never raises for what it asks about."""
        async with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > KEEP:
                self._found = (time.monotonic(), await self._look())
            return self._found[1]

    async def _look(self) -> Ready:
        database, storage = await asyncio.gather(self._database(), self._written())
        parts = {**database, "ledger": self._sealed(), "storage": storage, "disk": self._disk()}
        worst = max((part.status for part in parts.values()), key=_ORDER.index)
        return Ready(status=worst, **{name: part.told for name, part in parts.items()})

    async def _database(self) -> dict[str, Part]:
        try:
            async with asyncio.timeout(PATIENCE), transaction(self._engine) as conn:
                row = (await conn.execute(_ASKED)).one()
                if row.standby or row.frozen:
                    told = "only read: a standby" if row.standby else "only read: it was moved away"
                    return _of(Part("unable", told), schema_of(row.revision, walled=row.walled))
                try:
                    await check_may_change(conn)
                except UnavailableError:
                    writing = Part("limited", "stopped by asset-tracker panic")
                else:
                    writing = Part("ready")
                return _of(Part("ready"), schema_of(row.revision, walled=row.walled), writing)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("not ready: the database does not answer", error=type(error).__name__)
            return _of(Part("unable", "does not answer"), Part("unable", "unknown"))

    async def _written(self) -> Part:
        if self._stored is None or time.monotonic() - self._stored[0] > KEEP_STORAGE:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._storage.try_out()
                found = Part("ready")
            except (UnavailableError, TimeoutError) as error:
                log.warning("the storage of files cannot be written to", error=type(error).__name__)
                found = Part("limited", "cannot be written to: photos and scans are not taken")
            self._stored = (time.monotonic(), found)
        return self._stored[1]

    def _sealed(self) -> Part:
        return Part("limited" if self._sealing.late() else "ready", self._sealing.told())

    def _disk(self) -> Part:
        if any(free_bytes(folder) < RESERVE_BYTES for folder in self._folders):
            return Part("limited", "full: nothing is taken, everything can be read")
        return Part("ready")


def schema_of(revision: str | None, *, walled: bool) -> Part:
    """Tables older than this program are no use to it; newer ones are, since migrations only add."""
    head, known = _line()
    if revision is None or not walled:
        return Part("unable", "not set up: run asset-tracker db upgrade")
    if revision == head:
        return Part("ready", revision)
    if revision in known:
        return Part("unable", f"at {revision}, behind {head}: run asset-tracker db upgrade")
    return Part("ready", f"at {revision}, newer than {head}")


def _of(database: Part, schema: Part, writing: Part | None = None) -> dict[str, Part]:
    return {"database": database, "schema": schema, "writing": writing or Part("unable", "no")}


@cache
def _line() -> tuple[str | None, frozenset[str]]:
    return migrate.head(), migrate.revisions()
