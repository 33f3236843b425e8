"""API tokens: made here by a person who is logged in, shown once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import tokens
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.access.tokens import TokenMade
from asset_tracker.edge.who import AnyRequest, require_session
from asset_tracker.ledger.values import Name


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the token is for, and until when it holds (None: until it is revoked).

    ``permissions`` and ``grants``: what of its owner's it may do; None is everything.
    """

    name: Name
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    permissions: Annotated[tuple[Permission, ...], Meta(min_length=1, max_length=100)] | None = None
    grants: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=100)] | None = None


@post("/tokens")
async def make_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: JSONBody[NewToken],
) -> TokenMade:
    """A token for oneself; its text is in this answer and nowhere else. A token makes no tokens."""
    require_session(request)
    return await tokens.make_token(
        conn,
        actor,
        data.name,
        expires_at=data.expires_at,
        permissions=data.permissions,
        grants=data.grants,
    )


@delete("/tokens/{token_id:uuid}")
async def revoke_token(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], token_id: FromPath[UUID]
) -> None:
    """Revoke a token at once."""
    await tokens.revoke_token(conn, actor, token_id)


ROUTES = (make_token, revoke_token)
