"""Blank tags: the rows of the tag table that no event made, for the assets to come.

They exist from the moment they are printed, so that no tag is ever given twice. Rebuilding the projections
leaves rows without an asset alone.
"""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.db.wall import by_system
from asset_tracker.ledger.tables import tag
from asset_tracker.ledger.tags import new_tag


@by_system
async def issue(conn: AsyncConnection, count: int, programme: UUID | None) -> list[str]:
    """So many new tags, kept as blank."""
    issued: list[str] = []
    while len(issued) < count:  # two of 34 thousand million may be the same
        rows = [(code, "blank", programme) for code in {new_tag() for _ in range(count - len(issued))}]
        clause = "ON CONFLICT DO NOTHING RETURNING tag"
        taken = await bulk.insert(conn, tag, ("tag", "status", "programme_id"), rows, suffix=clause)
        issued += [row["tag"] for row in taken]
    return issued


@by_system
async def retire(conn: AsyncConnection, code: str) -> None:
    """A tag that no asset ever bore will never be used."""
    blank = update(tag).where(tag.c.tag == code, tag.c.asset_id.is_(None))
    await conn.execute(blank.values(status="retired"))
