"""How much is due, added up of what is kept (``due_kept``), and told anew of the few assets that changed since."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    any_,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.assets.due_kept import Kept, by_kind, changed, is_late
from asset_tracker.assets.due_told import told
from asset_tracker.assets.tables_of_due import asset_due, due_number, overdue_count, overdue_place
from asset_tracker.db.hot import rows_of
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tables_of_counts import place_of

_ASKED: Final = 32  # questions that were put together, of the last that were asked
_ADD: ColumnElement[int] = literal_column("1")
_TAKE: ColumnElement[int] = literal_column("-1")


class Within(NamedTuple):
    """What is counted: of a programme, and of an oblast by its code or the beginning of it."""

    programme: UUID | None = None
    oblast: str | None = None


class Number(NamedTuple):
    """How much of a kind is overdue, and how much comes within a month."""

    late: int
    soon: int


async def places(conn: AsyncConnection, actor: Actor, kept: Kept, within: Within) -> dict[str, int]:
    """How many assets in reach have something overdue, by code of municipality."""
    rows = await rows_of(conn, _places(nameless(actor), kept, within), again=True)
    return {row.code: row.n for row in rows if row.code}


async def numbers(conn: AsyncConnection, actor: Actor, kept: Kept, within: Within) -> dict[str, Number]:
    """How much is due of assets in reach, by kind. For whose reach is bounded by oblasts at the most."""
    rows = await rows_of(conn, _numbers(nameless(actor), kept, within), again=True)
    return {row.kind: Number(row.late, row.soon) for row in rows if row.late or row.soon}


@lru_cache(maxsize=_ASKED)
def _places(actor: Actor, kept: Kept, within: Within) -> Select[Any]:
    whole = scope.everything(actor, "asset.read") and not within.programme
    table = overdue_place if whole else overdue_count
    c, d = table.c, asset_due.c
    parts = [select(place_of(c).label("code"), c.n).where(*_in(actor, table, within))]
    if kept.noted or kept.passed:
        here = _anew(actor, kept, within).subquery().c
        parts += [
            select(place_of(d), _TAKE).where(*_before(actor, kept, within), is_late(d)),
            select(place_of(here), _ADD).where(is_late(here)),
        ]
    every = union_all(*parts).subquery().c
    total = func.sum(every.n)
    return select(every.code, total.label("n")).group_by(every.code).having(total > 0)


@lru_cache(maxsize=_ASKED)
def _numbers(actor: Actor, kept: Kept, within: Within) -> Select[Any]:
    c = due_number.c
    parts = [select(c.kind, c.late, c.soon).where(*_in(actor, due_number, within))]
    if kept.noted or kept.passed:
        here = _anew(actor, kept, within).subquery()
        parts += [
            by_kind(asset_due, -1).where(*_before(actor, kept, within)),
            by_kind(here),
        ]
    every = union_all(*parts).subquery().c
    sums = (func.sum(every[name]).label(name) for name in ("late", "soon"))
    return select(every.kind, *sums).group_by(every.kind)


def _in(actor: Actor, table: Table, within: Within) -> list[ColumnElement[bool]]:
    """The rows of a table of counts that are in reach and within what is asked for."""
    found: list[ColumnElement[bool]] = []
    if table is not overdue_place:
        found.append(scope.counted(actor, table))
        if within.programme:
            found.append(table.c.programme_id == within.programme)
    if within.oblast:
        found.append(_lies(within.oblast)(place_of(table.c)))
    return found


def _before(actor: Actor, kept: Kept, within: Within) -> list[ColumnElement[bool]]:
    """What is kept of those that changed, where they were when it was told."""
    return [
        asset_due.c.asset_id == any_(changed(kept.day, passed=kept.passed)),
        *_in(actor, asset_due, within),
    ]


def _anew(actor: Actor, kept: Kept, within: Within) -> Select[Any]:
    """What is true of those that changed."""
    where = [asset.c.id == any_(changed(kept.day, passed=kept.passed)), scope.assets(actor)]
    if within.programme:
        where.append(asset.c.programme_id == within.programme)
    if within.oblast:
        where.append(in_area(_lies(within.oblast)))
    return told(kept.asked, kept.day, *where)


def _lies(oblast: str) -> Callable[[ColumnElement[str]], ColumnElement[bool]]:
    return partial(begins, prefix=oblast[:OBLAST])
