"""Half a log-in: the password was right and the code is missing, or somebody is at their organisation's log-in.

The browser holds a random token, of which only the hash is here; each lasts ten minutes and is used once.
"""

import secrets
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.sessions import digest
from asset_tracker.access.tables import login_step
from asset_tracker.db.wall import by_system
from asset_tracker.ledger.ids import uuid7

LASTS = timedelta(minutes=10)
# Guesses of a code in one step; after that the password is asked again.
GUESSES = 5
_s = login_step.c


class Step(NamedTuple):
    """``body``: what the second half needs to know (JSON); nothing in it is secret by itself."""

    id: UUID
    user: UUID | None
    body: dict[str, Any]
    guesses: int = 0


@by_system
async def begin(conn: AsyncConnection, /, kind: str, *, user: UUID | None = None, **body: Any) -> str:
    """A new step; its token goes into a cookie and is nowhere else."""
    token = secrets.token_urlsafe(32)
    await conn.execute(delete(login_step).where(_s.created_at < func.now() - LASTS))
    await conn.execute(
        insert(login_step).values(id=uuid7(), token_hash=digest(token), kind=kind, user_id=user, body=body)
    )
    return token


@by_system
async def find(conn: AsyncConnection, kind: str, token: str) -> Step | None:
    """The step that a cookie stands for, while it lasts."""
    wanted = select(_s.id, _s.user_id, _s.body, _s.guesses).where(*_of(kind, token))
    row = (await conn.execute(wanted)).first()
    return Step(row.id, row.user_id, row.body, row.guesses) if row else None


@by_system
async def guess(conn: AsyncConnection, kind: str, token: str) -> Step | None:
    """The step, with one more guess counted; None when it is over or its guesses are used up."""
    counted = (
        update(login_step)
        .where(*_of(kind, token), _s.guesses < GUESSES)
        .values(guesses=_s.guesses + 1)
        .returning(_s.id, _s.user_id, _s.body, _s.guesses)
    )
    row = (await conn.execute(counted)).first()
    return Step(row.id, row.user_id, row.body, row.guesses) if row else None


@by_system
async def take(conn: AsyncConnection, kind: str, token: str) -> Step | None:
    """The step, used up: whoever comes second finds none."""
    used = delete(login_step).where(*_of(kind, token)).returning(_s.id, _s.user_id, _s.body, _s.guesses)
    row = (await conn.execute(used)).first()
    return Step(row.id, row.user_id, row.body, row.guesses) if row else None


def _of(kind: str, token: str) -> tuple[Any, ...]:
    return _s.token_hash == digest(token), _s.kind == kind, _s.created_at > func.now() - LASTS
