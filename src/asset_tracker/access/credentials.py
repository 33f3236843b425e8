"""What opens something in somebody's name without a log-in, and how all of it ends: one person's, or everybody's.

Tokens for programs, keys for questions, links to a report, to a calendar and to a new password.
"""

from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, delete, func, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.tables import api_token, calendar_link, one_time_link, reading_key, report_link


class Ended(msgspec.Struct, frozen=True):
    """How many tokens were ended, and how many links to a new password; of the others nobody asks."""

    tokens: int
    links: int


async def end_all(conn: AsyncConnection, user: UUID | None = None) -> Ended:
    """End for good what was handed out to ``user``, or to everybody. Again is safe."""
    t, link, shared, key, now = api_token.c, one_time_link.c, report_link.c, reading_key.c, func.now()

    def whose(column: ColumnElement[UUID]) -> ColumnElement[bool]:
        return true() if user is None else column == user

    tokens, links, *_ = [
        (await conn.execute(statement)).rowcount
        for statement in (
            update(api_token).where(whose(t.user_id), t.revoked_at.is_(None)).values(revoked_at=now),
            update(one_time_link)
            .where(whose(link.user_id), link.used_at.is_(None), link.expires_at > now)
            .values(expires_at=now),
            update(report_link)
            .where(whose(shared.made_by), shared.revoked_at.is_(None))
            .values(revoked_at=now),
            update(reading_key).where(whose(key.user_id), key.revoked_at.is_(None)).values(revoked_at=now),
            delete(calendar_link).where(whose(calendar_link.c.user_id)),
        )
    ]
    return Ended(tokens, links)
