"""What waits at the desk among the assets in reach: numbers, and the latest of each sort."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import ROWS, asset_row, conditions
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.views import AssetRow, Filters
from asset_tracker.assets.waits import WAITS, Wait, waits_for
from asset_tracker.ledger.tables import asset

_a = asset.c
_present = _a.gone_reason.is_(None)
NOTHING = Filters()


# Further nothing is counted: a number beyond it helps nobody, and takes a second at a million assets.
COUNTED, WAITING = 10_000, 1_000


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many assets in reach wait for something; components of kits stand with their kit.

    ``total`` and ``in_service`` are counted to ``COUNTED`` and each of ``waits`` to ``WAITING``: one more than
    that stands for all that are more.
    """

    total: int
    in_service: int
    waits: Mapping[Wait, int]


async def waiting(conn: AsyncConnection, actor: Actor, within: Filters = NOTHING) -> Waiting:
    """The numbers of the desk among the assets ``within``; each is counted in an index of its own."""
    require(actor, "asset.read")
    narrowed = conditions(within, await coarse(conn, actor))
    wanted: dict[str, list[ColumnElement[bool]]] = {
        "total": [],
        "in_service": [_present, _a.stage == "in_service"],
        **{str(name): [waits_for(name)] for name in WAITS},
    }
    reach = scope.assets(actor)
    numbers = []
    for name, more in wanted.items():
        most = WAITING if name in WAITS else COUNTED
        some = select(_a.id).where(reach, *narrowed, *more).limit(most + 1).subquery()
        numbers.append(select(func.count()).select_from(some).scalar_subquery().label(name))
    row = (await conn.execute(select(*numbers))).one()._mapping  # noqa: SLF001 - SQLAlchemy's public mapping
    return Waiting(
        total=row["total"], in_service=row["in_service"], waits={name: row[name] for name in WAITS}
    )


async def latest(
    conn: AsyncConnection, actor: Actor, what: Wait, within: Filters = NOTHING, limit: int = 5
) -> list[AssetRow]:
    """The assets in reach ``within`` that wait for this and changed last."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    wanted = ROWS.where(scope.assets(actor), *conditions(within, known), waits_for(what))
    wanted = wanted.order_by(_a.changed_at.desc(), _a.id)
    return [asset_row(row, known) for row in await conn.execute(wanted.limit(limit))]
