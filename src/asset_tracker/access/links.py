"""Links by which somebody sets their own password: made by an administrator, shown once, used once."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import passwords, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import one_time_link, user_account
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.ids import uuid7

LASTS = timedelta(days=3)
_l, _u = one_time_link.c, user_account.c


class LinkMade(msgspec.Struct, frozen=True):
    """A new link; this is the only time that its token is shown."""

    token: str
    name: str
    email: str
    expires_at: datetime


async def make_link(conn: AsyncConnection, actor: Actor, user: UUID) -> LinkMade:
    """A link for somebody who cannot log in yet, or no longer; earlier ones end. Raises NotFoundError."""
    require(actor, "user.manage")
    known = select(_u.name, _u.email).where(_u.id == user, _u.disabled_at.is_(None)).with_for_update()
    found = (await conn.execute(known)).first()
    if found is None:
        raise NotFoundError
    await _end_all(conn, user)
    token, expires_at = secrets.token_urlsafe(32), datetime.now(UTC) + LASTS
    await conn.execute(
        insert(one_time_link).values(
            id=uuid7(),
            token_hash=sessions.digest(token),
            user_id=user,
            made_by=actor.id,
            expires_at=expires_at,
        )
    )
    return LinkMade(token, found.name, found.email, expires_at)


async def whose(conn: AsyncConnection, token: str) -> str:
    """The e-mail address of the account that an unused link is for. Raises NotFoundError."""
    wanted = select(_u.email).join(one_time_link, _l.user_id == _u.id)
    found = await conn.scalar(wanted.where(*_usable(token)))
    if found is None:
        raise NotFoundError("This link was used, or is too old. Ask for a new one.")
    return str(found)


async def set_password(conn: AsyncConnection, token: str, password: str) -> None:
    """Use the link up: set the password, end what was open. Raises NotFoundError and InvalidError."""
    await whose(conn, token)
    passwords.check_new(password)
    hashed = await passwords.hash_password(password)
    used = (
        update(one_time_link)
        .where(_l.user_id == _u.id, *_usable(token))
        .values(used_at=func.now())
        .returning(_l.user_id)
    )
    user = await conn.scalar(used)
    if user is None:
        raise NotFoundError("This link was used, or is too old. Ask for a new one.")
    await conn.execute(update(user_account).where(_u.id == user).values(password_hash=hashed))
    await sessions.end_all(conn, user)


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        _l.token_hash == sessions.digest(token),
        _l.used_at.is_(None),
        _l.expires_at > func.now(),
        _u.disabled_at.is_(None),
    )


async def _end_all(conn: AsyncConnection, user: UUID) -> None:
    unused = update(one_time_link).where(_l.user_id == user, _l.used_at.is_(None), _l.expires_at > func.now())
    await conn.execute(unused.values(expires_at=func.now()))
