"""Photos that come in parts over a bad line, each taken up where it was cut off.

An upload is known by the hash of what the phone sends and belongs to its uploader: a hash opens nothing to
others. Parts lie in the database until the last of them is there; then the photo is cleaned and kept as any
other (``service.store_photo``), and can be named by the hash under which it was sent.
"""

import hashlib
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError, TooLargeError
from asset_tracker.files.images import MAX_BYTES
from asset_tracker.files.service import StoredFile, find_file, store_photo, store_signature
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import photo_part, photo_upload

MAX_OPEN: Final = 200
"""Unfinished uploads of one person."""

MAX_OPEN_BYTES: Final = 400_000_000
"""Bytes of all unfinished uploads of one person."""

LASTS: Final = timedelta(days=7)
"""How long an unfinished upload waits for its next part."""

UploadKind = Literal["photo", "signature"]
_u, _p = photo_upload.c, photo_part.c


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload has come, in bytes; ``stored`` is set when it is done."""

    sha256: str
    length: int
    offset: int
    stored: StoredFile | None = None


class WrongOffsetError(ConflictError):
    """The part does not begin where the upload stands; ask how far it has come."""

    code = "upload-offset"

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class SpoiltError(InvalidError):
    """What arrived is not what was announced; send it again from the beginning."""

    code = "upload-spoilt"


async def begin(
    conn: AsyncConnection, uploader: UUID, sha256: str, length: int, kind: UploadKind = "photo"
) -> Upload:
    """Begin an upload of ``length`` bytes, or tell how far the one that was begun has come.

    Raises TooLargeError, ConflictError for another length or too many unfinished ones.
    """
    if length > MAX_BYTES:
        raise TooLargeError("The picture is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // 1_000_000)
    if length < 1:
        raise InvalidError(errors=(FieldError("length", "The file is empty"),))
    row = await _row(conn, uploader, sha256)
    if row is None:
        await _check_room(conn, uploader, length)
        new = insert(photo_upload).values(
            id=uuid4(), uploader_id=uploader, sha256=sha256, length=length, kind=kind
        )
        await conn.execute(new.on_conflict_do_nothing())
        row = await _row(conn, uploader, sha256)
    if row is None or (row.length != length and row.stored_sha256 is None):
        raise ConflictError("This photo was announced with a different length.")
    return await _view(conn, row)


async def how_far(conn: AsyncConnection, uploader: UUID, sha256: str) -> Upload:
    """How far one's upload has come. Raises NotFoundError, for another's as for none."""
    row = await _row(conn, uploader, sha256, lock=False)
    if row is None:
        raise NotFoundError
    return await _view(conn, row)


async def append(
    conn: AsyncConnection, storage: Storage, uploader: UUID, sha256: str, offset: int, data: bytes
) -> Upload:
    """Add a part. The last one makes the photo; a photo that is none leaves no trace of the upload.

    Raises NotFoundError, WrongOffsetError, TooLargeError (longer than announced), and what ``store_photo``
    raises; SpoiltError when the whole is not what its hash says: ``give_up`` must follow, or it stays spoilt.
    """
    row = await _row(conn, uploader, sha256)
    if row is None:
        raise NotFoundError
    if row.stored_sha256 is not None:
        return await _view(conn, row)
    if offset != row.received:
        raise WrongOffsetError(row.received)
    if row.received + len(data) > row.length:
        raise TooLargeError("This is longer than was announced.")
    if data:
        await conn.execute(insert(photo_part).values(upload_id=row.id, start=offset, data=data))
    received = row.received + len(data)
    await _change(conn, row.id, received=received)
    if received < row.length:
        return Upload(sha256=sha256, length=row.length, offset=received)
    return await _finish(conn, storage, row, sha256)


async def give_up(conn: AsyncConnection, uploader: UUID, sha256: str) -> None:
    """Forget an unfinished upload with its parts; one that is done stays done."""
    mine = (_u.uploader_id == uploader, _u.sha256 == sha256, _u.stored_sha256.is_(None))
    await conn.execute(delete(photo_upload).where(*mine))


async def expire(conn: AsyncConnection) -> int:
    """Forget what nobody went on with for a week, done or not; answers how many there were."""
    old = delete(photo_upload).where(_u.touched_at < func.now() - LASTS)
    return (await conn.execute(old)).rowcount


async def _finish(conn: AsyncConnection, storage: Storage, row: Any, sha256: str) -> Upload:
    parts = await conn.scalars(select(_p.data).where(_p.upload_id == row.id).order_by(_p.start))
    whole = b"".join(parts)
    if hashlib.sha256(whole).hexdigest() != sha256:
        raise SpoiltError
    store = store_signature if row.kind == "signature" else store_photo
    stored = await store(conn, storage, row.uploader_id, whole)
    await conn.execute(delete(photo_part).where(_p.upload_id == row.id))
    await _change(conn, row.id, stored_sha256=stored.sha256)
    return Upload(sha256=sha256, length=row.length, offset=row.length, stored=stored)


async def _check_room(conn: AsyncConnection, uploader: UUID, length: int) -> None:
    waiting = select(func.count(), func.coalesce(func.sum(_u.length), 0)).where(
        _u.uploader_id == uploader, _u.stored_sha256.is_(None)
    )
    count, size = (await conn.execute(waiting)).one()
    if count >= MAX_OPEN or size + length > MAX_OPEN_BYTES:
        raise ConflictError("Too many photos are only partly sent; finish some of them first.")


async def _row(conn: AsyncConnection, uploader: UUID, sha256: str, *, lock: bool = True) -> Any:
    wanted = select(photo_upload).where(_u.uploader_id == uploader, _u.sha256 == sha256)
    return (await conn.execute(wanted.with_for_update() if lock else wanted)).first()


async def _change(conn: AsyncConnection, upload: UUID, **values: Any) -> None:
    changed = update(photo_upload).where(_u.id == upload)
    await conn.execute(changed.values(touched_at=func.now(), **values))


async def _view(conn: AsyncConnection, row: Any) -> Upload:
    stored = await find_file(conn, row.stored_sha256) if row.stored_sha256 else None
    return Upload(sha256=row.sha256, length=row.length, offset=row.received, stored=stored)
