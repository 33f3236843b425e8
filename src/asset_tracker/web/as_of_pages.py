"""What was true of an asset on a day, by what was known on another."""

from datetime import UTC, date, datetime, time, timedelta

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import history as asset_history
from asset_tracker.assets import queries
from asset_tracker.edge.who import AnyRequest
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.replay import Replayed
from asset_tracker.territory.queries import get_municipalities, get_service_points
from asset_tracker.web import formats
from asset_tracker.web.pages import page


@get("/a/{tag:str}/as-of")
async def show_as_of(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    day: FromQuery[str] = "",
    known_on: FromQuery[str] = "",
) -> Response[str]:
    """The state at the end of a day in Kyiv; today, as known now, unless asked otherwise."""
    view = await queries.get_asset(conn, actor, await queries.find_asset(conn, actor, tag))
    at = _end_of(day) or datetime.now(UTC)
    known: Replayed | None = None
    try:
        known = await asset_history.as_of(conn, actor, view.row.id, at, _end_of(known_on))
    except NotFoundError:  # nothing was known then, and that is what the page says
        known = None
    periods = known.periods if known else ()
    codes = {code for each in periods for code in (each.municipality, each.destination) if code}
    return page(
        request,
        "assets/as_of.html",
        section="assets",
        asset=view.row,
        day=day or formats.local_input(at)[:10],
        known_on=known_on,
        known=known,
        periods=periods,
        places=await get_municipalities(conn, codes),
        points=await get_service_points(conn, {p.service_point for p in periods if p.service_point}),
    )


def _end_of(text: str) -> datetime | None:
    """The last moment of a day in Kyiv; None for nothing or no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= day.year <= 2100:
        return None
    start = datetime.combine(day + timedelta(days=1), time(), formats.KYIV)
    return start.astimezone(UTC) - timedelta(microseconds=1)


ROUTES = (show_as_of,)
