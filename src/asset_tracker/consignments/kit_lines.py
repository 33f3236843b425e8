"""A kit on an act: one line, with its components by name, worth what the kit and they cost together."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.ledger.tables import asset


class Part(msgspec.Struct, frozen=True):
    """A component: what it is, and what all of it cost (None: not known)."""

    text: str
    value: Decimal | None = None
    currency: str | None = None


async def parts_of(conn: AsyncConnection, kits: Sequence[UUID]) -> dict[UUID, tuple[Part, ...]]:
    """The components of the kits that are still there, by kit, in the order of the packing list."""
    a = asset.c
    wanted = select(asset).where(a.kit_id.in_(kits), a.gone_reason.is_(None)).order_by(a.line, a.id)
    found: dict[UUID, tuple[Part, ...]] = {}
    for row in await conn.execute(wanted):
        found[row.kit_id] = (*found.get(row.kit_id, ()), _part(row))
    return found


def price_of(
    unit_price: Decimal | None, currency: str | None, parts: Sequence[Part]
) -> tuple[Decimal | None, str | None]:
    """What one whole kit costs: its own price and those of its components, where all are in one currency."""
    priced = [part for part in parts if part.value is not None]
    own = [] if unit_price is None else [(unit_price, currency)]
    amounts = own + [(part.value, part.currency) for part in priced if part.value is not None]
    if not priced or len({each for _, each in amounts}) != 1:
        return unit_price, currency
    return sum((amount for amount, _ in amounts), Decimal(0)), amounts[0][1]


def _part(row: Any) -> Part:
    quantity = f"{row.quantity} шт." if row.quantity > 1 else None
    told = (row.name_uk, row.model, row.serial and f"№ {row.serial}", quantity)
    value = None if row.unit_price is None else row.unit_price * row.quantity
    return Part(" ".join(part for part in told if part), value, row.currency)
