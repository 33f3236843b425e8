"""Which assets stand on a page of a list, in any order and whatever the list is narrowed by.

PostgreSQL chooses badly here: it takes the wall for dear, and what a list is narrowed by for independent of its
order. So the way is chosen by how many answer. A few thousand are read and sorted. For more, the order's own index
is walked through, which has soon met a page of them; not without end, since all laptops may stand at the end of
all names. Where neither helps, up to ``SORTABLE`` are read and sorted after all.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.ordering import HERE, SORTABLE, Mark, Order, too_many
from asset_tracker.assets.views import Filters
from asset_tracker.db.wall import as_system
from asset_tracker.ledger.tables import PLACED_AT, asset

Where = Sequence[ColumnElement[bool]]

# So many are sorted sooner than an order is walked through; so many of an order are looked at for a page, at most.
FEW: Final = 10_000
_STEPS, _SPARE = 30_000, 10
_a = asset.c
# A plan for any value at all is worth nothing for the rare and the frequent ones.
_NOW: Final = "SET LOCAL plan_cache_mode TO force_custom_plan"
_IN_ORDER: Final = ("enable_sort", "enable_incremental_sort", "enable_bitmapscan")
_ALL: Final = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'asset'::regclass")


@asynccontextmanager
async def asking_for(conn: AsyncConnection, actor: Actor, filters: Filters) -> AsyncIterator[None]:
    """To find or count assets that are in reach of the actor by ``scope``, and tell nothing else of them.

    It is planned for what is asked for, and asked without the wall: behind it an index is not trusted with names,
    and PostgreSQL would read and sort whatever there is. Who reads what was found reads it behind the wall. But
    which donors paid, donors are told by the wall alone.
    """
    await conn.exec_driver_sql(_NOW)
    if filters.donor and actor.has("donor"):
        yield
    else:
        async with as_system(conn):
            yield


class Found(NamedTuple):
    """What is known of a list before it is looked for.

    ``number``: how many there are, if that is known. ``together``: in the order's index they lie together. ``dear``:
    to ask whether something belongs to it takes long, and a good part of all does (a word). ``listed``: else all that
    may belong to it are told one by one.
    """

    number: int | None = None
    together: bool = False
    dear: bool = False
    listed: bool = False


async def ids_of_page(
    conn: AsyncConnection, where: Where, order: Order, mark: Mark | None, most: int, how: Found
) -> list[UUID]:
    """The first ``most`` of the assets that fulfil the conditions and come after the mark.

    Raises InvalidError where more than ``SORTABLE`` would have to be sorted.
    """
    if order.value is None:
        newest = select(_a.id).where(*where, *order.after(mark)).order_by(*order.by).limit(most)
        return list(await conn.scalars(newest))
    number, found = how.number, None
    if how.dear:
        number = SORTABLE + 1
    elif order.indexed and not how.listed:
        number = await count_upto(conn, where, FEW) if number is None else number
        if number > FEW and how.together:
            return await _all_in_order(conn, where, order, mark, most)
    if order.indexed and (number or 0) > FEW:
        found = await _walked(conn, where, order, mark, most, number or 0)
    if found is None and (number or 0) <= SORTABLE:
        found = await _sorted(conn, where, order, mark, most, SORTABLE)
    if found is None and order.indexed and not how.dear:
        found = await _all_in_order(conn, where, order, mark, most)
    if found is None:
        raise too_many(order.word)
    return found


async def count_upto(conn: AsyncConnection, where: Where, most: int) -> int:
    """How many assets the conditions let through; ``most`` + 1 where it is more."""
    some = select(_a.id).select_from(asset).where(*where).limit(most + 1).subquery()
    return (await conn.execute(select(func.count()).select_from(some))).scalar_one()


async def _sorted(
    conn: AsyncConnection, where: Where, order: Order, mark: Mark | None, most: int, limit: int
) -> list[UUID] | None:
    """All of them read and sorted; None where there are more than ``limit``."""
    some = select(_a.id, order.key).select_from(asset)
    if order.placed:
        some = some.outerjoin(HERE, HERE.c.code == PLACED_AT)
    found = some.where(*where).limit(limit + 1).subquery("found")
    counted = select(found, func.count().over().label("many")).subquery("counted")
    wanted = select(counted.c.id, counted.c.many).where(*order.after(mark, counted.c))
    rows = (await conn.execute(wanted.order_by(*order.by_of(counted.c)).limit(most))).all()
    return None if rows and rows[0].many > limit else [row.id for row in rows]


async def _walked(
    conn: AsyncConnection, where: Where, order: Order, mark: Mark | None, most: int, number: int
) -> list[UUID] | None:
    """A page of ``number`` met on a way of several times the length that it should take; None where it was not."""
    steps = min(_STEPS, _SPARE * most * max(1, (await conn.scalar(_ALL) or 0) // number))
    way = select(_a.id, order.key).where(*order.after(mark)).order_by(*order.by).limit(steps)
    walked = way.cte("walked").prefix_with("MATERIALIZED")
    wanted = select(_a.id).select_from(asset).join(walked, walked.c.id == _a.id).where(*where)
    async with _in_order(conn):
        found = list(await conn.scalars(wanted.order_by(*order.by_of(walked.c)).limit(most)))
    if len(found) == most:
        return found
    rest = select(_a.id).where(*order.after(mark)).order_by(*order.by).offset(steps).limit(1)
    async with _in_order(conn):
        return found if await conn.scalar(rest) is None else None


async def _all_in_order(
    conn: AsyncConnection, where: Where, order: Order, mark: Mark | None, most: int
) -> list[UUID]:
    wanted = select(_a.id).where(*where, *order.after(mark)).order_by(*order.by).limit(most)
    async with _in_order(conn):
        return list(await conn.scalars(wanted))


@asynccontextmanager
async def _in_order(conn: AsyncConnection) -> AsyncIterator[None]:
    """By the order's own index, and no collecting and sorting."""
    await conn.exec_driver_sql(_said("off"))
    yield
    await conn.exec_driver_sql(_said("on"))


def _said(value: str) -> str:
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name in _IN_ORDER)
