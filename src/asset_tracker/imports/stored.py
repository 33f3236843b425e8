"""The rows of a plan, as they were stored."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.imports.known import Action, Item
from asset_tracker.imports.tables import import_row

# What is written at once; others are answered in between.
CHUNK = 100
_r = import_row.c
_item = msgspec.json.Decoder(Item)


async def planned(
    conn: AsyncConnection, batch_id: UUID, action: Action, *, chunk: int = CHUNK
) -> AsyncIterator[list[tuple[int, Item]]]:
    """The rows with this action, by their number and so many at once; ``asset`` is the id given when they were planned."""
    after = 0
    while True:
        rows = (
            await conn.execute(
                select(_r.n, _r.asset_id, cast(_r.item, Text).label("item"))
                .where(_r.batch_id == batch_id, _r.action == action, _r.n > after)
                .order_by(_r.n)
                .limit(chunk)
            )
        ).all()
        if not rows:
            return
        after = rows[-1].n
        yield [(row.n, msgspec.structs.replace(_item.decode(row.item), asset=row.asset_id)) for row in rows]
