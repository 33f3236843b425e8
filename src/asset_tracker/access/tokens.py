"""API tokens: made by a person for their programs, seen without their text, revoked."""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.access.tables import api_token
from asset_tracker.access.users import grants_of
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7

_LONGEST = timedelta(days=3653)


class TokenMade(msgspec.Struct, frozen=True):
    """A new API token; this is the only time that its text is shown."""

    id: UUID
    token: str


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """An API token as its owner sees it; the text of it is nowhere. ``permissions``: None for all."""

    id: UUID
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    permissions: tuple[Permission, ...] | None = None


@by_system
async def make_token(
    conn: AsyncConnection,
    actor: Actor,
    name: str,
    *,
    user: UUID | None = None,
    expires_at: datetime | None = None,
    permissions: Collection[Permission] | None = None,
    grants: Collection[UUID] | None = None,
) -> TokenMade:
    """A token for oneself; for somebody else only as an administrator.

    ``permissions`` and ``grants``: what of its owner's it may, None for everything. When the owner's role
    changes it may what is left of that; grants given anew are not its own. A token makes no tokens.
    """
    if actor.only is not None:
        raise ForbiddenError
    if user not in (None, actor.id):
        require(actor, "user.manage")
    _check_expiry(expires_at)
    owner = user or actor.id
    known = {str(view.id) for view in await grants_of(conn, owner)}
    chosen = None if grants is None else sorted({str(each) for each in grants})
    if chosen is not None and not set(chosen) <= known:
        raise InvalidError(errors=(FieldError("grants", "Choose from your own roles."),))
    text = sessions.TOKEN_PREFIX + secrets.token_urlsafe(32)
    made = TokenMade(uuid7(), text)
    await conn.execute(
        insert(api_token).values(
            id=made.id,
            token_hash=sessions.digest(text),
            user_id=owner,
            name=name,
            expires_at=expires_at,
            permissions=null() if permissions is None else sorted(set(permissions)),
            grants=null() if chosen is None else chosen,
        )
    )
    await records.record(conn, actor, "token_made", f"user {owner}", name)
    return made


async def revoke_token(conn: AsyncConnection, actor: Actor, token: UUID) -> None:
    """Revoke one's own token, or anybody's as an administrator."""
    where = [api_token.c.id == token]
    if not may(actor, "user.manage"):
        where.append(api_token.c.user_id == actor.id)
    done = await conn.execute(update(api_token).where(*where).values(revoked_at=func.now()))
    if not done.rowcount:
        raise NotFoundError


async def list_tokens(conn: AsyncConnection, actor: Actor) -> list[TokenView]:
    """One's own tokens that still open something, newest first."""
    return await tokens_of(conn, actor.id)


async def tokens_of(conn: AsyncConnection, user: UUID) -> list[TokenView]:
    """Somebody's tokens that still open something, newest first."""
    t = api_token.c
    rows = await conn.execute(
        select(t.id, t.name, t.created_at, t.expires_at, t.permissions)
        .where(
            t.user_id == user,
            t.revoked_at.is_(None),
            or_(t.expires_at.is_(None), t.expires_at > func.now()),
        )
        .order_by(t.created_at.desc(), t.id)
    )
    return [
        TokenView(
            id=row.id,
            name=row.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            permissions=None if row.permissions is None else tuple(row.permissions),
        )
        for row in rows
    ]


def _check_expiry(expires_at: datetime | None) -> None:
    now = datetime.now(UTC)
    if expires_at is not None and not now < expires_at <= now + _LONGEST:
        raise InvalidError(
            errors=(FieldError("expires_at", "A time within the next ten years is expected."),)
        )
