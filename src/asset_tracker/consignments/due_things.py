"""The things on which work is ordered because something of them is due."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import bulk, bulk_orders
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter, DueItem

Things = dict[UUID, list[str]]


def mark_of(item: DueItem) -> str | None:
    """What stands for the plan whose turn it is; None for what no plan asks for."""
    return bulk_orders.mark_of(item.detail) if item.rule == "maintenance" else None


async def things_due(conn: AsyncConnection, actor: Actor, wanted: DueFilter) -> Things:
    """Every thing of a list of what is due, each with the marks of its plans whose turn it is.

    Raises ForbiddenError, TooLargeError beyond ``bulk_orders.MAX``.
    """
    things: Things = {}
    after: str | None = None
    while True:
        found = await due.list_due(conn, actor, wanted, after=after, limit=due.MAX_PAGE)
        for item in found.items:
            if item.asset is not None:
                mark = mark_of(item)
                things.setdefault(item.asset, []).extend([mark] if mark else [])
        bulk.check_number(len(things), bulk_orders.MAX)
        after = found.next
        if after is None:
            return things
