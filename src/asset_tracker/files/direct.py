"""Files that go between people and an object store without passing through the server.

What is sent lies apart, under the sender's id, until it is finished: fetched, checked and cleaned as any other
file. A link opens one file to whoever knows it, so it lasts for minutes only.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import ConflictError
from asset_tracker.files.images import MAX_BYTES
from asset_tracker.files.service import StoredFile, store_photo, store_scan
from asset_tracker.files.storage import Storage

LASTS: Final = timedelta(minutes=10)
"""How long a link opens what it names."""

KEPT: Final = timedelta(days=1)
"""How long what was sent waits to be finished."""

DirectKind = Literal["photo", "scan"]


class NoLinksError(ConflictError):
    """The files of this installation lie in a folder of the server; send and fetch them through the API."""

    code = "no-signed-links"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A signed address; whoever knows it may use it until it ends."""

    url: str
    expires_at: datetime


class Opening(Link, frozen=True, kw_only=True):
    """PUT the bytes to ``url``, then finish under ``id``."""

    id: UUID


async def link(storage: Storage, stored: StoredFile) -> Link:
    """Where a file can be fetched directly. Raises NoLinksError."""
    _must_sign(storage)
    return Link(url=await storage.link(stored.sha256, LASTS), expires_at=_end())


async def begin(storage: Storage, by: UUID) -> Opening:
    """Where somebody may send a file directly. Raises NoLinksError."""
    _must_sign(storage)
    name = uuid4()
    return Opening(id=name, url=await storage.opening(f"{by}/{name}", LASTS), expires_at=_end())


async def finish(
    conn: AsyncConnection, storage: Storage, by: UUID, name: UUID, kind: DirectKind
) -> StoredFile:
    """Keep what was sent, as ``store_photo`` and ``store_scan`` do, and raising what they raise.

    Raises NotFoundError for what is not there or was sent by another, NoLinksError.
    """
    _must_sign(storage)
    data = await storage.sent(f"{by}/{name}", MAX_BYTES)
    store = store_scan if kind == "scan" else store_photo
    stored = await store(conn, storage, by, data)
    await storage.forget_sent(f"{by}/{name}")
    return stored


async def expire(storage: Storage) -> int:
    """Forget what nobody finished within a day; answers how many there were."""
    return await storage.forget_sent_before(datetime.now(UTC) - KEPT) if storage.signs else 0


def _must_sign(storage: Storage) -> None:
    if not storage.signs:
        raise NoLinksError


def _end() -> datetime:
    return datetime.now(UTC) + LASTS
