"""An asset's page as it was at the end of an earlier day."""

from datetime import date

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.history import as_of
from asset_tracker.assets.views import AssetView
from asset_tracker.ledger.state import State
from asset_tracker.territory.queries import get_municipalities, get_service_points


async def as_it_was(
    conn: AsyncConnection, actor: Actor, view: AssetView, day: date, known_on: date | None = None
) -> AssetView:
    """The view with what was true at the end of the day, by what was known at the end of another.

    Nothing can be recorded on it. Raises NotFoundError when nothing of the asset was known then.
    """
    known = kyiv.end_of(known_on) if known_on else None
    state = (await as_of(conn, actor, view.row.id, kyiv.end_of(day), known)).state
    if not may(actor, "people.read"):
        state = msgspec.structs.replace(state, room=None, shares=())
    return await _placed(conn, view, state)


async def _placed(conn: AsyncConnection, view: AssetView, state: State) -> AssetView:
    code = state.municipality or state.destination
    municipality = (await get_municipalities(conn, [code])).get(code) if code else None
    points = await get_service_points(conn, [state.service_point]) if state.service_point else {}
    point = points.get(state.service_point) if state.service_point else None
    row = msgspec.structs.replace(
        view.row,
        place=state.place,
        stage=state.stage,
        condition=state.condition,
        title=state.title,
        gone_reason=state.gone,
        disputed=False,
        destination=state.destination,
        municipality=state.municipality,
        municipality_uk=municipality.name_uk if municipality else None,
        municipality_en=municipality.name_en if municipality else None,
        service_point=state.service_point,
    )
    return msgspec.structs.replace(
        view,
        row=row,
        state=state,
        service_point_uk=point.name_uk if point else None,
        service_point_en=point.name_en if point else None,
        actions=(),
        may_correct=False,
    )
