"""Tags and foreign codes: which thing they stand for."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.queries import find_asset, get_asset
from asset_tracker.assets.views import AssetView
from asset_tracker.labels import tagging
from asset_tracker.ledger.chaining import Receipt

Written = Annotated[str, Meta(min_length=1, max_length=2000)]
Reason = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*$")]


class NewLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tag on the label, in any form. ``replaces``: the asset's label was damaged, and this is a new one."""

    tag: Written
    replaces: bool = False
    reason: Reason | None = None


class NewCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody else's code says, as it was read."""

    code: Written


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the tag will never be used again."""

    reason: Reason | None = None


@post("/assets/{reference:str}/label")
async def label_asset(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[NewLabel],
) -> Receipt:
    """A label was stuck on the asset: a blank one, or one for a damaged one."""
    asset_id = await find_asset(conn, actor, reference)
    if data.replaces:
        return await tagging.replace_label(conn, actor, asset_id, data.tag, data.reason)
    return await tagging.bind_label(conn, actor, asset_id, data.tag)


@post("/assets/{reference:str}/codes")
async def link_code(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[NewCode],
) -> Receipt:
    """Somebody else's code (a maker's QR, an old sticker) stands for this asset too."""
    return await tagging.link_code(conn, actor, await find_asset(conn, actor, reference), data.code)


@get("/codes")
async def find_by_code(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: Annotated[str, QueryParameter(min_length=1, max_length=2000)],
) -> AssetView:
    """The asset that a foreign code stands for."""
    return await get_asset(conn, actor, await tagging.find_by_code(conn, actor, code))


@post("/tags/{written:str}/retire", status_code=204)
async def retire_tag(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    written: FromPath[str],
    data: JSONBody[Retirement],
) -> None:
    """The tag will never be used again."""
    await tagging.retire_tag(conn, actor, written, data.reason)


ROUTES = (label_asset, link_code, find_by_code, retire_tag)
