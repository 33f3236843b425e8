"""Rows that stand for so many assets each, to be added up: the kept counts, wherever they can tell it.

They cannot where a donor may not know the place of single assets, nor figures where somebody reaches a part of
an oblast only: then the assets themselves are the rows. Both have the columns of the table of counts. For whoever
sees everything what is settled is kept over all programmes: a tenth of the rows, without programmes and donors.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
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
from asset_tracker.ledger.tables import ODD, asset
from asset_tracker.ledger.tables_of_counts import (
    NUMBERS,
    asset_count,
    asset_figure,
    asset_number,
    country_figure,
    over_all,
    place_count,
    place_of,
    programme_count,
    programme_reach,
)

Lies = Callable[[ColumnElement[str]], ColumnElement[bool]]


def standing(
    actor: Actor,
    *,
    known: Coarse = EXACT,
    programme: UUID | None = None,
    lies: Lies | None = None,
    permission: Permission = "asset.read",
    by_programme: bool = False,
) -> Subquery:
    """How the assets in reach stand (``asset_count``), of a programme and where ``lies`` says if they are given.

    ``known``: left out is what the reader may not know the municipality of. ``by_programme``: rows tell theirs,
    which they need not else.
    """
    if known.hidden:
        return _single(counts.standing(), actor, known, programme, lies, permission).subquery()
    if scope.everything(actor, permission) and not (programme or by_programme):
        return _over_all(asset_count, place_count, lies)
    return _kept(asset_count, actor, programme, lies, permission)


def pieces(
    actor: Actor,
    *,
    known: Coarse = EXACT,
    permission: Permission = "asset.read",
    by_programme: bool = False,
) -> Subquery:
    """As ``standing``, where a row stands for ``n`` pieces, and a kit for none besides its components.

    The counts know assets, which nearly all are one piece each; what is not is read, and put to them.
    """
    counted = standing(actor, known=known, permission=permission, by_programme=by_programme)
    odd = _odd(actor, known, permission).subquery()
    names = [column.name for column in odd.c if column.name in counted.c]
    return union_all(*(select(*(rows.c[name] for name in names)) for rows in (counted, odd))).subquery()


def pieces_of_programmes(actor: Actor, permission: Permission) -> Subquery:
    """As ``pieces`` by programme, wherever they are: each row has the columns of ``programme_count``."""
    if not scope.everything(actor, permission):
        return pieces(actor, permission=permission, by_programme=True)
    changes = (over_all(rows, programme_count) for rows in _unsettled(actor, permission))
    return union_all(select(programme_count), *changes).subquery()


def places_of_programmes(actor: Actor, permission: Permission) -> Subquery:
    """In how many municipalities (``reached``) pieces of each programme were handed over."""
    if not scope.everything(actor, permission):
        rows = pieces(actor, permission=permission, by_programme=True)
        there = _by_place(over_all(rows, programme_reach)).c
        wanted = select(there.programme_id, func.count().label("reached")).where(there.n > 0)
        return wanted.group_by(there.programme_id).subquery()
    kept = programme_reach.c
    settled = select(kept.programme_id, func.count().label("reached")).where(
        kept.n > 0, kept.code.is_not(None)
    )
    changed = _by_place(*(over_all(rows, programme_reach) for rows in _unsettled(actor, permission)))
    was = func.coalesce(kept.n, 0)
    turned = cast(was + changed.c.n > 0, Integer) - cast(was > 0, Integer)
    here = and_(kept.programme_id == changed.c.programme_id, kept.code == changed.c.code)
    by = changed.c.programme_id
    turns = select(by, func.sum(turned)).select_from(changed.outerjoin(programme_reach, here)).group_by(by)
    both = union_all(settled.group_by(kept.programme_id), turns).subquery().c
    wanted = select(both.programme_id, func.sum(both.reached).label("reached"))
    return wanted.group_by(both.programme_id).subquery()


def _by_place(*parts: Select[Any]) -> Subquery:
    """The parts of ``programme_reach`` added up, where it is known which municipality it is."""
    rows = union_all(*parts).subquery().c
    wanted = select(rows.programme_id, rows.code, func.sum(rows.n).label("n"))
    return wanted.where(rows.code.is_not(None)).group_by(rows.programme_id, rows.code).subquery()


def _unsettled(actor: Actor, permission: Permission) -> tuple[Subquery, Subquery]:
    """What is to be put to what is kept of each programme: what is pending, and what is not one piece."""
    pending = select(asset_count).where(asset_count.c.pending, scope.counted(actor, asset_count, permission))
    return pending.subquery(), _odd(actor, EXACT, permission).subquery()


# What the counts tell apart of what a list can be narrowed by, and what narrows a desk.
_WITHIN: Final = frozenset({"programme", "municipality", "oblast"})
_TOLD: Final = frozenset({*_WITHIN, "stage", "condition", "disputed", "gone"})


async def told(conn: AsyncConnection, actor: Actor, filters: Filters, known: Coarse) -> int | None:
    """How many assets in reach the filters let through; None of what kept counts do not tell."""
    asked = {name for name, value in msgspec.structs.asdict(filters).items() if value not in (None, (), "")}
    if known.hidden:
        return None
    further, number = asked - _WITHIN, None
    if further <= {"stage"} and filters.stage in (None, "in_service"):
        number = desk(actor, filters)[filters.stage or "total"]
    elif further == {"waits"}:
        number = desk(actor, filters).get(str(filters.waits))
    elif asked <= _TOLD:
        number = _stood(actor, filters)
    return None if number is None else int((await conn.execute(select(number))).scalar_one())


def _stood(actor: Actor, filters: Filters) -> ColumnElement[int]:
    rows = standing(actor, programme=filters.programme, lies=_lying(filters)).c
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
    return select(total(rows)).where(*where).scalar_subquery()


def _lying(within: Filters) -> Lies | None:
    places: list[Lies] = [
        *([lambda code: code == within.municipality] if within.municipality else ()),
        *([partial(begins, prefix=within.oblast)] if within.oblast else ()),
    ]
    return (lambda code: and_(*(each(code) for each in places))) if places else None


def desk(actor: Actor, within: Filters, known: Coarse = EXACT) -> dict[str, ColumnElement[int]]:
    """The numbers of the desk (``NUMBERS``) among the assets ``within`` a programme, an oblast or a municipality.

    ``known``: left out of a municipality is what the reader may not know to be there.
    """
    oblast = within.oblast or ""
    if not within.municipality and len(oblast) <= counts.OBLAST and scope.in_oblasts(actor):
        few = _kept(asset_number, actor, within.programme, _lying(within)).c
        return {name: total(few, few.what == name) for name in NUMBERS}
    rows = standing(
        actor,
        known=known if within.municipality else EXACT,
        programme=within.programme,
        lies=_lying(within),
    ).c
    return {name: total(rows, test) for name, test in counts.desk(rows).items()}


def figures(
    actor: Actor, *, known: Coarse = EXACT, programme: UUID | None = None, place: str | None = None
) -> Subquery:
    """The same as ``asset_figure`` has it; ``place``: how the codes of the municipalities begin."""
    lies = partial(begins, prefix=place) if place else None
    if known.hidden or len(place or "") > counts.OBLAST or not scope.in_oblasts(actor):
        some = (_single(each, actor, known, programme, lies) for each in counts.figures())
        return union_all(*some).subquery()
    if scope.everything(actor, "asset.read") and not (programme or place):
        return _over_all(asset_figure, country_figure, None)
    return _kept(asset_figure, actor, programme, lies)


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


def _odd(actor: Actor, known: Coarse, permission: Permission) -> Select[Any]:
    """How many pieces more than one each asset is that is not just one: a kit is none besides its components."""
    more = case((asset.c.is_kit, 0), else_=asset.c.quantity) - 1
    return _single(counts.standing(more).where(ODD), actor, known, None, None, permission)


def _over_all(settled: Table, whole: Table, lies: Lies | None) -> Subquery:
    """What is kept over all programmes, and what of it is pending still."""
    names = whole.c.keys()
    parts = [select(whole), select(*(settled.c[name] for name in names)).where(settled.c.pending)]
    if lies:
        parts = [
            part.where(lies(place_of(table.c))) for part, table in zip(parts, (whole, settled), strict=True)
        ]
    return union_all(*parts).subquery()


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
