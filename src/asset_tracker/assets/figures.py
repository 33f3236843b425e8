"""What waits at the desk among the assets in reach: numbers, and the latest of each sort."""

from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.views import AssetRow
from asset_tracker.ledger.tables import asset

_a = asset.c
_present = _a.gone_reason.is_(None)
_broken = _present & _a.condition.in_(("needs_attention", "unserviceable"))
_working = _present & _a.stage.in_(("installed", "in_service"))
_to_install = _present & _a.stage.in_(("delivered", "accepted"))
_case_open = _a.state["case_open"].as_boolean().is_(True)
_unverified = _working & _a.verified_at.is_(None)

What = Literal["broken", "disputed", "to_install", "cases"]
_SORTS: dict[What, ColumnElement[bool]] = {
    "broken": _broken,
    "disputed": _a.disputed,
    "to_install": _to_install & _a.kit_id.is_(None),
    "cases": _case_open,
}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many assets in reach wait for something; components of kits stand with their kit."""

    total: int
    in_service: int
    to_install: int
    broken: int
    disputed: int
    cases: int
    unverified: int


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


async def waiting(conn: AsyncConnection, actor: Actor) -> Waiting:
    """The numbers of the desk, in one pass over the assets in reach."""
    require(actor, "asset.read")
    wanted = select(
        func.count().label("total"),
        _many(_present & (_a.stage == "in_service")).label("in_service"),
        _many(_to_install & _a.kit_id.is_(None)).label("to_install"),
        _many(_broken).label("broken"),
        _many(_a.disputed).label("disputed"),
        _many(_case_open).label("cases"),
        _many(_unverified).label("unverified"),
    ).where(scope.assets(actor))
    return Waiting(**(await conn.execute(wanted)).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping


async def latest(conn: AsyncConnection, actor: Actor, what: What, limit: int = 5) -> list[AssetRow]:
    """The assets in reach of that sort that changed last."""
    require(actor, "asset.read")
    wanted = ROWS.where(scope.assets(actor), _SORTS[what]).order_by(_a.changed_at.desc(), _a.id)
    return [asset_row(row) for row in await conn.execute(wanted.limit(limit))]
