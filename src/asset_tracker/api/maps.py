"""Municipalities on the map as figures, and borders that an administrator uploads, as JSON."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from anyio import to_thread
from litestar import delete, get, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.progress import Progress, progress
from asset_tracker.reports import on_the_map
from asset_tracker.reports.on_the_map import Asked, Measure, Place
from asset_tracker.territory import areas
from asset_tracker.territory.areas import AreaView, Level
from asset_tracker.territory.outlines import MAX_BYTES, read_geojson

Oblast = Annotated[str, Meta(pattern=r"^UA\d{17}$")]


class Borders(msgspec.Struct, kw_only=True):
    """A multipart form: the GeoJSON ``file``, and whose borders they are under which licence."""

    file: UploadFile
    source: areas.Source


class Taken(msgspec.Struct, frozen=True):
    """How many areas."""

    areas: int


@get("/map")
async def map_figures(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    size: FromQuery[Measure] = "delivered",
    colour: FromQuery[Measure] = "in_service",
    programme: FromQuery[UUID | None] = None,
    oblast: FromQuery[Oblast | None] = None,
) -> tuple[Place, ...]:
    """What the map shows, municipality by municipality; `overdue` only where it is asked for."""
    asked = Asked(size=size, colour=colour, programme=programme, oblast=oblast)
    return await on_the_map.figures(conn, actor, asked, kyiv.today())


@get("/progress")
async def how_far(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme: FromQuery[UUID | None] = None,
    municipality: FromQuery[Oblast | None] = None,
    oblast: FromQuery[Oblast | None] = None,
) -> Progress:
    """The funnel from packing list to service, the age of verifications, conditions, and value over time."""
    now = datetime.now(UTC)
    return await progress(conn, actor, now, programme=programme, municipality=municipality, oblast=oblast)


@get("/areas")
async def list_areas(
    conn: NamedDependency[AsyncConnection], oblast: FromQuery[Oblast | None] = None
) -> tuple[AreaView, ...]:
    """The borders of oblasts that were uploaded; with `oblast` those within it too."""
    return await areas.list_areas(conn, oblast=oblast)


@put("/areas", status_code=200, request_max_body_size=MAX_BYTES + 100_000)
async def load_areas(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: MultipartBody[Borders]
) -> Taken:
    """Borders as GeoJSON polygons, each with a code of the codifier; they replace those of the same areas."""
    require(actor, "territory.manage")
    outlines = await to_thread.run_sync(read_geojson, await data.file.read())
    return Taken(await areas.load_outlines(conn, actor, outlines, data.source))


@delete("/areas/{level:str}", status_code=200)
async def forget_areas(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], level: FromPath[Level]
) -> Taken:
    """Take the borders of a level away."""
    return Taken(await areas.forget_outlines(conn, actor, level))


ROUTES = (map_figures, how_far, list_areas, load_areas, forget_areas)
