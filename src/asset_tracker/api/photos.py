"""Photos over a bad line: announced, sent in parts, taken up where they were cut off.

PUT   /photos/{sha256}   Upload-Length: n     begins, or tells how far it has come
HEAD  /photos/{sha256}                        Upload-Offset, Upload-Length
PATCH /photos/{sha256}   Upload-Offset: n     the next part, as application/offset+octet-stream
"""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, head, patch, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.api.bodies import bytes_of
from asset_tracker.edge import problems
from asset_tracker.edge.who import lang_of
from asset_tracker.errors import AssetTrackerError, InvalidError
from asset_tracker.files import uploads
from asset_tracker.files.images import MAX_BYTES
from asset_tracker.files.uploads import SpoiltError, Upload, UploadKind, WrongOffsetError

PART = "application/offset+octet-stream"
Hash = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]
Length = Annotated[int, HeaderParameter(name="Upload-Length", ge=1, le=2**31 - 1)]
Kind = Annotated[UploadKind, HeaderParameter(name="Upload-Kind")]
Offset = Annotated[int, HeaderParameter(name="Upload-Offset", ge=0, le=2**31 - 1)]


@put("/photos/{sha256:str}", status_code=200)
async def begin_photo(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: Hash,
    length: Length,
    kind: Kind = "photo",
) -> Response[Upload]:
    """Announce a photo of ``Upload-Length`` bytes by the hash of what will be sent; again is safe.

    ``Upload-Kind: signature`` for what somebody signed on the glass.
    """
    require(actor, "event.record")
    return _told(await uploads.begin(conn, actor.id, sha256, length, kind))


@head("/photos/{sha256:str}", media_type="application/json")
async def how_far(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], sha256: Hash
) -> Response[None]:
    """How far one's own upload has come: ``Upload-Offset`` of ``Upload-Length`` bytes."""
    require(actor, "event.record")
    found = await uploads.how_far(conn, actor.id, sha256)
    return Response(None, headers=_headers(found))


@patch("/photos/{sha256:str}", request_max_body_size=MAX_BYTES, operation_class=bytes_of(PART))
async def add_part(
    request: Request[Actor, Any, State],
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: Hash,
    offset: Offset,
) -> Response[Any]:
    """Send the part that begins at ``Upload-Offset``; the last one makes the photo, without its EXIF.

    Name its hash (or that of what was sent) in an event. A part that begins elsewhere is a 409 that tells
    ``Upload-Offset``; what is no photo, or not what its hash says, is forgotten and answered with 422.
    """
    require(actor, "event.record")
    data = await request.body()
    try:
        async with conn.begin_nested():
            done = await uploads.append(conn, request.app.state.storage, actor.id, sha256, offset, data)
    except WrongOffsetError as wrong:
        return _problem(request, wrong, {"Upload-Offset": str(wrong.offset)})
    except InvalidError as wrong:
        # Answered, not raised: that the upload is forgotten must be committed.
        await uploads.give_up(conn, actor.id, sha256)
        return _problem(request, wrong, {"Upload-Offset": "0"} if isinstance(wrong, SpoiltError) else {})
    return _told(done)


def _told(upload: Upload) -> Response[Upload]:
    return Response(upload, headers=_headers(upload))


def _headers(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}


def _problem(
    request: Request[Any, Any, State], error: AssetTrackerError, headers: dict[str, str]
) -> Response[Any]:
    problem = problems.problem_of(error, lang_of(request), request.scope["state"].get("request_id"))
    return Response(
        msgspec.to_builtins(problem),
        status_code=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=problems.headers(problem) | headers,
    )


ROUTES = (begin_photo, how_far, add_part)
