"""Photos and signed scans: taken in and given out."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, MultipartBody, PathParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, require
from asset_tracker.api.described import problem
from asset_tracker.assets import showing
from asset_tracker.assets.photos import find_visible, read_visible
from asset_tracker.assets.showing import NewConsent
from asset_tracker.files import direct
from asset_tracker.files.service import StoredFile, store_photo, store_scan

Hash = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]


class Upload(msgspec.Struct):
    """A multipart form with one ``file``."""

    file: UploadFile


class DirectWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What kind of file is sent directly."""

    kind: direct.DirectKind


_NEEDS: dict[str, Permission] = {"photo": "event.record", "scan": "act.manage"}


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


@get("/files/{sha256:str}/link", responses={409: problem("Files lie in a folder of the server.")})
async def get_link(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    sha256: Hash,
) -> direct.Link:
    """A link to fetch a photo or scan from the object store, valid for ten minutes; 409 where there is none."""
    return await direct.link(state.storage, await find_visible(conn, actor, sha256))


@post("/files/direct")
async def begin_direct(
    actor: NamedDependency[Actor], state: State, data: JSONBody[DirectWish]
) -> direct.Opening:
    """Where to PUT a file directly into the object store, within ten minutes; 409 where there is none."""
    require(actor, _NEEDS[data.kind])
    return await direct.begin(state.storage, actor.id)


@post("/files/direct/{name:uuid}")
async def finish_direct(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    name: FromPath[UUID],
    data: JSONBody[DirectWish],
) -> StoredFile:
    """Check, clean and keep what was PUT; then name its ``sha256`` in an event or act."""
    require(actor, _NEEDS[data.kind])
    return await direct.finish(conn, state.storage, actor.id, name, data.kind)


@put("/files/{sha256:str}/consent", status_code=204, responses={409: problem("It may be shown already.")})
async def give_consent(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: Hash,
    data: JSONBody[NewConsent],
) -> None:
    """Let a photo be shown in reports, and say on what ground."""
    await showing.give(conn, actor, sha256, data)


@delete("/files/{sha256:str}/consent", status_code=204)
async def withdraw_consent(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], sha256: Hash
) -> None:
    """From now on the photo is shown in no report; 404 where it was not."""
    await showing.withdraw(conn, actor, sha256)


ROUTES = (
    add_photo,
    add_scan,
    get_file,
    get_link,
    begin_direct,
    finish_direct,
    give_consent,
    withdraw_consent,
)
