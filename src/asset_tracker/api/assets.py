"""Assets and their events as JSON."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor, Role
from asset_tracker.assets import guided, history, queries
from asset_tracker.assets.guidance.words import StepView
from asset_tracker.assets.ordering import NEWEST
from asset_tracker.assets.saved_views import find_view, narrowed
from asset_tracker.assets.upkeep import Upkeep, upkeep_of
from asset_tracker.assets.views import AssetPage, AssetView, EventFilter, EventView, Filters
from asset_tracker.assets.waits import Wait
from asset_tracker.db.at_once import Asking, connected
from asset_tracker.edge.at_once import AT_ONCE, at_once
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest
from asset_tracker.i18n import Lang
from asset_tracker.ledger.replay import Replayed
from asset_tracker.ledger.values import Category, Condition, Stage, Title
from asset_tracker.programmes.policies import RequiredField
from asset_tracker.reports.asking import parse_instant

Limit = Annotated[int, QueryParameter(ge=1, le=queries.MAX_PAGE)]
Instant = Annotated[datetime, Meta(tz=True)]


class StateView(msgspec.Struct, frozen=True):
    """What was true of an asset on a day, by what was known on another."""

    as_of: datetime
    known_on: datetime | None
    state: Replayed


@get("/assets", opt=FROM_REPLICA | AT_ONCE)
async def list_assets(
    request: AnyRequest,
    q: FromQuery[Annotated[str, Meta(max_length=200)] | None] = None,
    programme: FromQuery[UUID | None] = None,
    consignment: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    oblast: FromQuery[Annotated[str, Meta(pattern="^UA[0-9]{2}")] | None] = None,
    service_point: FromQuery[UUID | None] = None,
    category: FromQuery[Category | None] = None,
    stage: FromQuery[Stage | None] = None,
    condition: FromQuery[Condition | None] = None,
    title: FromQuery[Title | None] = None,
    disputed: FromQuery[bool | None] = None,
    kit: FromQuery[UUID | None] = None,
    donor: FromQuery[UUID | None] = None,
    gone: FromQuery[bool | None] = None,
    waits: FromQuery[Wait | None] = None,
    missing: FromQuery[RequiredField | None] = None,
    view: FromQuery[Annotated[str, Meta(max_length=100)] | None] = None,
    sort: FromQuery[Annotated[str, Meta(max_length=30)] | None] = None,
    field: FromQuery[Annotated[list[str], Meta(max_length=20)] | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> AssetPage:
    """A page of the assets in reach, newest first; pass ``next`` as ``after`` for the following one.

    ``sort``: a column, with ``-`` before it the other way round. ``view``: a saved list, by its
    id or name, of which what is given besides takes the place.
    ``field``: what must stand in a field of its category's own, as ``imei:490154203237518``; may be given again.
    """
    given = {
        "q": q,
        "programme": programme,
        "consignment": consignment,
        "municipality": municipality,
        "oblast": oblast,
        "service_point": service_point,
        "category": category,
        "stage": stage,
        "condition": condition,
        "title": title,
        "disputed": disputed,
        "kit": kit,
        "donor": donor,
        "gone": gone,
        "waits": waits,
        "missing": missing,
        "fields": tuple(field) if field else None,
    }

    async def page(asking: Asking, actor: Actor) -> AssetPage:
        saved = None
        if view:
            async with connected(asking) as conn:
                saved = await find_view(conn, actor, view)
        filters = narrowed(saved.filters if saved else Filters(), given)
        order = sort if sort is not None else saved.sort if saved else NEWEST
        return await queries.list_assets(asking, actor, filters, after=after, limit=limit, sort=order)

    return await at_once(request, page)


@get("/assets/{reference:str}", opt=AT_ONCE)
async def get_asset(request: AnyRequest, reference: FromPath[str]) -> AssetView:
    """One asset, by tag (any form) or id."""
    return await at_once(request, lambda asking, actor: queries.look_up(asking, actor, reference))


@get("/assets/{reference:str}/events")
async def list_events(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    kind: FromQuery[str | None] = None,
    role: FromQuery[Role | None] = None,
    since: FromQuery[Instant | None] = None,
    until: FromQuery[Instant | None] = None,
) -> list[EventView]:
    """The history of an asset, latest occurrence first: all of it, or of a kind, a role, a time."""
    events = await history.timeline(conn, actor, await queries.find_asset(conn, actor, reference))
    return history.narrowed(events, EventFilter(kind=kind, role=role, since=since, until=until))


@get("/assets/{reference:str}/state")
async def get_state(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    as_of: FromQuery[str | None] = None,
    known_on: FromQuery[str | None] = None,
) -> StateView:
    """What was true of an asset at one time, by what had been recorded at another; each is now where it is not given.

    A time is a day (its end in Kyiv) or an instant with an offset.
    """
    at, known = parse_instant("as_of", as_of) or datetime.now(UTC), parse_instant("known_on", known_on)
    asset_id = await queries.find_asset(conn, actor, reference)
    return StateView(at, known, await history.as_of(conn, actor, asset_id, at, known))


@get("/assets/{reference:str}/upkeep")
async def get_upkeep(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], reference: FromPath[str]
) -> Upkeep:
    """Faults, maintenance and repairs so far, what they cost, and how long the asset was down."""
    asset_id = await queries.find_asset(conn, actor, reference)
    return await upkeep_of(conn, asset_id, await history.timeline(conn, actor, asset_id))


@get("/assets/{reference:str}/disposal")
async def get_disposal(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    reference: FromPath[str],
) -> list[StepView]:
    """The steps to the disposal of an asset, with what the rules of donors ask for in each."""
    it = await queries.look_up(conn, actor, reference)
    return list(await guided.disposal_of(conn, actor, lang, it))


ROUTES = (list_assets, get_asset, list_events, get_state, get_upkeep, get_disposal)
