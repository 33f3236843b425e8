"""How far things in reach have come, when they were last seen, whether they work, what they are worth: counted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, and_, case, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.areas import in_area
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.tables import asset
from asset_tracker.pictures.charts import AGES

_a = asset.c
_MONTH = timedelta(days=30.4375)


class Worth(msgspec.Struct, frozen=True):
    """What was delivered by the end of a day is worth so much, in one currency."""

    day: date
    value: Decimal


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of assets, components of kits included.

    ``steps``: how many got at least so far, from the packing list to service. ``ages``: (months, count) by the months of
    ``pictures.charts.AGES``, of what is delivered and not gone. ``conditions``: by category, of the same.
    ``worth``: growing, by currency, month by month, of what has a price.
    """

    steps: tuple[tuple[str, int], ...]
    ages: tuple[tuple[int | None, int], ...]
    conditions: dict[str, dict[str, int]]
    worth: dict[str, tuple[Worth, ...]]


async def progress(
    conn: AsyncConnection,
    actor: Actor,
    now: datetime,
    *,
    programme: UUID | None = None,
    municipality: str | None = None,
    oblast: str | None = None,
) -> Progress:
    """Of the assets in reach; a ``programme``, a ``municipality`` or the code of an ``oblast`` narrow it."""
    require(actor, "asset.read")
    where = [scope.assets(actor), _a.gone_reason.is_distinct_from("withdrawn")]
    if programme:
        where.append(_a.programme_id == programme)
    if municipality or oblast:
        # Narrowed by a place, counting would tell of what a donor may not know the place of.
        where.append(located(await coarse(conn, actor)))
        lies = partial(begins, prefix=municipality or (oblast or "")[:4])
        where.append(in_area(lies))
    return Progress(
        steps=await _steps(conn, where),
        ages=await _ages(conn, where, now),
        conditions=await _conditions(conn, where),
        worth=await _worth(conn, where),
    )


_present = and_(_a.delivered_at.is_not(None), _a.gone_reason.is_(None))


async def _steps(conn: AsyncConnection, where: Sequence[ColumnElement[bool]]) -> tuple[tuple[str, int], ...]:
    served = _a.stage == "in_service"
    installed = _a.installed_at.is_not(None) | served
    accepted = _a.accepted_at.is_not(None)
    delivered = _a.delivered_at.is_not(None) | installed | accepted
    sent = delivered | (_a.stage == "dispatched")
    steps = {
        "sent": sent,
        "delivered": delivered,
        "accepted": accepted,
        "installed": installed,
        "in_service": served,
    }
    counts = (func.count().filter(condition).label(name) for name, condition in steps.items())
    row = (await conn.execute(select(func.count().label("listed"), *counts).where(*where))).one()
    return tuple((name, getattr(row, name)) for name in ("listed", *steps))


async def _ages(
    conn: AsyncConnection, where: Sequence[ColumnElement[bool]], now: datetime
) -> tuple[tuple[int | None, int], ...]:
    bounds = [(months, now - months * _MONTH) for months, _, _ in AGES if months]
    bounds[-1] = (bounds[-1][0], datetime(1900, 1, 1, tzinfo=UTC))  # everything that is older
    age = case(*((_a.verified_at > since, months) for months, since in bounds), else_=None)
    wanted = select(age.label("age"), func.count().label("number")).where(*where, _present)
    wanted = wanted.group_by(literal_column("age"))
    return tuple((row.age, row.number) for row in await conn.execute(wanted))


async def _conditions(
    conn: AsyncConnection, where: Sequence[ColumnElement[bool]]
) -> dict[str, dict[str, int]]:
    wanted = (
        select(_a.category, _a.condition, func.sum(_a.quantity))
        .where(*where, _present)
        .group_by(_a.category, _a.condition)
        .order_by(_a.category)
    )
    found: dict[str, dict[str, int]] = {}
    for category, condition, count in await conn.execute(wanted):
        found.setdefault(category, {})[condition] = int(count)
    return found


async def _worth(conn: AsyncConnection, where: Sequence[ColumnElement[bool]]) -> dict[str, tuple[Worth, ...]]:
    month: Any = cast(func.date_trunc("month", func.timezone("Europe/Kyiv", _a.delivered_at)), Date)
    wanted = (
        select(_a.currency, month.label("month"), func.sum(_a.unit_price * _a.quantity))
        .where(*where, _a.delivered_at.is_not(None), _a.unit_price.is_not(None), _a.currency.is_not(None))
        .group_by(_a.currency, literal_column("month"))
        .order_by(_a.currency, literal_column("month"))
    )
    found: dict[str, list[Worth]] = {}
    for currency, first, value in await conn.execute(wanted):
        before = found.setdefault(currency, [])
        before.append(Worth(first, value + (before[-1].value if before else 0)))
    # The currency that most was paid in comes first.
    return {currency: tuple(some) for currency, some in sorted(found.items(), key=lambda one: -len(one[1]))}
