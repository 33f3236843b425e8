"""What the upkeep of an asset came to: how often it failed and was mended, what it cost, how long it was down.

It is down while it does not work or was taken out of service, and not gone; a fault with which it still works
is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.views import EventView
from asset_tracker.ledger.tables import asset_period

_p = asset_period.c
Span = tuple[datetime, datetime | None]


class UpkeepCost(msgspec.Struct, frozen=True):
    """What maintenance and repairs cost in one currency."""

    currency: str
    value: Decimal


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """``down_hours`` are whole hours in all; ``down_since`` is told while it is down."""

    faults: int
    maintenances: int
    repairs: int
    costs: tuple[UpkeepCost, ...]
    down_hours: int
    down_since: datetime | None


async def upkeep_of(
    conn: AsyncConnection, asset_id: UUID, events: Sequence[EventView], until: datetime | None = None
) -> Upkeep:
    """The upkeep of an asset whose ``events`` the reader may see; as it was at ``until`` (None: now)."""
    down = or_(_p.condition == "unserviceable", _p.stage == "out_of_service")
    wanted = select(_p.valid_from, _p.valid_to).where(_p.asset_id == asset_id, down, _p.stage != "gone")
    rows = await conn.execute(wanted.order_by(_p.valid_from))
    return reckon(events, [(row.valid_from, row.valid_to) for row in rows], until or datetime.now(UTC))


def reckon(events: Iterable[EventView], down: Sequence[Span], until: datetime) -> Upkeep:
    """The sum of what stands among ``events`` and of the times (oldest first) at which it was ``down`` by then."""
    counts: dict[str, int] = defaultdict(int)
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for each in events:
        if not each.standing:
            continue
        counts[each.kind] += 1
        if each.kind in ("maintained", "repaired") and (cost := each.payload.get("cost")) is not None:
            costs[each.payload.get("currency") or "UAH"] += Decimal(str(cost))
    begun = [(since, to) for since, to in down if since < until]
    spent = sum(((min(to or until, until) - since) for since, to in begun), timedelta())
    since = _since(begun) if begun and (begun[-1][1] is None or begun[-1][1] > until) else None
    return Upkeep(
        faults=counts["fault_reported"] + counts["damaged"],
        maintenances=counts["maintained"],
        repairs=counts["repaired"],
        costs=tuple(UpkeepCost(*each) for each in sorted(costs.items())),
        down_hours=int(spent.total_seconds() // 3600),
        down_since=since,
    )


def _since(spans: Sequence[Span]) -> datetime:
    """When the last time began; something else that changed meanwhile only cut it in pieces."""
    start = spans[-1][0]
    for since, to in reversed(spans[:-1]):
        if to != start:
            break
        start = since
    return start
