"""What waits at the desk among the assets in reach: numbers, and the latest of each sort."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import ROWS, asset_row, conditions
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.standing import desk
from asset_tracker.assets.views import AssetRow, Filters
from asset_tracker.assets.waits import WAITS, Wait, waits_for
from asset_tracker.ledger.tables import asset

_a = asset.c
NOTHING = Filters()


# Further nothing is counted of what no count is kept of: a number beyond it helps nobody.
WAITING = 1_000
_LATEST = 5


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many assets in reach wait for something; components of kits stand with their kit.

    Those lent and not returned in time are counted to ``WAITING``: one more than that stands for all that are more.
    """

    total: int
    in_service: int
    waits: Mapping[Wait, int]


async def waiting(conn: AsyncConnection, actor: Actor, within: Filters = NOTHING) -> Waiting:
    """The numbers of the desk among the assets ``within`` a programme, an oblast or a municipality."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    numbers = desk(actor, within, known)
    late = select(_a.id).where(scope.assets(actor), *conditions(within, known), waits_for("lent_late"))
    some = late.limit(WAITING + 1).subquery()
    lent = select(func.count()).select_from(some).scalar_subquery().label("lent_late")
    row = (await conn.execute(select(*(n.label(name) for name, n in numbers.items()), lent))).one()._mapping  # noqa: SLF001 - SQLAlchemy's public mapping
    return Waiting(
        total=row["total"], in_service=row["in_service"], waits={name: row[name] for name in WAITS}
    )


async def latest(
    conn: AsyncConnection, actor: Actor, what: Wait, within: Filters = NOTHING
) -> list[AssetRow]:
    """The assets in reach ``within`` that wait for this and changed last."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    wanted = ROWS.where(scope.assets(actor), *conditions(within, known), waits_for(what))
    wanted = wanted.order_by(_a.changed_at.desc(), _a.id)
    return [asset_row(row, known) for row in await conn.execute(wanted.limit(_LATEST))]
