"""Photos and signed scans: taken in and given out."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import MultipartBody, PathParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.photos import read_visible
from asset_tracker.files.service import StoredFile, store_photo, store_scan

Hash = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]


class Upload(msgspec.Struct):
    """A multipart form with one ``file``."""

    file: UploadFile


@post("/photos")
async def add_photo(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    data: MultipartBody[Upload],
) -> StoredFile:
    """Store a photo, without its EXIF; name its ``sha256`` (or that of what was sent) in an event."""
    require(actor, "event.record")
    return await store_photo(conn, state.storage, actor.id, await data.file.read())


@post("/scans")
async def add_scan(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    data: MultipartBody[Upload],
) -> StoredFile:
    """Store the scan of a signed paper (PDF or picture)."""
    require(actor, "act.manage")
    return await store_scan(conn, state.storage, actor.id, await data.file.read())


@get("/files/{sha256:str}")
async def get_file(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    sha256: Hash,
) -> Response[bytes]:
    """A photo or scan of an asset in reach."""
    found, data = await read_visible(conn, state.storage, actor, sha256)
    return Response(data, headers=found.headers(), media_type=found.media_type)


ROUTES = (add_photo, add_scan, get_file)
