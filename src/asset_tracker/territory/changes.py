"""Service points live: relocated, suspended, destroyed, reopened, with both clocks kept.

A change told late is sorted in where it happened, so the status never depends on the order of arrival.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.territory import queries
from asset_tracker.territory.points import Change, ChangeView, PointChange, PointStatus, ServicePoint
from asset_tracker.territory.tables import service_point, service_point_change

_c = service_point_change.c
_STATUS: dict[Change, PointStatus] = {
    "relocated": "relocated",
    "suspended": "suspended",
    "destroyed": "destroyed",
    "reopened": "working",
}
_SLACK = timedelta(hours=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


async def record_change(
    conn: AsyncConnection, actor: Actor, point_id: UUID, told: PointChange
) -> ServicePoint:
    """Keep what became of a service point; answers it with the status that follows.

    Raises ForbiddenError, NotFoundError, InvalidError for a wrong time or an unknown ``to_point``.
    """
    require(actor, "service_point.manage")
    locked = select(service_point.c.id).where(service_point.c.id == point_id).with_for_update()
    if await conn.scalar(locked) is None:
        raise NotFoundError("There is no such service point.")
    at = told.occurred_at or datetime.now(UTC)
    await _check(conn, point_id, told, at)
    values = {
        "id": uuid7(),
        "service_point_id": point_id,
        "change": told.change,
        "occurred_at": at,
        "actor_id": actor.id,
        "reason": told.reason,
        "to_point_id": told.to_point,
    }
    await conn.execute(insert(service_point_change).values(values))
    last = select(_c.change).where(_c.service_point_id == point_id, _c.change != "opened")
    newest = await conn.scalar(
        last.order_by(_c.occurred_at.desc(), _c.recorded_at.desc(), _c.id.desc()).limit(1)
    )
    status = _STATUS[newest] if newest else "working"
    await conn.execute(update(service_point).where(service_point.c.id == point_id).values(status=status))
    return await queries.get_service_point(conn, point_id)


async def list_changes(conn: AsyncConnection, point_id: UUID) -> list[ChangeView]:
    """What became of a service point, its opening first, then as it happened."""
    wanted = (
        select(
            _c.change,
            _c.occurred_at,
            _c.recorded_at,
            _c.actor_id.label("actor"),
            _c.reason,
            _c.to_point_id.label("to_point"),
        )
        .where(_c.service_point_id == point_id)
        .order_by(_c.change != "opened", _c.occurred_at, _c.recorded_at, _c.id)
    )
    return [ChangeView(**row._mapping) for row in await conn.execute(wanted)]  # noqa: SLF001 - SQLAlchemy's public mapping


async def _check(conn: AsyncConnection, point_id: UUID, told: PointChange, at: datetime) -> None:
    errors = []
    if not _EARLIEST <= at <= datetime.now(UTC) + _SLACK:
        errors.append(FieldError("occurred_at", "A time between 1990 and now is expected."))
    if told.to_point is not None:
        known = await queries.find_service_point(conn, told.to_point)
        if known is None or told.to_point == point_id or told.change != "relocated":
            errors.append(FieldError("to_point", "There is no such service point."))
    if errors:
        raise InvalidError(errors=tuple(errors))
