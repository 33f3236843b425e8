"""Log-in, sessions and API tokens: random secrets, of which only the SHA-256 is stored."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access.actors import Actor, Grant, Role
from asset_tracker.access.passwords import verify_password
from asset_tracker.access.tables import (
    IN_FORCE,
    api_token,
    login_attempt,
    login_step,
    session,
    user_account,
    user_grant,
)
from asset_tracker.db.at_once import Proof
from asset_tracker.db.engine import advisory_lock, ask_once, transaction
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError, ThrottledError
from asset_tracker.i18n import Lang
from asset_tracker.ledger.ids import uuid7

IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=5)
_WINDOW = timedelta(minutes=15)
_KEPT = timedelta(days=1)
# From one address: few attempts at one account, more at many. An account alone is never locked,
# or anyone could lock out anyone.
_PER_ACCOUNT_AND_ADDRESS, _PER_ADDRESS = 5, 50
TOKEN_PREFIX = "at_"  # noqa: S105 - tells a leaked token from other secrets; it is no secret itself


Via = Literal["password", "organisation"]


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


class Authenticated(msgspec.Struct, frozen=True, kw_only=True):
    """Who a cookie or a bearer token stands for: ``session`` or ``token`` says by which of them.

    ``proven``: by a second factor of ours, or by the log-in of somebody's organisation, which has its own.
    """

    actor: Actor
    session: UUID | None = None
    token: UUID | None = None
    proven: bool = True


def digest(token: str) -> bytes:
    """What is stored of a secret."""
    return sha256(token.encode()).digest()


@by_system
async def check_password(conn: AsyncConnection, email: str, password: str, whence: str) -> UUID | None:
    """The user whose e-mail and password these are, or None (the attempt is counted either way).

    ``whence``: a browser that was logged in as them before, or else an address (``network_of``). Until the
    transaction ends nobody can shut the account or change its password: a log-in that began before must
    not make a session that outlives it. Raises ThrottledError after too many failures.
    """
    account = digest(email.strip().lower())
    await throttle(conn, account, whence)
    u = user_account.c
    found = (
        await conn.execute(
            select(u.id, u.password_hash).where(
                func.lower(u.email) == email.strip().lower(), u.disabled_at.is_(None)
            )
        )
    ).first()
    right = await verify_password(found.password_hash if found else None, password)
    await count_attempt(conn, account, whence, succeeded=right)
    if not (found and right):
        return None
    still = select(u.id).where(
        u.id == found.id, u.disabled_at.is_(None), u.password_hash == found.password_hash
    )
    held: UUID | None = await conn.scalar(still.with_for_update(read=True))
    return held


@by_system
async def hold_user(conn: AsyncConnection, user: UUID) -> bool:
    """Whether the account is open; until the transaction ends nobody can shut it."""
    u = user_account.c
    open_still = select(u.id).where(u.id == user, u.disabled_at.is_(None)).with_for_update(read=True)
    return await conn.scalar(open_still) is not None


@by_system
async def begin_session(
    conn: AsyncConnection, user: UUID, agent: str | None = None, *, via: Via = "password"
) -> LoggedIn:
    """A new session for somebody whose identity is proven; ``agent``: what the browser calls itself."""
    token = secrets.token_urlsafe(32)
    named = (agent or "").replace("\x00", "")[:300] or None
    await conn.execute(
        insert(session).values(id=uuid7(), token_hash=digest(token), user_id=user, agent=named, via=via)
    )
    actor = await actor_of(conn, user)
    return LoggedIn(token, actor)


@by_system
async def end_session(conn: AsyncConnection, *, token: str) -> None:
    """End the session for good."""
    ended = update(session).where(session.c.token_hash == digest(token), session.c.ended_at.is_(None))
    await conn.execute(ended.values(ended_at=func.now()))


async def list_sessions(conn: AsyncConnection, actor: Actor) -> list[SessionView]:
    """One's own sessions that are open, the last used first."""
    return await open_of(conn, actor.id)


