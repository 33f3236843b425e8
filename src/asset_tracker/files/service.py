"""Taking in photos and scans, and giving them out.

Bytes are durable before the row that names them is written, so a row never points to nothing; bytes
without a row (a request that failed in between) are harmless and mended by sending again.
Who may see a file is decided by what it hangs on (an event, an act), not here; but that a hash is named
opens nothing, unless whoever named it had sent the file or could see it (``had_as``). The same bytes may be
a scan where one fact names them and a photo where another does (``kinds.kind_of_link``).
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

import anyio
import anyio.to_thread
import msgspec
from sqlalchemy import ColumnElement, any_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError
from asset_tracker.files import tables
from asset_tracker.files.documents import check_pdf
from asset_tracker.files.images import PHOTO_EDGE, SCAN_EDGE, clean_image
from asset_tracker.files.kinds import SEND_JPEG, SEND_SCAN, Kind, sniff
from asset_tracker.files.storage import Storage

_cleaning = anyio.CapacityLimiter(2)  # a picture of 64 megapixels takes some 200 MB while it is decoded


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a stored file; ``size`` in bytes, ``width`` and ``height`` in pixels (pictures only).

    ``kind`` is what it was sent as; of bytes that were sent as more than one, the first.
    """

    sha256: str
    kind: Kind
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    stored_at: datetime

    @property
    def extension(self) -> str:
        return "pdf" if self.media_type == "application/pdf" else "jpg"

    def headers(self, name: str | None = None) -> dict[str, str]:
        """The headers to serve it with, under ``name`` (without extension) or its hash.

        A PDF may hold scripts and other files, so it is only ever downloaded, in a sandbox.
        """
        file_name = quote(f"{name or self.sha256[:12]}.{self.extension}", safe="")
        disposition = "inline" if self.media_type == "image/jpeg" else "attachment"
        return {
            "Content-Type": self.media_type,
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{file_name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=31536000, immutable",
            "ETag": f'"{self.sha256}"',
        }


class _Prepared(msgspec.Struct, frozen=True):
    data: bytes
    media_type: str
    width: int | None = None
    height: int | None = None


async def store_photo(conn: AsyncConnection, storage: Storage, by: UUID, data: bytes) -> StoredFile:
    """Clean and keep a photo that was sent ``by`` somebody. Raises InvalidError, TooLargeError, UnavailableError."""
    return await _store(conn, storage, by, "photo", data)


async def store_signature(conn: AsyncConnection, storage: Storage, by: UUID, data: bytes) -> StoredFile:
    """Keep what somebody signed on the glass, a picture. Raises InvalidError, TooLargeError, UnavailableError."""
    return await _store(conn, storage, by, "signature", data)


async def store_scan(conn: AsyncConnection, storage: Storage, by: UUID, data: bytes) -> StoredFile:
    """Keep the scan of a signed paper: a PDF as it is, a photo of it cleaned.

    Raises InvalidError, TooLargeError, UnavailableError.
    """
    return await _store(conn, storage, by, "scan", data)


async def find_file(conn: AsyncConnection, sha256: str) -> StoredFile | None:
    """The file stored under this hash, or sent under it."""
    columns = [tables.file.c[field] for field in StoredFile.__struct_fields__]
    sent = select(tables.file_sent.c.sha256).where(tables.file_sent.c.sent_sha256 == sha256).scalar_subquery()
    wanted = (
        select(*columns).where(or_(tables.file.c.sha256 == sha256, tables.file.c.sha256 == sent)).limit(1)
    )
    row = (await conn.execute(wanted)).one_or_none()
    return _stored(row) if row else None


async def stored_under(conn: AsyncConnection, hashes: Collection[str]) -> dict[str, str]:
    """Those of the hashes (stored or sent) that name a file -> the hash under which it is stored."""
    f, sent = tables.file.c, tables.file_sent.c
    wanted = (
        select(sent.sent_sha256.label("named"), sent.sha256)
        .where(sent.sent_sha256.in_(hashes))
        .union(select(f.sha256, f.sha256).where(f.sha256.in_(hashes)))
    )
    return {row.named: row.sha256 for row in await conn.execute(wanted)}


@by_system
async def hand_on(conn: AsyncConnection, who: UUID, stored: Mapping[str, Collection[Kind]]) -> None:
    """From now on what they name of these files may be shown, as these kinds: they sent them so, or see them so."""
    rows = [{"sha256": sha256, "actor_id": who, "kinds": sorted(stored[sha256])} for sha256 in sorted(stored)]
    row = insert(tables.file_sender).values(rows)
    t, new = tables.file_sender.c, row.excluded.kinds
    merged = row.on_conflict_do_update(
        index_elements=["sha256", "actor_id"],
        set_={"kinds": func.coalesce(t.kinds, _first_kind()).concat(new)},
        where=~func.coalesce(t.kinds, _first_kind()).contains(new),
    )
    await conn.execute(merged)


@by_system
async def had_as(
    conn: AsyncConnection, named: Collection[tuple[str, UUID]]
) -> dict[tuple[str, UUID], frozenset[Kind]]:
    """As what they had the file, for those of (stored hash, who named it) who had it; of others nothing may be shown."""
    f = tables.file_sender.c
    kinds = func.coalesce(f.kinds, _first_kind()).label("kinds")
    wanted = select(f.sha256, f.actor_id, kinds).where(tuple_(f.sha256, f.actor_id).in_(named))
    rows = await conn.execute(wanted) if named else ()
    return {(row.sha256, row.actor_id): frozenset(row.kinds) for row in rows}


def signed_on_glass() -> ColumnElement[bool]:
    """The condition that the ``file_sender`` of a row had the file as a signature."""
    return literal("signature") == any_(func.coalesce(tables.file_sender.c.kinds, _first_kind()))


def _first_kind() -> Any:
    """As what an earlier version took it that noted who sent a file and not as what."""
    first = select(func.array_agg(tables.file.c.kind)).where(
        tables.file.c.sha256 == tables.file_sender.c.sha256
    )
    return first.correlate(tables.file_sender).scalar_subquery()


async def read_file(conn: AsyncConnection, storage: Storage, sha256: str) -> tuple[StoredFile, bytes]:
    """The file stored or sent under this hash, with its bytes. Raises NotFoundError, UnavailableError."""
    found = await find_file(conn, sha256)
    if found is None:
        raise NotFoundError("There is no such file.")
    return found, await storage.get(found.sha256)


def stored_name(sha256: str) -> str:
    """The lock to hold while bytes are stored for a row to come, or removed for want of one."""
    return f"stored {sha256}"


async def _store(conn: AsyncConnection, storage: Storage, by: UUID, kind: Kind, data: bytes) -> StoredFile:
    sent = hashlib.sha256(data).hexdigest()
    known = await find_file(conn, sent)
    if known is not None and known.kind == kind:
        await hand_on(conn, by, {known.sha256: [kind]})
        return known
    prepared = await anyio.to_thread.run_sync(partial(_prepare, kind, data), limiter=_cleaning)
    sha256 = hashlib.sha256(prepared.data).hexdigest()
    # the removal of a refused list with the very same bytes waits, and then finds the row
    await advisory_lock(conn, stored_name(sha256))
    await storage.put(sha256, prepared.data)
    values = {
        "sha256": sha256,
        "kind": kind,
        "media_type": prepared.media_type,
        "size": len(prepared.data),
        "width": prepared.width,
        "height": prepared.height,
    }
    # A no-op update, so that RETURNING answers the row of whoever was first.
    row = insert(tables.file).values(values)
    kept = row.on_conflict_do_update(index_elements=["sha256"], set_={"sha256": row.excluded.sha256})
    stored = (await conn.execute(kept.returning(*tables.file.c))).one()
    await conn.execute(
        insert(tables.file_sent).values(sent_sha256=sent, sha256=sha256).on_conflict_do_nothing()
    )
    # Facts may name it by the hash that was sent, which stands for what these bytes became first.
    await hand_on(conn, by, {sha256: [kind], known.sha256 if known else sha256: [kind]})
    return msgspec.structs.replace(_stored(stored), kind=kind)


def _prepare(kind: Kind, data: bytes) -> _Prepared:
    if kind == "scan" and sniff(data, SEND_SCAN) == "pdf":
        check_pdf(data)
        return _Prepared(data, "application/pdf")
    edge, expected = (SCAN_EDGE, SEND_SCAN) if kind == "scan" else (PHOTO_EDGE, SEND_JPEG)
    clean = clean_image(data, edge=edge, expected=expected)
    return _Prepared(clean.data, "image/jpeg", clean.width, clean.height)


def _stored(row: Any) -> StoredFile:
    return StoredFile(**{field: getattr(row, field) for field in StoredFile.__struct_fields__})
