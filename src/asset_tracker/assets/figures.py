"""What waits at the desk among the assets in reach: numbers, and the latest of each sort."""

from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.views import AssetRow
from asset_tracker.ledger.tables import BROKEN, CASE_OPEN, TO_INSTALL, asset

_a = asset.c
_present = _a.gone_reason.is_(None)

What = Literal["broken", "disputed", "to_install", "cases"]
_SORTS: dict[What, ColumnElement[bool]] = {
    "broken": _present & BROKEN,
    "disputed": _a.disputed,
    "to_install": _present & TO_INSTALL,
    "cases": CASE_OPEN,
}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many assets in reach wait for something; components of kits stand with their kit."""

    total: int
    in_service: int
    to_install: int
    broken: int
    disputed: int
    cases: int


async def waiting(conn: AsyncConnection, actor: Actor) -> Waiting:
    """The numbers of the desk; each is counted in an index of its own."""
    require(actor, "asset.read")
    wanted: dict[str, ColumnElement[bool]] = {
        "total": true(),
        "in_service": _present & (_a.stage == "in_service"),
        **{str(name): condition for name, condition in _SORTS.items()},
    }
    reach = scope.assets(actor)
    numbers = (
        select(func.count()).select_from(asset).where(reach, condition).scalar_subquery().label(name)
        for name, condition in wanted.items()
    )
    return Waiting(**(await conn.execute(select(*numbers))).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping


async def latest(conn: AsyncConnection, actor: Actor, what: What, limit: int = 5) -> list[AssetRow]:
    """The assets in reach of that sort that changed last."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    wanted = ROWS.where(scope.assets(actor), _SORTS[what]).order_by(_a.changed_at.desc(), _a.id)
    return [asset_row(row, known) for row in await conn.execute(wanted.limit(limit))]
