"""Proving once more that it is oneself, before what cannot be undone: a session left open is not enough."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import second_factor, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.tables import session, user_account
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError

# Who has no password here proves it by having come from their organisation so lately.
LATELY = timedelta(minutes=10)
_s, _u = session.c, user_account.c


class Needed(msgspec.Struct, frozen=True):
    """What somebody is asked for: their password, and the code of their second factor."""

    password: bool
    code: bool


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed. ``session``: the one that it was typed in; ``whence`` as for a log-in."""

    session: UUID
    whence: str
    password: str = ""
    code: str = ""


@by_system
async def needed(conn: AsyncConnection, actor: Actor) -> Needed:
    """What this person is asked for."""
    stored = await conn.scalar(select(_u.password_hash).where(_u.id == actor.id))
    return Needed(password=stored is not None, code=await second_factor.is_set(conn, actor.id))


@by_system
async def problems(
    conn: AsyncConnection, secret_key: str, actor: Actor, proof: Proof
) -> tuple[FieldError, ...]:
    """What is wrong with a proof; nothing where it is they.

    Wrong ones are counted as those of a log-in are, so the transaction must be kept in either case. Raises
    ThrottledError after too many.
    """
    asks = await needed(conn, actor)
    if not asks.password and not await _came_lately(conn, proof.session):
        return (FieldError("password", "Log out and in again first; then you have ten minutes."),)
    email = await conn.scalar(select(_u.email).where(_u.id == actor.id))
    if (
        asks.password
        and await sessions.check_password(conn, str(email), proof.password, proof.whence) is None
    ):
        return (FieldError("password", "This is not your current password."),)
    if not asks.code:
        return ()
    account = sessions.digest(f"code {actor.id}")
    await sessions.throttle(conn, account, proof.whence)
    right = await second_factor.check_code(conn, secret_key, actor.id, proof.code)
    await sessions.count_attempt(conn, account, proof.whence, succeeded=right)
    return () if right else (FieldError("code", "The code is wrong or has already been used."),)


async def _came_lately(conn: AsyncConnection, which: UUID) -> bool:
    begun = exists().where(_s.id == which, _s.created_at > func.now() - LATELY)
    return bool(await conn.scalar(select(begun)))
