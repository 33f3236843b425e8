"""What is due of each asset, kept and counted, so that a map or a desk adds up some thousand rows and asks no asset.

What is due depends on rules, on the day and on what happened. A job tells it of all assets by the rules that hold
(``due_told``), once, and from then on of those that changed, which triggers note, and of those whose next day came.
Nobody who records waits for it. Whoever reads takes what is kept of all others, and tells it anew of these few: so
what is read is true at every moment. As soon as other rules hold nothing of it is, and each asset is asked as before,
until the job has been through.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    case,
    delete,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.assets.due_rules import Asked
from asset_tracker.assets.due_told import rules_of_all, told
from asset_tracker.assets.tables_of_due import (
    KINDS,
    asset_due,
    due_note,
    due_number,
    due_told,
    overdue_count,
    overdue_place,
)
from asset_tracker.db.wall import by_system
from asset_tracker.jobs.kinds import Every, Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import asset

_MANY: Final = 20_000  # to tell more anew is no quicker than to ask all
_a, _d, _t = asset.c, asset_due.c, due_told.c
_SAYS: Final = [column for column in asset_due.c if column.name != "asset_id"]


class Kept(NamedTuple):
    """That what is kept may be believed on ``day``, by these rules; except of assets that were noted, or whose day came.

    ``noted``, ``passed``: whether there are any.
    """

    asked: tuple[Asked, ...]
    day: date
    noted: bool
    passed: bool


async def kept(conn: AsyncConnection, actor: Actor, day: date) -> Kept | None:
    """Whether what is kept tells the actor what is due on ``day``; None if it does not.

    It does not tell donors of what other donors ask for, whose shares they do not see.
    """
    asked, rules = await rules_of_all(conn)
    if actor.has("donor") and any(each.donors for each in asked):
        return None
    noted = select(due_note.c.asset_id).limit(_MANY + 1).subquery()
    row = (
        await conn.execute(
            select(
                and_(_t.rules == rules, _t.day <= day).label("holds"),
                select(func.count()).select_from(noted).scalar_subquery().label("noted"),
                func.coalesce(_t.changes_on <= day, false()).label("passed"),
            )
        )
    ).one()
    if not row.holds or row.noted > _MANY:
        return None
    return Kept(asked, day, row.noted > 0, row.passed)


def changed(day: date, *, passed: bool = True) -> ColumnElement[Any]:
    """Of which assets what is kept is not to be believed on ``day``, as an array: of all others it is.

    ``passed``: whether to look for those whose day came.
    """
    noted = select(due_note.c.asset_id)
    every = (union(noted, _come(day)) if passed else noted.distinct()).subquery()
    return func.array(select(every.c.asset_id).scalar_subquery(), type_=ARRAY(Uuid))


def _come(day: date) -> Select[Any]:
    return select(_d.asset_id).where(_d.changes_on <= day)


@by_system
async def keep(conn: AsyncConnection, day: date) -> int:
    """Tell what is due on ``day`` of all that changed, or of all if other rules hold now; of how many it was."""
    before = (await conn.execute(select(due_told).with_for_update())).one()
    asked, rules = await rules_of_all(conn)
    # First these, and what they are now after that: who changes more meanwhile notes it once more.
    noted = list(await conn.scalars(delete(due_note).returning(due_note.c.asset_id)))
    if before.rules != rules or len(noted) > _MANY:
        await conn.execute(text("SET LOCAL statement_timeout = 0"))
        number = await _tell(conn, asked, day, None)
    else:
        if before.changes_on and before.changes_on <= day:
            noted += await conn.scalars(_come(day))
        number = await _tell(conn, asked, day, noted) if noted else 0
    # Rules that were changed while it was told may have had a part in it.
    _, now = await rules_of_all(conn)
    first = await conn.scalar(select(func.min(_d.changes_on)))
    said = {"rules": rules if rules == now else "", "day": day, "changes_on": first}
    await conn.execute(update(due_told).values(said))
    return number


async def _tell(conn: AsyncConnection, asked: Sequence[Asked], day: date, ids: Sequence[UUID] | None) -> int:
    """Put right what is kept of the assets, or of all."""
    where = [] if ids is None else [_a.id == any_(literal(list(set(ids)), ARRAY(Uuid)))]
    of = [] if ids is None else [_d.asset_id == any_(literal(list(set(ids)), ARRAY(Uuid)))]
    found = told(asked, day, *where).subquery()
    known = exists().where(_d.asset_id == found.c.asset_id)
    rows = select(found).where(or_(~_nothing(found.c), known))
    putting = postgresql.insert(asset_due).from_select(list(asset_due.c.keys()), rows)
    new = {column.name: putting.excluded[column.name] for column in _SAYS}
    differs = tuple_(*_SAYS).is_distinct_from(tuple_(*new.values()))
    put = await conn.execute(
        putting.on_conflict_do_update(index_elements=[_d.asset_id], set_=new, where=differs)
    )
    gone = ~exists().where(_a.id == _d.asset_id)
    await conn.execute(delete(asset_due).where(*of, or_(_nothing(_d), gone)))
    for table in _counts():
        await conn.execute(delete(table).where(~_tells(table)))
    return put.rowcount


def by_kind(rows: Any, sign: int = 1) -> Select[Any]:
    """A row for each kind of what each row of ``asset_due``, or of what is like it, says."""
    some = func.unnest(rows.c.late, rows.c.soon)
    each = some.table_valued("late", "soon", with_ordinality="kind", name="each").render_derived()
    kinds = {n: literal_column(f"'{kind}'", Text) for n, kind in enumerate(KINDS, 1)}
    columns: list[ColumnElement[Any]] = [
        case(kinds, value=each.c.kind).label("kind"),
        *((literal_column(f"{sign}", Integer) * each.c[name]).label(name) for name in ("late", "soon")),
    ]
    return select(*columns).select_from(rows.join(each, true()))


def is_late(rows: Any) -> ColumnElement[bool]:
    """Whether anything is overdue, told of rows that have the columns of ``asset_due``."""
    return literal(0) < any_(rows.late)


@by_system
async def recount(conn: AsyncConnection, day: date) -> None:
    """Tell it of all assets, and count what is kept of them; whatever was done to either."""
    await conn.execute(text("LOCK TABLE asset_due IN EXCLUSIVE MODE"))
    for table in (asset_due, *_counts()):
        await conn.execute(delete(table))
    await conn.execute(update(due_told).values(rules=""))
    await keep(conn, day)


async def wrong(conn: AsyncConnection, day: date | None = None) -> dict[str, int]:
    """How many rows of which table do not say what they should: the system's question, on a day in Kyiv or today."""
    day = day or kyiv.today()
    asked, rules = await rules_of_all(conn)
    differences: dict[Table, Select[Any] | CompoundSelect[Any]] = {
        table: _miscounted(table, should) for table, should in _counts().items()
    }
    if await conn.scalar(select(_t.rules)) == rules:
        differences[asset_due] = _mistold(asked, day)
    found = {}
    for table, rows in differences.items():
        if number := await conn.scalar(select(func.count()).select_from(rows.subquery())):
            found[table.name] = number
    return found


