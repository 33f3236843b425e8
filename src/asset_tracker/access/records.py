"""What was done with people's data and with the ways in: who, when, to whom, and why. It only grows."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import COMMAND_LINE, Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import access_record, user_account
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError

Act = Literal[
    "revealed",
    "erased",
    "second_factor_removed",
    "second_factor_set",
    "identity_linked",
    "grants_set",
    "account_shut",
    "account_reopened",
    "token_made",
    "sensitivity_set",
    "sessions_ended",
    "key_rotated",
    "webhook_made",
    "webhook_ended",
    "party_changed",
    "programme_changed",
]
ACTS: tuple[Act, ...] = get_args(Act)
_r, _u = access_record.c, user_account.c


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the record. ``subject`` says what it was done to, without saying what was seen."""

    id: int
    at: datetime
    actor_id: UUID
    actor: str
    act: Act
    subject: str
    reason: str


@by_system
async def record(conn: AsyncConnection, actor: Actor, act: Act, subject: str, reason: str = "") -> None:
    """Write down what is done in this transaction. ``subject``: ``user ID``, ``asset TAG``; no names."""
    await conn.execute(
        insert(access_record).values(actor_id=actor.id, act=act, subject=subject[:200], reason=reason)
    )


def check_reason(reason: str) -> str:
    """The reason as it is kept. Raises InvalidError when there is none."""
    told = " ".join(reason.split())
    if not 3 <= len(told) <= 500:
        raise InvalidError(errors=(FieldError("reason", "Say why, in a few words."),))
    return told


async def list_records(
    conn: AsyncConnection, actor: Actor, *, act: Act | None = None, before: int | None = None, limit: int = 50
) -> list[RecordView]:
    """The record, newest first; for administrators and auditors."""
    require(actor, "record.read")
    wanted = (
        select(_r.id, _r.at, _r.actor_id, _u.name.label("actor"), _r.act, _r.subject, _r.reason)
        .outerjoin(user_account, _u.id == _r.actor_id)
        .order_by(_r.id.desc())
        .limit(limit)
    )
    if act is not None:
        wanted = wanted.where(_r.act == act)
    if before is not None:
        wanted = wanted.where(_r.id < before)
    return [
        RecordView(
            id=row.id,
            at=row.at,
            actor_id=row.actor_id,
            actor=COMMAND_LINE.name if row.actor_id == COMMAND_LINE.id else row.actor or "—",
            act=row.act,
            subject=row.subject,
            reason=row.reason,
        )
        for row in await conn.execute(wanted)
    ]
