"""Rows that stand for so many assets each, to be added up: the kept counts, wherever they can tell it.

They cannot where a donor may not know the place of single assets, nor figures where somebody reaches a part of
an oblast only: then the assets themselves are the rows. Both have the columns of the table of counts.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    Table,
    and_,
    case,
    cast,
    func,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.assets.sensitivity import located
from asset_tracker.assets.views import Filters
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger import counts
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.tables import ODD, asset, asset_count, asset_figure, asset_number, place_of

Lies = Callable[[ColumnElement[str]], ColumnElement[bool]]


def standing(
    actor: Actor,
    *,
    known: Coarse = EXACT,
    programme: UUID | None = None,
    lies: Lies | None = None,
    permission: Permission = "asset.read",
) -> Subquery:
    """How the assets in reach stand (``asset_count``), of a programme and where ``lies`` says if they are given.

    ``known``: left out is what the reader may not know the municipality of.
    """
    if known.hidden:
        return _single(counts.standing(), actor, known, programme, lies, permission).subquery()
    return _kept(asset_count, actor, programme, lies, permission)


def pieces(actor: Actor, *, known: Coarse = EXACT, permission: Permission = "asset.read") -> Subquery:
    """As ``standing``, where a row stands for ``n`` pieces, and a kit for none besides its components.

    The counts know assets, which nearly all are one piece each; what is not is read, and put to them.
    """
    counted = standing(actor, known=known, permission=permission)
    more = case((asset.c.is_kit, 0), else_=asset.c.quantity) - 1
    odd = _single(counts.standing(more).where(ODD), actor, known, None, None, permission)
    names = odd.selected_columns.keys()
    return union_all(select(*(counted.c[name] for name in names)), odd).subquery()


# What the counts tell apart; and what of it leaves so little that it is sooner added up than looked up.
_TOLD: Final = frozenset({"programme", "municipality", "oblast", "stage", "condition", "disputed", "gone"})
_NARROW: Final = frozenset({"programme", "municipality", "oblast"})


async def told(conn: AsyncConnection, actor: Actor, filters: Filters, known: Coarse) -> int | None:
    """How many assets in reach the filters let through; None of what kept counts cannot or need not tell."""
    asked = {name for name, value in msgspec.structs.asdict(filters).items() if value not in (None, (), "")}
    if known.hidden or not asked <= _TOLD or not asked & _NARROW:
        return None
    places = [
        *([lambda code: code == filters.municipality] if filters.municipality else ()),
        *([partial(begins, prefix=filters.oblast)] if filters.oblast else ()),
    ]
    lies = (lambda code: and_(*(each(code) for each in places))) if places else None
    rows = standing(actor, programme=filters.programme, lies=lies).c
    where = [
        column == value
        for column, value in (
            (rows.stage, filters.stage),
            (rows.condition, filters.condition),
            (rows.disputed, filters.disputed),
        )
        if value is not None
    ]
    if filters.gone is not None:
        where.append(rows.gone_reason.is_not(None) if filters.gone else rows.gone_reason.is_(None))
    if filters.stage not in (None, "gone"):
        where.append(rows.gone_reason.is_(None))
    return int((await conn.execute(select(total(rows)).where(*where))).scalar_one())


def figures(
    actor: Actor, *, known: Coarse = EXACT, programme: UUID | None = None, place: str | None = None
) -> Subquery:
    """The same as ``asset_figure`` has it; ``place``: how the codes of the municipalities begin."""
    lies = partial(begins, prefix=place) if place else None
    if known.hidden or len(place or "") > counts.OBLAST or not scope.in_oblasts(actor):
        some = (_single(each, actor, known, programme, lies) for each in counts.figures())
        return union_all(*some).subquery()
    return _kept(asset_figure, actor, programme, lies)


def numbers(actor: Actor, programme: UUID | None = None) -> Subquery | None:
    """The numbers of the desk (``asset_number``); None for whom they do not tell.

    They are kept by oblast: whoever reaches a part of one is told by ``standing``.
    """
    return _kept(asset_number, actor, programme, None) if scope.in_oblasts(actor) else None


def total(rows: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many assets the rows stand for that fulfil the conditions."""
    number = func.sum(rows.n)
    return cast(func.coalesce(number.filter(*conditions) if conditions else number, 0), BigInteger)


def _kept(
    table: Table,
    actor: Actor,
    programme: UUID | None,
    lies: Lies | None,
    permission: Permission = "asset.read",
) -> Subquery:
    wanted = select(table).where(scope.counted(actor, table, permission))
    if programme:
        wanted = wanted.where(table.c.programme_id == programme)
    if lies:
        wanted = wanted.where(lies(place_of(table.c)))
    return wanted.subquery()


def _single(
    each: Select[Any],
    actor: Actor,
    known: Coarse,
    programme: UUID | None,
    lies: Lies | None,
    permission: Permission = "asset.read",
) -> Select[Any]:
    wanted = each.where(scope.assets(actor, permission), located(known))
    if programme:
        wanted = wanted.where(asset.c.programme_id == programme)
    return wanted.where(in_area(lies)) if lies else wanted