async def open_of(conn: AsyncConnection, user: UUID) -> list[SessionView]:
    """Somebody's sessions that are open, the last used first, a hundred at most."""
    s = session.c
    rows = await conn.execute(
        select(s.id, s.created_at, s.seen_at, s.agent)
        .where(s.user_id == user, *_open(datetime.now(UTC)))
        .order_by(s.seen_at.desc(), s.id)
        .limit(100)
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


@by_system
async def end_all(conn: AsyncConnection, user: UUID, *, but: UUID | None = None) -> None:
    """End every session of a user and every log-in on its way: after a change of password or role, and
    when disabled. ``but``: the one session that goes on.
    """
    ended = update(session).where(session.c.user_id == user, session.c.ended_at.is_(None))
    if but is not None:
        ended = ended.where(session.c.id != but)
    await conn.execute(ended.values(ended_at=func.now()))
    await conn.execute(delete(login_step).where(login_step.c.user_id == user))


async def holds(conn: AsyncConnection, proof: Authenticated) -> bool:
    """Whether the session or token is still open, asked just before a change is committed.

    What ends it waits until then, or is seen here: after a log-out has answered, nothing is recorded by
    that session. What this very transaction ended (a log-out itself) counts as open.
    """
    s, t = session.c, api_token.c
    if proof.session is not None:
        wanted = select(s.id).where(
            s.id == proof.session, or_(s.ended_at.is_(None), s.ended_at == func.now())
        )
    elif proof.token is not None:
        wanted = select(t.id).where(
            t.id == proof.token, or_(t.revoked_at.is_(None), t.revoked_at == func.now())
        )
    else:
        return True
    return await conn.scalar(wanted.with_for_update(read=True)) is not None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a secret stood for when it was looked up, in the words of the answer.

    Good for nothing but to be proven anew, and of a session only ``until`` its use is to be noted again.
    """

    found: Authenticated
    secret: bytes
    answer: str
    until: datetime | None = None

    def proof(self) -> Proof | None:
        """What must hold for the claim to hold now; None where it is too old for one."""
        if self.found.session is None:
            return Proof("wall.of_token", (self.secret,), self.answer)
        now = datetime.now(UTC)
        if self.until is None or self.until < now:
            return None
        return Proof("wall.of_session", (self.secret, now - IDLE, now - ABSOLUTE), self.answer)


class _GrantFound(msgspec.Struct, frozen=True):
    id: UUID
    role: Role
    programme: UUID | None
    area: str | None
    donor: UUID | None


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What ``wall.of_session`` and ``wall.of_token`` answer (``db.raising``)."""

    user: UUID
    name: str
    lang: Lang
    grants: tuple[_GrantFound, ...]
    session: UUID | None = None
    seen_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    proven: bool = True
    token: UUID | None = None
    permissions: frozenset[str] | None = None
    only: frozenset[UUID] | None = None

    def authenticated(self) -> Authenticated:
        mine = [g for g in self.grants if self.only is None or g.id in self.only]
        grants = tuple(Grant(role=g.role, programme=g.programme, area=g.area, donor=g.donor) for g in mine)
        actor = Actor(id=self.user, name=self.name, lang=self.lang, grants=grants, only=self.permissions)
        return Authenticated(actor=actor, session=self.session, token=self.token, proven=self.proven)


_found: msgspec.json.Decoder[_Found] = msgspec.json.Decoder(_Found)


async def by_cookie(engine: AsyncEngine, token: str) -> Claim | None:
    """Who the session cookie stands for, or None; notes now and then that the session is in use."""
    now = datetime.now(UTC)
    secret = digest(token)
    told = await ask_once(engine, "SELECT wall.of_session($1, $2, $3)", secret, now - IDLE, now - ABSOLUTE)
    if told is None:
        return None
    found = _found.decode(told)
    if found.seen_at and found.seen_at < now - _SEEN_EVERY:
        async with transaction(engine) as conn:
            await conn.execute(update(session).where(session.c.id == found.session).values(seen_at=now))
        return Claim(found=found.authenticated(), secret=secret, answer=told)
    until = found.seen_at + _SEEN_EVERY if found.seen_at else None
    return Claim(found=found.authenticated(), secret=secret, answer=told, until=until)


async def by_token(engine: AsyncEngine, token: str) -> Claim | None:
    """Who an API token stands for, with no more than it was given, or None."""
    secret = digest(token)
    told = await ask_once(engine, "SELECT wall.of_token($1)", secret)
    return Claim(found=_found.decode(told).authenticated(), secret=secret, answer=told) if told else None


async def actor_of(conn: AsyncConnection, user: UUID) -> Actor:
    """The actor that a user account stands for."""
    u = user_account.c
    row = (await conn.execute(select(u.id, u.name, u.lang).where(u.id == user))).one()
    return await _actor(conn, row.id, row.name, row.lang)


def rights_of(actor: Actor) -> list[Any]:
    """The rights of an actor, to be kept as JSON with what is done in their name later."""
    kept: list[Any] = msgspec.to_builtins(actor.grants)
    return kept


async def active_actor(conn: AsyncConnection, user: UUID, rights: list[Any]) -> Actor | None:
    """Who asked for something earlier, with the rights that they had then and still have.

    None for somebody who may not log in any more.
    """
    u = user_account.c
    there = select(u.id).where(u.id == user, u.disabled_at.is_(None))
    if await conn.scalar(there) is None:
        return None
    actor = await actor_of(conn, user)
    had = msgspec.convert(rights, tuple[Grant, ...])
    return msgspec.structs.replace(actor, grants=tuple(grant for grant in actor.grants if grant in had))


async def _actor(conn: AsyncConnection, user: UUID, name: str, lang: Any) -> Actor:
    g = user_grant.c
    wanted = (
        select(g.role, g.programme_id, g.area, g.donor_id).where(g.user_id == user, IN_FORCE).order_by(g.id)
    )
    rows: Sequence[Any] = (await conn.execute(wanted)).all()
    grants = tuple(Grant(role=r.role, programme=r.programme_id, area=r.area, donor=r.donor_id) for r in rows)
    return Actor(id=user, name=name, lang=lang, grants=grants)


def network_of(address: str) -> str:
    """What counts as one address: an IPv6 household has 2^64 of them, so its network (/64) is meant."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if found.version == 6 and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


@by_system
async def throttle(conn: AsyncConnection, account: bytes, whence: str) -> None:
    """Raise ThrottledError after too many failures from there; an account alone is never locked."""
    # One after the other from one place, or a hundred guesses at once would each find none before it.
    await advisory_lock(conn, f"log-in {whence}")
    a = login_attempt.c
    failures = (
        await conn.execute(
            select(func.count(), func.count().filter(a.account == account)).where(
                a.address == whence, a.at > datetime.now(UTC) - _WINDOW, a.succeeded.is_(False)
            )
        )
    ).one()
    if failures[0] >= _PER_ADDRESS or failures[1] >= _PER_ACCOUNT_AND_ADDRESS:
        raise ThrottledError(retry_after=int(_WINDOW.total_seconds()))


@by_system
async def count_attempt(conn: AsyncConnection, account: bytes, whence: str, *, succeeded: bool) -> None:
    """Write an attempt down; addresses are forgotten after a day."""
    a = login_attempt.c
    await conn.execute(insert(login_attempt).values(account=account, address=whence, succeeded=succeeded))
    if succeeded:
        await conn.execute(delete(login_attempt).where(a.at < datetime.now(UTC) - _KEPT))
