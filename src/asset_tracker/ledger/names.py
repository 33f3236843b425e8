"""The names that assets bear, each kept once: what words are looked for in (``assets.sought``).

A trigger of the asset table adds what is new. Here they are compared with the assets, and mended.
"""

from sqlalchemy import exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.wall import by_system
from asset_tracker.ledger.tables import NAMES, NAMES_KEY, asset, asset_name

_MISSING = (
    select(NAMES_KEY.label("key"), NAMES.label("names"))
    .select_from(asset)
    .where(~exists().where(asset_name.c.key == NAMES_KEY))
    .distinct()
)


@by_system
async def renew(conn: AsyncConnection) -> int:
    """Add the names of assets that are missing; how many were."""
    return (await conn.execute(insert(asset_name).from_select(["key", "names"], _MISSING))).rowcount


async def missing_names(conn: AsyncConnection) -> int:
    """How many names of assets are missing: no word in them finds those assets."""
    return await conn.scalar(select(func.count()).select_from(_MISSING.subquery())) or 0
