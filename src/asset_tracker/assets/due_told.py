"""What is due of each asset on a day, by all rules at once: the rows of ``asset_due`` as they should be."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from hashlib import sha256
from operator import add
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    SmallInteger,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import LateralFromClause

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import due
from asset_tracker.assets.due_rules import TO_THE_END, Asked, rules_asked
from asset_tracker.assets.tables import maintenance_plan
from asset_tracker.assets.tables_of_due import KINDS
from asset_tracker.assets.turns import SOON_DAYS
from asset_tracker.db.wall import by_system
from asset_tracker.ledger.counts import DONORS
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.tables import programme

_a, _m, _p = asset.c, maintenance_plan.c, programme.c
_MEANING: Final = 1  # to be raised when the same rules are told in another way
_NEVER: Final = date(9000, 1, 1)  # whatever is due at all is due by then
_PLANS: Final = KINDS.index("maintenance")
_DAY: Final = timedelta(days=1)
Rules = tuple[tuple[Asked, ...], str]


@by_system
async def rules_of_all(conn: AsyncConnection) -> Rules:
    """Every rule that holds today, whoever may see it, and a digest of all that tells what is due by them."""
    asked = tuple(await rules_asked(conn))
    ends: list[tuple[Any, ...]] = []
    if any(each.rule in TO_THE_END for each in asked):
        ends = [tuple(row) for row in await conn.execute(select(_p.id, _p.ends_on).order_by(_p.id))]
    said = msgspec.json.encode((_MEANING, KINDS, SOON_DAYS, asked, ends), order="deterministic")
    return asked, sha256(said).hexdigest()


def told(asked: Sequence[Asked], day: date, *where: ColumnElement[bool]) -> Select[Any]:
    """What ``asset_due`` should say of each asset (those that are gone too), in the order of its columns.

    ``where`` narrows by the columns of the asset table.
    """
    until = day + timedelta(days=SOON_DAYS)
    parts = due.selects(COMMAND_LINE, asked, _NEVER, (), plans=None)
    kinds = [due.kind_of(part) for part in parts]
    days = [
        case((_whole(part), part.selected_columns["due_on"].element)).label(f"day_{n}")
        for n, part in enumerate(parts)
    ]
    plans = _plans(day, until)
    each = (
        select(
            *(_a.id.label("asset_id"), _a.programme_id, _a.municipality_code, _a.destination_code),
            DONORS.label("donors"),
            *days,
            *plans.c,
        )
        .select_from(asset.outerjoin(programme, _p.id == _a.programme_id).join(plans, true()))
        .where(*where)
        .offset(
            literal_column("0")
        )  # not to be taken apart: a day is told once, not wherever it is asked for
        .subquery()
    )
    found: dict[str, list[ColumnElement[date]]] = {kind: [] for kind in KINDS}
    for n, kind in enumerate(kinds):
        found[kind].append(each.c[f"day_{n}"])
    late = [_number(is_on.between(_oldest(kind, day), day - _DAY) for is_on in found[kind]) for kind in KINDS]
    soon = [_number(is_on.between(day, until) for is_on in found[kind]) for kind in KINDS]
    late[_PLANS], soon[_PLANS] = each.c.plans_late, each.c.plans_soon
    changes = [_changes(kind, is_on, day, until) for kind in KINDS for is_on in found[kind]]
    return select(
        *(
            each.c[name]
            for name in ("asset_id", "programme_id", "municipality_code", "destination_code", "donors")
        ),
        cast(array(late), ARRAY(SmallInteger)).label("late"),
        cast(array(soon), ARRAY(SmallInteger)).label("soon"),
        func.least(each.c.plans_change_on, *changes, type_=Date).label("changes_on"),
    )


def _whole(part: Select[Any]) -> ColumnElement[bool]:
    return true() if part.whereclause is None else part.whereclause


def _number(tests: Iterable[ColumnElement[bool]]) -> ColumnElement[int]:
    """How many hold; what is not due at all has no day, which is neither before nor after."""
    ones = [func.coalesce(cast(test, Integer), 0) for test in tests]
    return reduce(add, ones) if ones else literal_column("0", Integer)


def _oldest(kind: str, day: date) -> date:
    """From when on something that is past is overdue still."""
    return day - due.STALE_DAYS * _DAY if kind == "warranty" else date.min


def _changes(kind: str, is_on: ColumnElement[date], day: date, until: date) -> ColumnElement[date]:
    """The next day on which it comes within sight, or is overdue; or is no news any more."""
    seen = (is_on > until, _days_after(is_on, -SOON_DAYS))
    passes = (is_on >= day, _days_after(is_on, 1))
    ends = (is_on >= _oldest(kind, day), _days_after(is_on, due.STALE_DAYS + 1))
    return case(seen, passes, *([ends] if kind == "warranty" else []))


def _plans(day: date, until: date) -> LateralFromClause:
    """The same of an asset's plans: those that the meter has made due are so today, unless they were before."""
    today = literal(day, Date)
    is_on = case((_m.over_meter, func.least(_m.next_on, today)), else_=_m.next_on)
    coming = case((and_(_m.next_on > until, ~_m.over_meter), _days_after(_m.next_on, -SOON_DAYS)))
    passing = case((_m.next_on >= today, _days_after(_m.next_on, 1)))
    return (
        select(
            func.count().filter(is_on < day).label("plans_late"),
            func.count().filter(is_on.between(day, until)).label("plans_soon"),
            func.min(func.coalesce(coming, passing)).label("plans_change_on"),
        )
        .where(_m.asset_id == _a.id, _m.ended_at.is_(None), _a.gone_reason.is_(None))
        .correlate(asset)
        .lateral("plans")
    )


def _days_after(day: ColumnElement[date], days: int) -> ColumnElement[date]:
    return day.op("+", return_type=Date())(literal_column(str(days), Integer))
