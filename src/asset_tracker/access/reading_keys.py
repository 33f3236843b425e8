"""Keys by which the reporting views are asked in SQL: one for each question of a page, named ones for tools.

Whoever logs in to the database as its reader sees nothing until they tell a key; with it they see what its
owner's grants reach at that moment, as far as those let them ask at all (``db.raising``).
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import reading_key
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7

ONE_QUESTION = timedelta(minutes=1)
LONGEST = 366
_k = reading_key.c


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A named key that still opens."""

    id: UUID
    name: str
    created_at: datetime
    expires_at: datetime


@by_system
async def for_one_question(conn: AsyncConnection, actor: Actor) -> str:
    """A key of the actor's that lasts a minute; those of earlier questions are forgotten."""
    require(actor, "query.read")
    await conn.execute(delete(reading_key).where(_k.name.is_(None), _k.expires_at < func.now()))
    return await _make(conn, actor, None, ONE_QUESTION)


@by_system
async def make(conn: AsyncConnection, actor: Actor, name: str, days: int) -> str:
    """A key for a tool, told this once. Raises InvalidError."""
    require(actor, "query.read")
    name = " ".join(name.split())
    errors = []
    if not 1 <= len(name) <= 80:
        errors.append(FieldError("name", "Say what the key is for."))
    if not 1 <= days <= LONGEST:
        errors.append(FieldError("days", "A key lasts from one day to a year."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    await records.record(conn, actor, "token_made", f"user {actor.id}", f"a key for SQL, {days} days")
    return await _make(conn, actor, name, timedelta(days=days))


@by_system
async def list_own(conn: AsyncConnection, actor: Actor) -> list[KeyView]:
    """The actor's named keys that still open."""
    wanted = (
        select(_k.id, _k.name, _k.created_at, _k.expires_at)
        .where(
            _k.user_id == actor.id,
            _k.name.is_not(None),
            _k.revoked_at.is_(None),
            _k.expires_at > func.now(),
        )
        .order_by(_k.created_at)
    )
    return [
        KeyView(id=row.id, name=row.name, created_at=row.created_at, expires_at=row.expires_at)
        for row in await conn.execute(wanted)
    ]


@by_system
async def revoke(conn: AsyncConnection, actor: Actor, key: UUID) -> None:
    """End one of the actor's keys. Raises NotFoundError."""
    own = update(reading_key).where(_k.id == key, _k.user_id == actor.id, _k.revoked_at.is_(None))
    if not (await conn.execute(own.values(revoked_at=func.now()))).rowcount:
        raise NotFoundError


async def _make(conn: AsyncConnection, actor: Actor, name: str | None, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    values = {
        "id": uuid7(),
        "token_hash": sessions.digest(token),
        "user_id": actor.id,
        "name": name,
        "expires_at": datetime.now(UTC) + lasts,
    }
    await conn.execute(insert(reading_key).values(values))
    return token
