"""Reading the sealed log on from where one was: every event once, in one order, none left out.

Events get their place in the log after they are committed, so a place never appears below one that was read.
Who reads moves a cursor in the same transaction in which it keeps what it read for.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.ledger.tables import OF_KEY, event, event_key
from asset_tracker.ledger.tables_of_log import ledger_leaf
from asset_tracker.notices.tables import feed_cursor

AT_ONCE = 1000
_c, _e, _l = feed_cursor.c, event.c, ledger_leaf.c


class News(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the log; ``body`` are its canonical bytes, without anything personal."""

    position: int
    id: UUID
    asset: UUID
    kind: str
    occurred_at: datetime
    programme: UUID | None
    body: bytes


async def end_of_log(conn: AsyncConnection) -> int:
    """The position that the next event will have."""
    last = await conn.scalar(select(func.max(_l.position)))
    return 0 if last is None else last + 1


async def held_cursor(conn: AsyncConnection, name: str) -> int:
    """Where this reader stands, locked until the transaction ends; a new one begins at the end of the log."""
    start = insert(feed_cursor).values(name=name, position=await end_of_log(conn))
    await conn.execute(start.on_conflict_do_nothing())
    found = await conn.scalar(select(_c.position).where(_c.name == name).with_for_update())
    return int(found or 0)


async def move_cursor(conn: AsyncConnection, name: str, position: int) -> None:
    """Everything before ``position`` was read."""
    await conn.execute(update(feed_cursor).where(_c.name == name).values(position=position))


async def read_on(
    conn: AsyncConnection, since: int, until: int | None = None, *, limit: int = AT_ONCE
) -> list[News]:
    """The events from position ``since`` on, before ``until``, at most ``limit``."""
    wanted = (
        select(_l.position, _e.id, _e.asset_id, _e.kind, _e.occurred_at, _e.programme_id, _e.body)
        .join(event_key, event_key.c.id == _l.event_id)
        .join(event, OF_KEY)
        .where(_l.position >= since)
        .order_by(_l.position)
        .limit(limit)
    )
    if until is not None:
        wanted = wanted.where(_l.position < until)
    return [_news(row) for row in await conn.execute(wanted)]


def _news(row: Any) -> News:
    return News(
        position=row.position,
        id=row.id,
        asset=row.asset_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        programme=row.programme_id,
        body=bytes(row.body),
    )
