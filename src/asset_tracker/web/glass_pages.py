"""A signature on the glass, filed with an act, and shown with it."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.consignments import acts, glass
from asset_tracker.edge.who import AnyRequest
from asset_tracker.errors import InvalidError
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, flash_of, see_other


class GlassForm(msgspec.Struct):
    """A multipart form with the picture of a signature in ``file``."""

    file: UploadFile


@post("/acts/{act_id:uuid}/glass", status_code=303)
async def file_signature(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: MultipartBody[GlassForm],
) -> Redirect:
    act = await acts.get_act(conn, actor, act_id)
    here = f"/consignments/{act.consignment}#acts"
    try:
        picture = await data.file.read()
        await glass.file_signature(conn, request.app.state.storage, actor, act_id, picture)
    except InvalidError as wrong:
        raise Instead(see_other(request, here, flash_of(wrong))) from wrong
    return see_other(request, here, Flash("good", "The signature was saved."))


@get("/acts/{act_id:uuid}/glass/{sha256:str}")
async def show_signature(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    sha256: FromPath[str],
) -> Response[bytes]:
    found, data = await glass.read_signature(conn, request.app.state.storage, actor, act_id, sha256)
    return Response(data, headers=found.headers(), media_type=found.media_type)


ROUTES = (file_signature, show_signature)
