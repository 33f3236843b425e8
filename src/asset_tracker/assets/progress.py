"""How far things in reach have come, when they were last seen, whether they work, what they are worth: counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, and_, case, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.areas import in_area
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
    # PostgreSQL expects as many groups as rows, and would sort a million of them on disk to find two thousand.
    await conn.exec_driver_sql("SET LOCAL enable_sort TO off")
    rows = (await conn.execute(_counted(now).where(*where))).all()
    await conn.exec_driver_sql("SET LOCAL enable_sort TO on")
    return _progress(rows)


_present = and_(_a.delivered_at.is_not(None), _a.gone_reason.is_(None))
_STEPS = ("sent", "delivered", "accepted", "installed", "in_service")


def _counted(now: datetime) -> Select[Any]:
    """Everything in one pass over the assets, by all that is told apart: some thousand rows, added up here."""
    served = _a.stage == "in_service"
    installed = _a.installed_at.is_not(None) | served
    accepted = _a.accepted_at.is_not(None)
    delivered = _a.delivered_at.is_not(None) | installed | accepted
    sent = delivered | (_a.stage == "dispatched")
    reached = zip(_STEPS, (sent, delivered, accepted, installed, served), strict=True)
    bounds = [(months, now - months * _MONTH) for months, _, _ in AGES if months]
    bounds[-1] = (bounds[-1][0], datetime(1900, 1, 1, tzinfo=UTC))  # everything that is older
    age = case(*((_a.verified_at > since, months) for months, since in bounds), else_=None)
    month: Any = cast(func.date_trunc("month", func.timezone("Europe/Kyiv", _a.delivered_at)), Date)
    keys = {
        "present": _present,
        "age": age,
        "category": _a.category,
        "condition": _a.condition,
        "currency": _a.currency,
        "month": month,
    }
    return select(
        *(key.label(name) for name, key in keys.items()),
        func.count().label("listed"),
        *(func.count().filter(condition).label(name) for name, condition in reached),
        func.sum(_a.quantity).label("quantity"),
        func.sum(_a.unit_price * _a.quantity).label("value"),
    ).group_by(*(literal_column(str(place)) for place in range(1, len(keys) + 1)))


def _progress(rows: Sequence[Any]) -> Progress:
    """The rows of ``_counted`` added up."""
    steps = Counter[str]()
    ages = Counter[int | None]()
    conditions: dict[str, Counter[str]] = {}
    worth: dict[str, dict[date, Decimal]] = {}
    for row in rows:
        steps.update({name: getattr(row, name) for name in ("listed", *_STEPS)})
        if row.present:
            ages[row.age] += row.listed
            conditions.setdefault(row.category, Counter())[row.condition] += int(row.quantity)
        if row.month and row.currency and row.value is not None:
            months = worth.setdefault(row.currency, {})
            months[row.month] = months.get(row.month, Decimal(0)) + row.value
    return Progress(
        steps=tuple((name, steps[name]) for name in ("listed", *_STEPS)),
        ages=tuple(ages.items()),
        conditions={category: dict(conditions[category]) for category in sorted(conditions)},
        worth=_growing(worth),
    )


def _growing(worth: Mapping[str, Mapping[date, Decimal]]) -> dict[str, tuple[Worth, ...]]:
    """What was worth so much by the end of each month; the currency that most was paid in comes first."""
    found = {}
    for currency, months in sorted(worth.items()):
        days = sorted(months)
        found[currency] = tuple(map(Worth, days, accumulate(months[day] for day in days)))
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))
