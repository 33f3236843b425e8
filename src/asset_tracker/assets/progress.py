"""How far things in reach have come, when they were last seen, whether they work, what they are worth: counted."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.places import EXACT
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.standing import figures, standing, total
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.pictures.charts import AGES

_MONTH = timedelta(days=30.4375)


class Worth(msgspec.Struct, frozen=True):
    """What was delivered by the end of a day is worth so much, in one currency."""

    day: date
    value: Decimal


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of assets, components of kits included.

    ``steps``: how many got at least so far, from the packing list to service. ``ages``: (months, count) by the months of
    ``pictures.charts.AGES``, by days, of what is delivered and not gone. ``conditions``: by category, of the same.
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
    place = municipality or (oblast or "")[:OBLAST] or None
    # Narrowed by a place, counting would tell of what a donor may not know the place of.
    known = await coarse(conn, actor) if place else EXACT
    lies = partial(begins, prefix=place) if place else None
    stand = standing(actor, known=known, programme=programme, lies=lies).c
    steps = (await conn.execute(_stepped(stand))).one()
    rows = (
        await conn.execute(_added_up(figures(actor, known=known, programme=programme, place=place).c, now))
    ).all()
    return _progress(steps, rows)


STEPS: Final = ("listed", "sent", "delivered", "accepted", "installed", "in_service")


def _stepped(rows: Any) -> Select[Any]:
    """How many assets got at least so far."""
    served = rows.stage == "in_service"
    installed = rows.installed | served
    delivered = rows.delivered | installed | rows.accepted
    sent = delivered | (rows.stage == "dispatched")
    reached = zip(STEPS, (true(), sent, delivered, rows.accepted, installed, served), strict=True)
    here = rows.gone_reason.is_distinct_from("withdrawn")
    steps: list[ColumnElement[Any]] = [total(rows, step).label(name) for name, step in reached]
    return select(*steps).where(here)


def _added_up(rows: Any, now: datetime) -> Select[Any]:
    """Some hundred rows: pieces by category and condition, assets by when they were seen, worth by month and currency."""
    bounds = [(months, kyiv.day_of(now - months * _MONTH)) for months, _, _ in AGES if months]
    bounds[-1] = (bounds[-1][0], date(1900, 1, 1))  # everything that is older
    seen = rows.what == "seen"
    age = case(*((and_(seen, rows.day > since), months) for months, since in bounds), else_=None)
    keys: dict[str, ColumnElement[Any]] = {
        "what": rows.what,
        "category": rows.category,
        "condition": rows.condition,
        "currency": rows.currency,
        "age": age,
        "month": case((seen, None), else_=rows.day),
    }
    by: list[ColumnElement[int]] = [literal_column(str(place)) for place in range(1, len(keys) + 1)]
    sums = (total(rows).label("n"), func.sum(rows.value).label("value"))
    return (
        select(*(key.label(name) for name, key in keys.items()), *sums).group_by(*by).having(total(rows) > 0)
    )


def _progress(steps: Any, rows: Sequence[Any]) -> Progress:
    """What was counted, as it is shown."""
    ages: dict[int | None, int] = {}
    conditions: dict[str, dict[str, int]] = {}
    worth: dict[str, dict[date, Decimal]] = {}
    for row in rows:
        match row.what:
            case "seen":
                ages[row.age] = row.n
            case "condition":
                conditions.setdefault(row.category, {})[row.condition] = row.n
            case _:
                worth.setdefault(row.currency, {})[row.month] = row.value
    return Progress(
        steps=tuple((name, getattr(steps, name)) for name in STEPS),
        ages=tuple(ages.items()),
        conditions={category: conditions[category] for category in sorted(conditions)},
        worth=_growing(worth),
    )


def _growing(worth: Mapping[str, Mapping[date, Decimal]]) -> dict[str, tuple[Worth, ...]]:
    """What was worth so much by the end of each month; the currency that most was paid in comes first."""
    found = {}
    for currency, months in sorted(worth.items()):
        days = sorted(months)
        found[currency] = tuple(map(Worth, days, accumulate(months[day] for day in days)))
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))
