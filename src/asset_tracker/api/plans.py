"""Maintenance plans as JSON. Work that was done is an event: ``maintained``, with the plan's id."""

from uuid import UUID

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import plans
from asset_tracker.assets.plans import NewPlan, PlanView
from asset_tracker.assets.queries import find_asset


@get("/assets/{reference:str}/plans")
async def list_plans(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    ended: FromQuery[bool] = False,
) -> list[PlanView]:
    """The maintenance plans of an asset, and when each is due."""
    return await plans.list_plans(conn, actor, await find_asset(conn, actor, reference), with_ended=ended)


@post("/assets/{reference:str}/plans")
async def add_plan(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[NewPlan],
) -> dict[str, UUID]:
    """A new plan, by date, by meter or both."""
    asset_id = await find_asset(conn, actor, reference)
    return {"id": await plans.add_plan(conn, actor, asset_id, data)}


@delete("/plans/{plan_id:uuid}", status_code=204)
async def end_plan(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
) -> None:
    """Give a plan up; what was done by it stays."""
    await plans.end_plan(conn, actor, plan_id)


ROUTES = (list_plans, add_plan, end_plan)
