"""Counts of assets, kept: what the country holds is added up from some thousand rows instead of a million.

A trigger on the asset table follows each statement that writes it, in the same transaction and whoever writes:
by how much each count changed becomes rows of their own (``pending``), so that nobody waits for anybody. Whoever
reads adds up all rows, pending or not. ``fold`` now and then puts what is pending to what is settled. What is
counted apart is all that decides who sees an asset, so counts stand behind the same wall. What is settled is kept
over all programmes and donors, too (``OVER_ALL``), by a trigger on the counts: for whoever sees everything.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.db.wall import by_system
from asset_tracker.jobs.kinds import Every, Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.tables import CASE_OPEN, asset
from asset_tracker.ledger.tables_of_counts import (
    KEPT,
    NUMBERS,
    OVER_ALL,
    asset_count,
    asset_figure,
    asset_number,
    over_all,
)

_a = asset.c
OBLAST: Final = 4
"""Characters of a code that say in which oblast."""
DONORS: Final = literal_column(
    "ARRAY(SELECT (share ->> 'donor')::uuid FROM jsonb_array_elements(asset.state -> 'shares') AS share ORDER BY 1)",
    ARRAY(Uuid),
)
_ONE: Final = literal_column("1", BigInteger)
_NOTHING: Final = literal_column("0", Numeric)
_present = and_(_a.delivered_at.is_not(None), _a.gone_reason.is_(None))


def standing(n: ColumnElement[int] = _ONE) -> Select[Any]:
    """Each asset as ``asset_count`` counts it; ``n``: as how many."""
    return select(
        _a.programme_id,
        _a.municipality_code,
        _a.destination_code,
        DONORS.label("donors"),
        _a.stage,
        _a.condition,
        _a.gone_reason,
        _a.disputed,
        _a.kit_id.is_not(None).label("component"),
        CASE_OPEN.label("case_open"),
        _a.delivered_at.is_not(None).label("delivered"),
        _a.accepted_at.is_not(None).label("accepted"),
        _a.installed_at.is_not(None).label("installed"),
        n.label("n"),
    )


def figures() -> tuple[Select[Any], ...]:
    """Each asset as ``asset_figure`` counts it: one SELECT for each that there is to tell."""
    month = func.date_trunc("month", func.timezone(kyiv.NAME, _a.delivered_at))
    priced = and_(_a.unit_price.is_not(None), _a.currency.is_not(None))
    kept = _a.gone_reason.is_distinct_from("withdrawn")
    return (
        _figure("condition", category=_a.category, condition=_a.condition, n=_a.quantity).where(_present),
        _figure("seen", day=func.timezone(kyiv.NAME, _a.verified_at)).where(_present),
        _figure("worth", day=month, currency=_a.currency, value=_a.unit_price * _a.quantity).where(
            _a.delivered_at.is_not(None), priced, kept
        ),
    )


def numbers() -> tuple[Select[Any], ...]:
    """Each asset as ``asset_number`` counts it: one SELECT for each number of the desk."""
    rows = standing().subquery().c
    tests = desk(rows)
    return tuple(select(*_told(name, rows, rows.donors), rows.n).where(tests[name]) for name in NUMBERS)


def desk(rows: Any) -> dict[str, ColumnElement[bool]]:
    """Which assets each number of the desk is of, told of rows that have the columns of ``asset_count``."""
    here = rows.gone_reason.is_(None)
    return {
        "total": true(),
        "in_service": and_(here, rows.stage == "in_service"),
        "broken": and_(here, rows.condition.in_(("needs_attention", "unserviceable"))),
        "disputed": rows.disputed,
        "to_install": and_(here, rows.stage.in_(("delivered", "accepted")), ~rows.component),
        "cases": rows.case_open,
        "unaccepted": and_(here, rows.delivered, ~rows.accepted),
    }


def _told(what: str, rows: Any, donors: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """What it is that is counted by oblast, and what decides who sees it."""
    return (
        literal_column(f"'{what}'", Text).label("what"),
        rows.programme_id,
        func.left(rows.municipality_code, OBLAST).label("municipality_code"),
        func.left(rows.destination_code, OBLAST).label("destination_code"),
        donors.label("donors"),
    )


def _figure(what: str, *, n: Any = _ONE, value: Any = _NOTHING, **told: Any) -> Select[Any]:
    columns = (asset_figure.c[name] for name in ("category", "condition", "day", "currency"))
    return select(
        *_told(what, _a, DONORS),
        *(cast(told.get(column.name, null()), column.type).label(column.name) for column in columns),
        n.label("n"),
        value.label("value"),
    )


@by_system
async def fold(conn: AsyncConnection) -> None:
    """Put what is pending to what is settled. Nobody who records waits for it, nor it for them."""
    for table in KEPT:
        await conn.execute(_FOLDS[table.name])
        await conn.execute(delete(table).where(~table.c.pending, table.c.n == 0))
    for _, whole in OVER_ALL:
        await conn.execute(delete(whole).where(whole.c.n == 0))


@by_system
async def recount(conn: AsyncConnection) -> int:
    """Count all assets and note, as pending, by how much the kept counts are wrong; how many of them were.

    What is kept over all programmes is added up from what is settled, and mended at once.
    """
    wrong = 0
    for table in KEPT:
        names = [column.name for column in table.c]
        amends = insert(table).from_select(names, _differences(table).add_columns(true()))
        wrong += (await conn.execute(amends)).rowcount
    for settled, whole in OVER_ALL:
        mends = _added(whole, _differences_over_all(settled, whole))
        wrong += (await conn.execute(mends)).rowcount
    return wrong


async def wrong_counts(conn: AsyncConnection) -> dict[str, int]:
    """How many kept counts of which table are not what counting all assets comes to."""
    differences = {table: _differences(table) for table in KEPT}
    differences |= {whole: _differences_over_all(settled, whole) for settled, whole in OVER_ALL}
    found = {}
    for table, wrong in differences.items():
        if number := await conn.scalar(select(func.count()).select_from(wrong.subquery())):
            found[table.name] = number
    return found


def _key(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in ("n", "value", "pending")]


def _sums(table: Table) -> list[Any]:
    return [column for column in table.c if column.name in ("n", "value")]


def _differences(table: Table) -> Select[Any]:
    """What to add to the kept counts of a table, so that they are what counting comes to."""
    found = {
        asset_count.name: (standing(),),
        asset_figure.name: figures(),
        asset_number.name: numbers(),
    }[table.name]
    return _lacking(table, found)


def _differences_over_all(settled: Table, whole: Table) -> Select[Any]:
    """The same of what is kept over all programmes and donors of what is ``settled``."""
    return _lacking(whole, (over_all(settled, whole).where(~settled.c.pending),))


def _lacking(table: Table, found: Sequence[Select[Any]]) -> Select[Any]:
    key, sums = _key(table), _sums(table)
    # In the order of the table's columns, which is that of what is counted.
    kept = select(*key, *(-column for column in sums))
    every = union_all(*found, kept).subquery()
    totals = [func.sum(every.c[column.name]) for column in sums]
    wrong: ColumnElement[bool] = or_(*(total != 0 for total in totals))
    by = [every.c[column.name] for column in key]
    return (
        select(*by, *(total.label(column.name) for total, column in zip(totals, sums, strict=True)))
        .group_by(*by)
        .having(wrong)
    )


def _folding(table: Table) -> Any:
    key, sums = _key(table), _sums(table)
    taken = delete(table).where(table.c.pending).returning(*key, *sums).cte("taken")
    by = [taken.c[column.name] for column in key]
    totals = [func.sum(taken.c[column.name]) for column in sums]
    # In one order, so that two that fold at once wait for each other and no more.
    rows = select(*by, *totals, literal_column("false")).group_by(*by).order_by(*by)
    return _added(table, rows, where=~table.c.pending)


def _added(table: Table, rows: Select[Any], where: ColumnElement[bool] | None = None) -> Any:
    """The rows put to those of the table; ``where``: which of these are one for each key."""
    putting = postgresql.insert(table).from_select([column.name for column in table.c], rows)
    return putting.on_conflict_do_update(
        index_elements=_key(table),
        index_where=where,
        set_={column.name: column + putting.excluded[column.name] for column in _sums(table)},
    )


_FOLDS: Final = {table.name: _folding(table) for table in KEPT}


class FoldCounts(msgspec.Struct, frozen=True, kw_only=True, tag="fold_counts"):
    """Put what changed of the kept counts to what they were."""


async def _fold(run: Run, _payload: FoldCounts) -> None:
    async with run.last() as conn:
        await fold(conn)


KIND: Final = Kind(payload=FoldCounts, work=_fold, when=Every(timedelta(minutes=5)))
