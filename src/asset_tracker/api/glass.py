"""Signatures on the glass, with the act that they belong to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody, PathParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.consignments import acts, glass
from asset_tracker.consignments.glass import GlassSignature

Hash = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]


class Signed(msgspec.Struct):
    """A multipart form: the picture, and when it was signed (now)."""

    file: UploadFile
    signed_at: Annotated[datetime, Meta(tz=True)] | None = None


@get("/acts/{act_id:uuid}/glass")
async def list_signatures(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], act_id: FromPath[UUID]
) -> list[GlassSignature]:
    """What was signed on the glass when the things of the act were handed over."""
    of = (await acts.get_act(conn, actor, act_id)).consignment
    return (await glass.signatures_of(conn, actor, of)).get(act_id, [])


@post("/acts/{act_id:uuid}/glass")
async def file_signature(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    act_id: FromPath[UUID],
    data: MultipartBody[Signed],
) -> GlassSignature:
    """File a signature with the act; phones name theirs in the fact of the delivery instead."""
    sent = await data.file.read()
    return await glass.file_signature(conn, state.storage, actor, act_id, sent, data.signed_at)


@get("/acts/{act_id:uuid}/glass/{sha256:str}")
async def get_signature(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    act_id: FromPath[UUID],
    sha256: Hash,
) -> Response[bytes]:
    """The picture of a signature."""
    found, data = await glass.read_signature(conn, state.storage, actor, act_id, sha256)
    return Response(data, headers=found.headers(), media_type=found.media_type)


ROUTES = (list_signatures, file_signature, get_signature)
