"""Notes of what is done from the command line to keep an installation well, so that its absence can be told.

The newest backup file would tell as well, but the server that is watched need not see the folder it lies in.
"""

from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker.backups.tables import upkeep
from asset_tracker.db.engine import make_engine, transaction

What = Literal["backup", "drill", "verify"]
# A backup may be made of a database that is older than this table, or only read any more.
_CAN_NOTE = text(
    "SELECT to_regclass('public.upkeep') IS NOT NULL AND NOT current_setting('transaction_read_only')::boolean"
)


async def note(url: str, what: What) -> None:
    """Keep that ``what`` went well just now, in the database at ``url``."""
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with transaction(engine) as conn:
            if await conn.scalar(_CAN_NOTE):
                row = insert(upkeep).values(what=what)
                again = row.on_conflict_do_update(index_elements=["what"], set_={"done_at": func.now()})
                await conn.execute(again)
    finally:
        await engine.dispose()


async def ages(conn: AsyncConnection) -> dict[str, float]:
    """How long ago each was done the last time, in seconds; what never was is not there."""
    age = func.extract("epoch", func.now() - upkeep.c.done_at)
    rows = await conn.execute(select(upkeep.c.what, age.label("age")))
    return {row.what: float(row.age) for row in rows}
