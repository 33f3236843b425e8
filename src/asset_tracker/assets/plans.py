"""Maintenance plans of an asset: made, given up, and where each stands."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.tables import maintenance_plan
from asset_tracker.assets.turns import Every, Turn, next_turn
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Name, Text, wrong_days

MeterUnit = Literal["km", "hours", "pages"]
_m = maintenance_plan.c


class NewPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do how often: every so many months, every so many km, hours or pages, or both.

    ``start_meter`` is what the meter said when the plan begins.
    """

    title: Name
    work: Text | None = None
    every_months: Annotated[int, Meta(ge=1, le=240)] | None = None
    every_meter: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    meter_unit: MeterUnit | None = None
    starts_on: date | None = None
    start_meter: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, when its work was last done, and its next turn (None when it was given up)."""

    id: UUID
    asset: UUID
    title: str
    work: str | None
    every_months: int | None
    every_meter: int | None
    meter_unit: str | None
    starts_on: date
    done_at: datetime | None
    done_meter: int | None
    turn: Turn | None


async def list_plans(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, *, with_ended: bool = False
) -> list[PlanView]:
    """The plans of an asset in reach, oldest first. Raises NotFoundError."""
    require(actor, "asset.read")
    state = await conn.scalar(select(asset.c.state).where(asset.c.id == asset_id, scope.assets(actor)))
    if state is None:
        raise NotFoundError
    wanted = select(maintenance_plan).where(_m.asset_id == asset_id).order_by(_m.made_at, _m.id)
    if not with_ended:
        wanted = wanted.where(_m.ended_at.is_(None))
    return [_view(row, state) for row in await conn.execute(wanted)]


async def plan_titles(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of those of ``ids`` that are plans; events name them."""
    rows = await conn.execute(select(_m.id, _m.title).where(_m.id.in_(ids)))
    return {row.id: row.title for row in rows}


async def add_plan(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, new: NewPlan, *, plan_id: UUID | None = None
) -> UUID:
    """A new plan. Raises NotFoundError for an asset out of reach, InvalidError without a turn."""
    await _reached(conn, actor, asset_id)
    errors = []
    if new.every_months is None and new.every_meter is None:
        errors.append(FieldError("every_months", "Say how often: in months, by the meter, or both."))
    if (new.every_meter is None) != (new.meter_unit is None):
        errors.append(FieldError("meter_unit", "Say what the meter measures."))
    errors += wrong_days(starts_on=new.starts_on)
    if errors:
        raise InvalidError(errors=tuple(errors))
    made = plan_id or uuid7()
    values = msgspec.structs.asdict(new)
    values["starts_on"] = new.starts_on or kyiv.today()
    await conn.execute(
        insert(maintenance_plan).values(id=made, asset_id=asset_id, made_by=actor.id, **values)
    )
    return made


async def end_plan(conn: AsyncConnection, actor: Actor, plan_id: UUID) -> None:
    """Give a plan up; what was done by it stays. Raises NotFoundError."""
    require(actor, "plan.manage")
    asset_id = await conn.scalar(select(_m.asset_id).where(_m.id == plan_id, _m.ended_at.is_(None)))
    if asset_id is None:
        raise NotFoundError
    await _reached(conn, actor, asset_id)
    ended = {"ended_at": func.now(), "ended_by": actor.id}
    await conn.execute(update(maintenance_plan).where(_m.id == plan_id).values(ended))


async def _reached(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> None:
    require(actor, "plan.manage")
    wanted = select(asset.c.id).where(asset.c.id == asset_id, scope.assets(actor, "plan.manage"))
    if await conn.scalar(wanted) is None:
        raise NotFoundError


def _view(row: Any, stored: Any) -> PlanView:
    state = as_state(stored)
    done = state.done.get(str(row.id))
    turn = next_turn(
        Every(months=row.every_months, meter=row.every_meter, unit=row.meter_unit),
        starts_on=row.starts_on,
        start_meter=row.start_meter,
        done_on=kyiv.day_of(done.at) if done else None,
        done_meter=done.meter if done else None,
        meter=state.meter,
        today=kyiv.today(),
    )
    return PlanView(
        id=row.id,
        asset=row.asset_id,
        title=row.title,
        work=row.work,
        every_months=row.every_months,
        every_meter=row.every_meter,
        meter_unit=row.meter_unit,
        starts_on=row.starts_on,
        done_at=done.at if done else None,
        done_meter=done.meter.value if done and done.meter else None,
        turn=None if row.ended_at else turn,
    )
