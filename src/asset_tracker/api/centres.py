"""A centre's own link: made, listed, ended. What is done with it is a page, ``/centre/{token}``."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest
from asset_tracker.field import centre
from asset_tracker.field.centre import LinkView


class NewLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days the link works."""

    days: Annotated[int, Meta(ge=1, le=centre.LONGEST.days)] = centre.LASTS.days


class LinkMade(msgspec.Struct, frozen=True):
    """The link; its address is told this once."""

    id: UUID
    url: str
    expires_at: datetime


@post("/service-points/{point_id:uuid}/links")
async def make_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
    data: JSONBody[NewLink],
) -> LinkMade:
    """A link with which the staff of a centre confirm, without an account, that their things are there."""
    made = await centre.make_link(conn, actor, point_id, lasts=timedelta(days=data.days))
    base: str = request.app.state.settings.base_url
    return LinkMade(made.id, f"{base.rstrip('/')}/centre/{made.token}", made.expires_at)


@get("/service-points/{point_id:uuid}/links")
async def list_links(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], point_id: FromPath[UUID]
) -> list[LinkView]:
    """The links of a service point that ask about something in reach, newest first."""
    return await centre.list_links(conn, actor, point_id)


@delete("/centre-links/{link_id:uuid}", status_code=204)
async def revoke_link(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], link_id: FromPath[UUID]
) -> None:
    """End a link at once; what was confirmed by it stays."""
    await centre.revoke_link(conn, actor, link_id)


ROUTES = (make_link, list_links, revoke_link)
