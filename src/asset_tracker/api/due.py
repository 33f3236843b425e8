"""What is due or overdue, by whose rule, as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueCount, DueFilter, DueKind, DuePage

Limit = Annotated[int, QueryParameter(ge=1, le=due.MAX_PAGE)]
Days = Annotated[int, QueryParameter(ge=0, le=3660)]


@get("/due")
async def list_due(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    rule: FromQuery[DueKind | None] = None,
    programme: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    days: Days = due.SOON_DAYS,
    after: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> DuePage:
    """What is due within so many ``days`` or overdue, the oldest first, with the rule and its source."""
    wanted = DueFilter(rule=rule, programme=programme, municipality=municipality, days=days)
    return await due.list_due(conn, actor, wanted, after=after, limit=limit)


@get("/due/counts")
async def count_due(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    days: Days = due.SOON_DAYS,
) -> list[DueCount]:
    """How much of each kind is due, and how much of it overdue."""
    return await due.count_due(
        conn, actor, DueFilter(programme=programme, municipality=municipality, days=days)
    )


ROUTES = (list_due, count_due)
