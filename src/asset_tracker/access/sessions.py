"""Log-in, sessions and API tokens: random secrets, of which only the SHA-256 is stored."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor, Grant
from asset_tracker.access.passwords import verify_password
from asset_tracker.access.tables import api_token, login_attempt, session, user_account, user_grant
from asset_tracker.errors import NotFoundError, ThrottledError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.store import advisory_lock

IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=5)
_WINDOW = timedelta(minutes=15)
# From one address: few attempts at one account, more at many. An account alone is never locked,
# or anyone could lock out anyone.
_PER_ACCOUNT_AND_ADDRESS, _PER_ADDRESS = 5, 50
TOKEN_PREFIX = "at_"  # noqa: S105 - tells a leaked token from other secrets; it is no secret itself


class LoggedIn(msgspec.Struct, frozen=True):
    """A new session; ``token`` goes into the cookie and is nowhere else."""

    token: str
    actor: Actor


class SessionView(msgspec.Struct, frozen=True):
    """One's own session: since when, last used, in which browser."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    agent: str | None


class Authenticated(msgspec.Struct, frozen=True):
    """Who a cookie or a bearer token stands for; ``session`` is None for a token."""

    actor: Actor
    session: UUID | None = None


def digest(token: str) -> bytes:
    """What is stored of a secret."""
    return sha256(token.encode()).digest()


async def log_in(
    conn: AsyncConnection,
    email: str,
    password: str,
    address: str,
    *,
    old_token: str | None = None,
    agent: str | None = None,
) -> LoggedIn | None:
    """A new session, or None when e-mail or password are wrong (the attempt is counted either way).

    Ends the session that the browser came with. Raises ThrottledError after too many failures.
    """
    account = digest(email.strip().lower())
    # One after the other from one address, or a hundred guesses at once would each find none before it.
    await advisory_lock(conn, f"log-in {address}")
    await _throttle(conn, account, address)
    u = user_account.c
    found = (
        await conn.execute(
            select(u.id, u.password_hash).where(
                func.lower(u.email) == email.strip().lower(), u.disabled_at.is_(None)
            )
        )
    ).first()
    right = await verify_password(found.password_hash if found else None, password)
    await conn.execute(insert(login_attempt).values(account=account, address=address, succeeded=right))
    if not (found and right):
        return None
    if old_token:
        await end_session(conn, token=old_token)
    # Whoever shuts the account or changes the password holds its row: a log-in that began before must
    # not make a session that outlives it.
    still = select(u.id).where(
        u.id == found.id, u.disabled_at.is_(None), u.password_hash == found.password_hash
    )
    if await conn.scalar(still.with_for_update(read=True)) is None:
        return None
    return await begin_session(conn, found.id, agent)


async def begin_session(conn: AsyncConnection, user: UUID, agent: str | None = None) -> LoggedIn:
    """A new session for somebody whose identity is proven; ``agent``: what the browser calls itself."""
    token = secrets.token_urlsafe(32)
    named = (agent or "").replace("\x00", "")[:300] or None
    await conn.execute(
        insert(session).values(id=uuid7(), token_hash=digest(token), user_id=user, agent=named)
    )
    actor = await actor_of(conn, user)
    return LoggedIn(token, actor)


async def end_session(conn: AsyncConnection, *, token: str) -> None:
    """End the session for good."""
    ended = update(session).where(session.c.token_hash == digest(token), session.c.ended_at.is_(None))
    await conn.execute(ended.values(ended_at=func.now()))


async def list_sessions(conn: AsyncConnection, actor: Actor) -> list[SessionView]:
    """One's own sessions that are open, the last used first."""
    s = session.c
    rows = await conn.execute(
        select(s.id, s.created_at, s.seen_at, s.agent)
        .where(s.user_id == actor.id, *_open(datetime.now(UTC)))
        .order_by(s.seen_at.desc(), s.id)
    )
    return [SessionView(row.id, row.created_at, row.seen_at, row.agent) for row in rows]


async def end_own(conn: AsyncConnection, actor: Actor, which: UUID) -> None:
    """End one of one's own sessions for good. Raises NotFoundError."""
    s = session.c
    ended = update(session).where(s.id == which, s.user_id == actor.id, s.ended_at.is_(None))
    if not (await conn.execute(ended.values(ended_at=func.now()))).rowcount:
        raise NotFoundError


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    s = session.c
    return s.ended_at.is_(None), s.seen_at > now - IDLE, s.created_at > now - ABSOLUTE


async def end_all(conn: AsyncConnection, user: UUID) -> None:
    """End every session of a user: after a change of password or role, and when disabled."""
    ended = update(session).where(session.c.user_id == user, session.c.ended_at.is_(None))
    await conn.execute(ended.values(ended_at=func.now()))


async def by_cookie(conn: AsyncConnection, token: str) -> Authenticated | None:
    """Who the session cookie stands for, or None; notes now and then that the session is in use."""
    s, u = session.c, user_account.c
    now = datetime.now(UTC)
    row = (
        await conn.execute(
            select(s.id, s.seen_at, u.id.label("user_id"), u.name, u.lang)
            .join(user_account, u.id == s.user_id)
            .where(
                s.token_hash == digest(token),
                *_open(now),
                u.disabled_at.is_(None),
            )
        )
    ).first()
    if row is None:
        return None
    if row.seen_at < now - _SEEN_EVERY:
        await conn.execute(update(session).where(s.id == row.id).values(seen_at=now))
    return Authenticated(await _actor(conn, row.user_id, row.name, row.lang), row.id)


async def by_token(conn: AsyncConnection, token: str) -> Authenticated | None:
    """Who an API token stands for, or None."""
    t, u = api_token.c, user_account.c
    row = (
        await conn.execute(
            select(u.id, u.name, u.lang)
            .join(api_token, u.id == t.user_id)
            .where(
                t.token_hash == digest(token),
                t.revoked_at.is_(None),
                or_(t.expires_at.is_(None), t.expires_at > func.now()),
                u.disabled_at.is_(None),
            )
        )
    ).first()
    return Authenticated(await _actor(conn, row.id, row.name, row.lang)) if row else None


async def actor_of(conn: AsyncConnection, user: UUID) -> Actor:
    """The actor that a user account stands for."""
    u = user_account.c
    row = (await conn.execute(select(u.id, u.name, u.lang).where(u.id == user))).one()
    return await _actor(conn, row.id, row.name, row.lang)


async def _actor(conn: AsyncConnection, user: UUID, name: str, lang: Any) -> Actor:
    g = user_grant.c
    rows: Sequence[Any] = (
        await conn.execute(
            select(g.role, g.programme_id, g.area, g.donor_id)
            .where(g.user_id == user, or_(g.valid_until.is_(None), g.valid_until > func.now()))
            .order_by(g.id)
        )
    ).all()
    grants = tuple(Grant(role=r.role, programme=r.programme_id, area=r.area, donor=r.donor_id) for r in rows)
    return Actor(id=user, name=name, lang=lang, grants=grants)


async def _throttle(conn: AsyncConnection, account: bytes, address: str) -> None:
    a = login_attempt.c
    failures = (
        await conn.execute(
            select(func.count(), func.count().filter(a.account == account)).where(
                a.address == address, a.at > datetime.now(UTC) - _WINDOW, a.succeeded.is_(False)
            )
        )
    ).one()
    if failures[0] >= _PER_ADDRESS or failures[1] >= _PER_ACCOUNT_AND_ADDRESS:
        raise ThrottledError(retry_after=int(_WINDOW.total_seconds()))
