"""How many assets have something overdue, by municipality: for the map, which shows all that there is."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import require
from asset_tracker.assets import due
from asset_tracker.assets.due_counted import Within, places
from asset_tracker.assets.due_kept import kept
from asset_tracker.assets.due_rules import Asked, rules_asked
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.db.hot import rows_of
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.areas import in_area, in_oblast_of
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import asset

_a = asset.c
_PLACE: Final = func.coalesce(_a.municipality_code, _a.destination_code)
_MANY: Final = 1_000
_ASKED: Final = 32  # questions that were put together, of the last that were asked
Parts = tuple[Select[Any], ...]


async def overdue_places(
    conn: AsyncConnection,
    actor: Actor,
    today: date,
    *,
    programme: UUID | None = None,
    oblast: str | None = None,
) -> dict[str, int]:
    """How many assets in reach have something overdue on ``today``, by code of municipality.

    ``programme`` and ``oblast`` (its code) narrow what is counted.

    Added up of what is kept (``due_kept``) where that tells it. Else all that is overdue is counted.
    """
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    if known is EXACT and (told := await kept(conn, actor, today)):
        return await places(conn, actor, told, Within(programme, oblast))
    return await overdue_asked(conn, actor, today, known, programme, oblast)


async def overdue_asked(
    conn: AsyncConnection,
    actor: Actor,
    today: date,
    known: Coarse,
    programme: UUID | None = None,
    oblast: str | None = None,
) -> dict[str, int]:
    """The same, where nothing is kept that tells it: of each asset. ``known``: where the actor may know things to be."""
    parts = _parts(nameless(actor), tuple(await rules_asked(conn)), today, programme, oblast)
    if not parts:
        return {}
    if known is not EXACT:
        parts = tuple(part.where(located(known)) for part in parts)
    again = known is EXACT
    counted = await rows_of(conn, _counted(parts), again=again, in_order=True)
    many = tuple(sorted(row.part for row in counted if row.n > _MANY))
    rows = await rows_of(conn, _by_place(parts, many), again=again)
    return {row.code: row.n for row in rows if row.code}


@lru_cache(maxsize=_ASKED)
def _parts(
    actor: Actor, asked: tuple[Asked, ...], today: date, programme: UUID | None, oblast: str | None
) -> Parts:
    """One SELECT for each question that is asked, as ``due`` has them."""
    narrowed: list[ColumnElement[bool]] = [_a.programme_id == programme] if programme else []
    if oblast:
        narrowed += [in_oblast_of(oblast), in_area(partial(begins, prefix=oblast[:OBLAST]))]
    return tuple(due.selects(actor, asked, today - timedelta(days=1), narrowed))


@lru_cache(maxsize=_ASKED)
def _counted(parts: Parts) -> CompoundSelect[Any]:
    """How many each question tells of, up to one more than are ``_MANY``."""
    some = (part.limit(_MANY + 1).subquery() for part in parts)
    return union_all(
        *(
            select(literal(n).label("part"), func.count().label("n")).select_from(each)
            for n, each in enumerate(some)
        )
    )


@lru_cache(maxsize=_ASKED)
def _by_place(parts: Parts, many: tuple[int, ...]) -> Select[Any]:
    """What tells of few is told by its index; what tells of many is asked of each asset, once for all of them."""
    passed, others = _asked_of_each([parts[n] for n in many])
    others += [part for n, part in enumerate(parts) if n not in many]
    told = [select(_a.id.label("thing"), _PLACE.label("code")).where(passed)] if many else []
    if others:
        told.append(
            select(union(*(_things(part.where(passed.is_not(true()))) for part in others)).subquery())
        )
    every = union_all(*told).subquery().c
    return select(every.code, func.count().label("n")).group_by(every.code)


def _asked_of_each(parts: Sequence[Select[Any]]) -> tuple[ColumnElement[bool], list[Select[Any]]]:
    """The condition of all questions that ask nothing but the asset itself; and the other questions."""
    conditions: list[ColumnElement[bool]] = []
    others: list[Select[Any]] = []
    for part in parts:
        if part.get_final_froms() == [asset] and part.whereclause is not None:
            conditions.append(part.whereclause)
        else:
            others.append(part)
    return or_(false(), *conditions), others


def _things(part: Select[Any]) -> Select[Any]:
    found = part.order_by(None).subquery().c
    return select(found.thing, found.municipality_code.label("code"))
