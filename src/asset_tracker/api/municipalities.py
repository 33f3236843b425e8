"""Municipalities and their service points as JSON."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import points
from asset_tracker.assets.points import Changed, PointView
from asset_tracker.assets.summary import holdings
from asset_tracker.assets.views import Holding
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.programmes import needs
from asset_tracker.programmes.needs import NeedView, NewNeed
from asset_tracker.territory import queries, service, situations
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import NewServicePoint, PointChange, ServicePoint
from asset_tracker.territory.situations import NewSituation, SituationView


class MunicipalityView(msgspec.Struct, frozen=True):
    """A municipality, its service points, and what of the reader's assets it holds."""

    municipality: Municipality
    service_points: tuple[ServicePoint, ...]
    holding: Holding | None


@get("/municipalities", opt=FROM_REPLICA)
async def list_municipalities(
    conn: NamedDependency[AsyncConnection],
    q: FromQuery[Annotated[str, Meta(min_length=1, max_length=100)] | None] = None,
    oblast: FromQuery[Annotated[str, Meta(pattern=r"^UA\d{17}$")] | None] = None,
) -> tuple[Municipality, ...]:
    """All municipalities in Ukrainian order, those of an oblast, or the nearest to what was typed."""
    if q:
        return await queries.search_municipalities(conn, q)
    return await queries.list_municipalities(conn, oblast_code=oblast)


@get("/situations")
async def list_situations(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[SituationView]:
    """On which list of territories of hostilities each municipality stands."""
    return await situations.list_situations(conn, actor)


@post("/situations")
async def add_situations(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: JSONBody[list[NewSituation]],
) -> dict[str, int]:
    """Record where municipalities stand from a day on, all or none; reports tell it as of their day."""
    return {"recorded": await situations.add_situations(conn, actor, data)}


@get("/municipalities/{code:str}")
async def get_municipality(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], code: FromPath[str]
) -> MunicipalityView:
    """One municipality, by KATOTTH code."""
    found = await queries.get_municipality(conn, code)
    counted = await holdings(conn, actor, codes=[code])
    return MunicipalityView(
        found, await queries.list_service_points(conn, code), counted[0] if counted else None
    )


@post("/service-points")
async def add_service_point(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewServicePoint]
) -> ServicePoint:
    """A new service point."""
    return await service.create_service_point(conn, actor, data)


class PointChanged(PointChange, frozen=True, kw_only=True):
    """What became of a point; ``with_assets``: what stands in it goes along (or is destroyed with it)."""

    with_assets: bool = True


@get("/service-points/{point_id:uuid}")
async def get_service_point(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], point_id: FromPath[UUID]
) -> PointView:
    """A service point, its history, and what of the reader’s assets stands in it."""
    return await points.get_point(conn, actor, point_id)


@post("/service-points/{point_id:uuid}/changes", status_code=200)
async def change_service_point(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
    data: JSONBody[PointChanged],
) -> Changed:
    """Relocated, suspended, destroyed or reopened; what stands in it is evacuated or destroyed with it."""
    told = PointChange(
        change=data.change, occurred_at=data.occurred_at, reason=data.reason, to_point=data.to_point
    )
    return await points.change_point(conn, actor, point_id, told, with_assets=data.with_assets)


@get("/municipalities/{code:str}/needs")
async def list_needs(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], code: FromPath[str]
) -> list[NeedView]:
    """What the municipality asked for, how ready it is, what was approved and planned, beside what came."""
    return await needs.list_needs(conn, actor, code)


@post("/municipalities/{code:str}/needs")
async def add_need(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: JSONBody[NewNeed],
) -> dict[str, UUID]:
    """Keep what the municipality asked for; its id."""
    return {"need": await needs.add_need(conn, actor, code, data)}


@delete("/needs/{need:uuid}", status_code=204)
async def end_need(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], need: FromPath[UUID]
) -> None:
    """Take a need off the list, met or withdrawn."""
    await needs.end_need(conn, actor, need)


ROUTES = (
    list_situations,
    add_situations,
    list_needs,
    add_need,
    end_need,
    list_municipalities,
    get_municipality,
    add_service_point,
    get_service_point,
    change_service_point,
)
