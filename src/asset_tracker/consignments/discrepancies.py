"""What differs between a packing list and what was handed over."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, case, cast, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.views import AssetRow
from asset_tracker.consignments.queries import get_consignment
from asset_tracker.ledger.tables import asset

Difference = Literal["short", "over", "damaged", "wrong_serial", "refused", "not_delivered"]
_a = asset.c
_outcome = _a.state["outcome"].astext


class Discrepancy(msgspec.Struct, frozen=True, kw_only=True):
    """A line of which something else came than was listed; ``delivered`` is None where nobody counted.

    ``not_delivered``: other lines were handed over, this one was not, and nobody has said why.
    """

    asset: AssetRow
    difference: Difference
    listed: int
    delivered: int | None
    found_serial: str | None


async def list_discrepancies(conn: AsyncConnection, actor: Actor, consignment_id: UUID) -> list[Discrepancy]:
    """The lines of a consignment in reach that differ, in the order of the list. Raises NotFoundError."""
    await get_consignment(conn, actor, consignment_id)
    differs = case((_outcome.is_not(None), _outcome), else_="not_delivered").label("difference")
    wanted = (
        ROWS.add_columns(
            differs,
            cast(_a.state["delivered_quantity"].astext, _a.quantity.type).label("delivered_quantity"),
            _a.state["found_serial"].astext.label("found_serial"),
        )
        .where(_a.consignment_id == consignment_id, scope.assets(actor), or_(_differs(), _left_behind()))
        .order_by(_a.line, _a.id)
    )
    return [_view(row) for row in await conn.execute(wanted)]


def _differs() -> ColumnElement[bool]:
    return and_(_outcome.is_not(None), _outcome != "full")


def _left_behind() -> ColumnElement[bool]:
    """Still on its way although others of the consignment were handed over; parts stand with their kit."""
    other = asset.alias("other").c
    handed_over = exists(
        select(other.id).where(other.consignment_id == _a.consignment_id, other.delivered_at.is_not(None))
    )
    return and_(
        _a.stage == "dispatched",
        _a.delivered_at.is_(None),
        _a.kit_id.is_(None),
        _outcome.is_(None),
        handed_over,
    )


def _view(row: Any) -> Discrepancy:
    return Discrepancy(
        asset=asset_row(row),
        difference=row.difference,
        listed=row.quantity,
        delivered=row.delivered_quantity,
        found_serial=row.found_serial,
    )