def _mistold(asked: Sequence[Asked], day: date) -> Select[Any]:
    """Assets of which what is kept is believed, and is not so."""
    should = told(asked, day).subquery()
    s = should.c
    kept_at_all = or_(_d.asset_id.is_not(None), ~_nothing(s))
    which = func.coalesce(s.asset_id, _d.asset_id)
    says = (tuple_(*(rows[column.name] for column in _SAYS)) for rows in (_d, s))
    return (
        select(which)
        .select_from(should.outerjoin(asset_due, _d.asset_id == s.asset_id, full=True))
        .where(next(says).is_distinct_from(next(says)), kept_at_all, which != all_(changed(day)))
    )


def _counts() -> dict[Table, Select[Any]]:
    """What each table of counts should say, in the order of its columns."""
    whose = [_d.programme_id, _d.municipality_code, _d.destination_code, _d.donors]
    kinds = by_kind(asset_due)
    k = kinds.selected_columns
    here, bound = (func.left(each, OBLAST) for each in whose[1:3])
    by = [k.kind, _d.programme_id, here, bound, _d.donors]
    late, soon = func.sum(k.late), func.sum(k.soon)
    return {
        overdue_count: select(*whose, func.count()).where(is_late(_d)).group_by(*whose),
        overdue_place: select(*whose[1:3], func.count()).where(is_late(_d)).group_by(*whose[1:3]),
        due_number: kinds.with_only_columns(*by, late, soon).group_by(*by).having(or_(late != 0, soon != 0)),
    }


def _miscounted(table: Table, should: Select[Any]) -> CompoundSelect[Any]:
    """The rows that are not what assets come to, and those that are missing."""
    there = select(table).where(_tells(table))
    differ = (one.except_(other).subquery() for one, other in ((there, should), (should, there)))
    wrong: CompoundSelect[Any] = union_all(*(select(each) for each in differ))
    return wrong


def _tells(table: Table) -> ColumnElement[bool]:
    """What is none is as good as no row."""
    if table is due_number:
        return or_(table.c.late != 0, table.c.soon != 0)
    return table.c.n != 0


def _nothing(rows: Any) -> ColumnElement[bool]:
    return and_(~is_late(rows), ~(literal(0) < any_(rows.soon)), rows.changes_on.is_(None))


class KeepDue(msgspec.Struct, frozen=True, kw_only=True, tag="keep_due"):
    """Keep what is due of assets as it is."""


async def _keep(run: Run, _payload: KeepDue) -> None:
    async with run.last() as conn:
        await keep(conn, kyiv.today())


KIND: Final = Kind(payload=KeepDue, work=_keep, when=Every(timedelta(minutes=5)))
