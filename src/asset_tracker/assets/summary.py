"""What the municipalities in reach hold, counted."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.assets.views import Holding
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.tables import municipality

_a = asset.c


async def holdings(conn: AsyncConnection, actor: Actor, *, code: str | None = None) -> list[Holding]:
    """Per municipality how many assets in reach are there or bound for it, in Ukrainian order.

    What a donor may not know the municipality of is not counted for them.
    """
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    where = func.coalesce(_a.municipality_code, _a.destination_code)
    m = municipality.c
    wanted = (
        select(
            m.code,
            m.name_uk,
            m.name_en,
            m.oblast_code,
            m.oblast_uk,
            m.population,
            func.count().label("assets"),
            _count(_a.delivered_at.is_not(None)).label("delivered"),
            _count(_a.accepted_at.is_not(None)).label("accepted"),
            _count(_a.stage.in_(("installed", "in_service"))).label("working"),
            _count(_a.condition.in_(("needs_attention", "unserviceable")) & _a.gone_reason.is_(None)).label(
                "faults"
            ),
            _count(_a.gone_reason.in_(("lost", "stolen", "destroyed"))).label("lost"),
            _count(_a.disputed).label("disputed"),
        )
        .join(municipality, m.code == where)
        .where(scope.assets(actor), located(known), _a.gone_reason.is_distinct_from("withdrawn"))
        .group_by(m.code)
        .order_by(m.sort_key, m.code)
    )
    if code:
        wanted = wanted.where(m.code == code)
    return [_holding(row) for row in await conn.execute(wanted)]


def _count(condition: ColumnElement[bool]) -> Any:
    return func.count().filter(condition)


def _holding(row: Any) -> Holding:
    return Holding(**row._asdict())
