"""Municipalities and their service points as JSON."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.summary import holdings
from asset_tracker.assets.views import Holding
from asset_tracker.territory import queries, service
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import NewServicePoint, ServicePoint


class MunicipalityView(msgspec.Struct, frozen=True):
    """A municipality, its service points, and what of the reader's assets it holds."""

    municipality: Municipality
    service_points: tuple[ServicePoint, ...]
    holding: Holding | None


@get("/municipalities")
async def list_municipalities(
    conn: NamedDependency[AsyncConnection],
    q: FromQuery[Annotated[str, Meta(min_length=1, max_length=100)] | None] = None,
    oblast: FromQuery[Annotated[str, Meta(pattern=r"^UA\d{17}$")] | None] = None,
) -> tuple[Municipality, ...]:
    """All municipalities in Ukrainian order, those of an oblast, or the nearest to what was typed."""
    if q:
        return await queries.search_municipalities(conn, q)
    return await queries.list_municipalities(conn, oblast_code=oblast)


@get("/municipalities/{code:str}")
async def get_municipality(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], code: FromPath[str]
) -> MunicipalityView:
    """One municipality, by KATOTTH code."""
    found = await queries.get_municipality(conn, code)
    held = await holdings(conn, actor, code=code)
    return MunicipalityView(found, await queries.list_service_points(conn, code), held[0] if held else None)


@post("/service-points")
async def add_service_point(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewServicePoint]
) -> ServicePoint:
    """A new service point."""
    return await service.create_service_point(conn, actor, data)


ROUTES = (list_municipalities, get_municipality, add_service_point)
