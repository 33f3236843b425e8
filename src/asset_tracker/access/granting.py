"""What an administrator does with one account: roles given and ended, sessions ended, tokens seen.

A role is given and ended by itself, so that what a token was given of the others stays.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import records, sessions, tokens, users
from asset_tracker.access.actors import Actor, Grant
from asset_tracker.access.permissions import require
from asset_tracker.access.sessions import SessionView
from asset_tracker.access.tables import api_token, user_account, user_grant
from asset_tracker.access.tokens import TokenView
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.i18n import Lang
from asset_tracker.ledger.ids import uuid7

_u, _g, _t = user_account.c, user_grant.c, api_token.c


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody has, what it reaches, and until when (UTC); ``over`` once that has passed."""

    id: UUID
    grant: Grant
    until: datetime | None
    over: bool


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about an account that an administrator looks after."""

    id: UUID
    name: str
    email: str
    lang: Lang
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool
    grants: tuple[Granted, ...]
    sessions: tuple[SessionView, ...]
    tokens: tuple[TokenView, ...]

    @property
    def erased(self) -> bool:
        """Whether who had it was forgotten for good."""
        return self.email == f"erased-{self.id}"


@by_system
async def get_account(conn: AsyncConnection, actor: Actor, user: UUID) -> Account:
    """An account with its roles, open sessions and tokens. Raises NotFoundError."""
    require(actor, "user.manage")
    row = (await conn.execute(select(user_account).where(_u.id == user))).first()
    if row is None:
        raise NotFoundError
    now = datetime.now(UTC)
    grants = await conn.execute(select(user_grant).where(_g.user_id == user).order_by(_g.id))
    return Account(
        id=row.id,
        name=row.name,
        email=row.email,
        lang=row.lang,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        has_password=row.password_hash is not None,
        grants=tuple(_granted(each, now) for each in grants),
        sessions=tuple(await sessions.open_of(conn, user)),
        tokens=tuple(await tokens.tokens_of(conn, user)),
    )


@by_system
async def give(conn: AsyncConnection, actor: Actor, user: UUID, grant: Grant, until: date | None) -> UUID:
    """Give somebody one role more, until the end of a day in Kyiv or for good. Their sessions go on.

    Raises InvalidError for a role that does not know what it reaches or a day that is over, NotFoundError.
    """
    require(actor, "user.manage")
    users.check_grants((grant,))
    if until is not None and until < kyiv.today():
        raise InvalidError(errors=(FieldError("until", "This day has already passed."),))
    await users.must_exist(conn, user)
    made = uuid7()
    row = {"role": grant.role, "programme_id": grant.programme, "area": grant.area, "donor_id": grant.donor}
    await conn.execute(insert(user_grant).values(id=made, user_id=user, valid_until=_end_of(until), **row))
    await records.record(conn, actor, "grants_set", f"user {user}", f"+ {_told(grant, until)}")
    return made


@by_system
async def end(conn: AsyncConnection, actor: Actor, user: UUID, which: UUID) -> None:
    """End one role of somebody, and their sessions. The last administrator stays one. Raises NotFoundError."""
    require(actor, "user.manage")
    await users.must_exist(conn, user)
    ended = delete(user_grant).where(_g.id == which, _g.user_id == user)
    row = (await conn.execute(ended.returning(_g.role))).first()
    if row is None:
        raise NotFoundError
    await users.keep_an_administrator(conn)
    await sessions.end_all(conn, user)
    await records.record(conn, actor, "grants_set", f"user {user}", f"- {row.role}")


@by_system
async def end_sessions(conn: AsyncConnection, actor: Actor, user: UUID) -> None:
    """Log somebody out everywhere at once. Raises NotFoundError."""
    require(actor, "user.manage")
    await users.must_exist(conn, user)
    await sessions.end_all(conn, user)
    await records.record(conn, actor, "sessions_ended", f"user {user}")


def _granted(row: Any, now: datetime) -> Granted:
    grant = Grant(role=row.role, programme=row.programme_id, area=row.area, donor=row.donor_id)
    over = row.valid_until is not None and row.valid_until <= now
    return Granted(id=row.id, grant=grant, until=row.valid_until, over=over)


def _end_of(day: date | None) -> datetime | None:
    return kyiv.instant_of(datetime.combine(day + timedelta(days=1), time())) if day else None


def _told(grant: Grant, until: date | None) -> str:
    reach = grant.programme or grant.area or grant.donor or ""
    return " ".join(filter(None, (grant.role, str(reach), f"until {until}" if until else "")))
