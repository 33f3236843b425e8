"""Programmes, parties and support activities as JSON."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.programmes import queries, service
from asset_tracker.programmes.queries import ActivityView, PartyView, ProgrammeView
from asset_tracker.programmes.service import NewActivity, NewParty, NewProgramme
from asset_tracker.programmes.words import PartyKind


@get("/programmes")
async def list_programmes(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[ProgrammeView]:
    """The programmes in reach."""
    return await queries.list_programmes(conn, actor)


@post("/programmes")
async def add_programme(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewProgramme]
) -> ProgrammeView:
    """A new programme, with funding shares that sum to 100."""
    return await queries.get_programme(conn, actor, await service.add_programme(conn, actor, data))


@get("/programmes/{programme_id:uuid}")
async def get_programme(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], programme_id: FromPath[UUID]
) -> ProgrammeView:
    """One programme."""
    return await queries.get_programme(conn, actor, programme_id)


@get("/parties")
async def list_parties(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    kind: FromQuery[PartyKind | None] = None,
) -> list[PartyView]:
    """Donors, implementers, councils, suppliers, carriers."""
    return await queries.list_parties(conn, actor, kind)


@post("/parties")
async def add_party(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewParty]
) -> PartyView:
    """A new party."""
    made = await service.add_party(conn, actor, data)
    return (await queries.get_parties(conn, [made]))[made]


@get("/activities")
async def list_activities(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    municipality: FromQuery[str | None] = None,
    programme: FromQuery[UUID | None] = None,
) -> list[ActivityView]:
    """Support that is not a thing: training, technical assistance, psychological support."""
    return await queries.list_activities(conn, actor, municipality=municipality, programme_id=programme)


@post("/activities")
async def record_activity(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewActivity]
) -> dict[str, UUID]:
    """Record support given to a municipality."""
    return {"id": await service.record_activity(conn, actor, data)}


ROUTES = (
    list_programmes,
    add_programme,
    get_programme,
    list_parties,
    add_party,
    list_activities,
    record_activity,
)
