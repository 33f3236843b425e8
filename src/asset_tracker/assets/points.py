"""What stands in a service point, and what becomes of it when the point moves or is destroyed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import service
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.sensitivity import coarse, pointed
from asset_tracker.assets.service import AssetFact
from asset_tracker.assets.views import AssetRow
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.changes import list_changes, record_change
from asset_tracker.territory.points import ChangeView, PointChange, ServicePoint
from asset_tracker.territory.queries import get_service_point

_a = asset.c
_MOST = 500


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """A service point, its history, and what of the reader's assets stands in it (at most 500)."""

    point: ServicePoint
    changes: tuple[ChangeView, ...]
    assets: tuple[AssetRow, ...]
    total: int


class Changed(msgspec.Struct, frozen=True):
    """The point as it is now, and the events that took its assets along."""

    point: ServicePoint
    receipts: tuple[Receipt, ...]


async def get_point(conn: AsyncConnection, actor: Actor, point_id: UUID) -> PointView:
    """A service point with its history. Raises NotFoundError."""
    require(actor, "asset.read")
    point = await get_service_point(conn, point_id)
    known = await coarse(conn, actor)
    here = [scope.assets(actor), pointed(known), _a.service_point_id == point_id, _a.gone_reason.is_(None)]
    rows = await conn.execute(ROWS.where(*here).order_by(in_ukrainian_order(_a.name_uk), _a.tag).limit(_MOST))
    total = await conn.execute(select(func.count()).select_from(asset).where(*here))
    return PointView(
        point=point,
        changes=tuple(await list_changes(conn, point_id)),
        assets=tuple(asset_row(row) for row in rows),
        total=total.scalar_one(),
    )


async def change_point(
    conn: AsyncConnection, actor: Actor, point_id: UUID, told: PointChange, *, with_assets: bool = True
) -> Changed:
    """Keep what became of a point, and take along what of the actor's assets stands in it.

    Relocated to a known point, its assets are evacuated there; destroyed, they are destroyed, all in one
    case; as one operation, at the time of the change. Raises what ``record_change`` raises.
    """
    point = await record_change(conn, actor, point_id, told)
    fact = _fact(told) if with_assets else None
    receipts = await _take_along(conn, actor, point_id, fact, told.occurred_at) if fact else []
    return Changed(point, tuple(receipts))


async def move_along(conn: AsyncConnection, actor: Actor, point_id: UUID, to_point: UUID) -> list[Receipt]:
    """Evacuate what still stands in a point to another one: of another programme, or found there later."""
    require(actor, "service_point.manage")
    if to_point == point_id:
        raise InvalidError(errors=(FieldError("to_point", "There is no such service point."),))
    await get_service_point(conn, to_point)
    return await _take_along(conn, actor, point_id, ev.Evacuated(service_point=to_point), None)


def _fact(told: PointChange) -> ev.Payload | None:
    if told.change == "relocated" and told.to_point:
        return ev.Evacuated(service_point=told.to_point, reason=told.reason)
    if told.change == "destroyed":
        return ev.Destroyed(circumstances=told.reason or "Зруйновано точку надання послуг", case=uuid7())
    return None


async def _take_along(
    conn: AsyncConnection, actor: Actor, point_id: UUID, fact: ev.Payload, at: datetime | None
) -> list[Receipt]:
    """The fact for each asset that stands there; components go along with a kit that stands there too."""
    kind = str(fact.__struct_config__.tag)
    kit = asset.alias("kit").c
    with_its_kit = select(kit.id).where(
        kit.id == _a.kit_id, kit.service_point_id == point_id, kit.gone_reason.is_(None)
    )
    wanted = select(_a.id).where(
        scope.recordable(actor, kind),
        _a.service_point_id == point_id,
        _a.gone_reason.is_(None),
        or_(_a.kit_id.is_(None), ~with_its_kit.exists()),
    )
    found: Sequence[Any] = (await conn.scalars(wanted.order_by(_a.id))).all()
    if not found:
        return []
    when = at or datetime.now(UTC)
    facts = [AssetFact(asset=each, occurred_at=when, fact=fact) for each in found]
    return await service.record_each(conn, actor, facts, operation=uuid7(), by_rules=False)
