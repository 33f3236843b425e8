"""What is due of assets because of a rule: a day counted from what happened, until what ends it happened.

Rules are rows (``programmes.policies``); here stands only what each kind counts from. They are few and read
first (``due_rules``). Each then asks a question of its own that begins at the oldest and stops after a
page, and for which the asset table has a partial index (``ledger.tables``): a list over a million assets
costs no more than its page.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Interval,
    Select,
    String,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.selectable import FromClause

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.assets.attributes import OWN
from asset_tracker.assets.due_rules import TO_THE_END, Asked
from asset_tracker.assets.tables import maintenance_plan
from asset_tracker.ledger.tables import NOT_FILLED, UNMARKED, UNPUBLISHED, asset, asset_share
from asset_tracker.programmes.policies import RuleKind
from asset_tracker.programmes.tables import policy_rule, programme

_a, _r, _p, _m = asset.c, policy_rule.c, programme.c, maintenance_plan.c

STALE_DAYS = 30
"""A warranty that ended so long ago is no news any more."""


class Count(NamedTuple):
    """What a rule counts from (an instant or a day), and the condition that it asks at all (any more)."""

    since: ColumnElement[Any]
    asks: ColumnElement[bool]


class Mark(msgspec.Struct, frozen=True):
    """Where a list stands: everything up to and including this was told. ``since`` breaks ties of ``due_on``."""

    due_on: date
    since: datetime
    thing: UUID
    rule: str
    detail: str


def day_of(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """The calendar day in Kyiv of an instant."""
    return cast(func.timezone(kyiv.NAME, instant), Date)


def _said(name: str, *inside: str) -> ColumnElement[bool]:
    """Whether the state has a value under this name, or within what stands ``inside``."""
    stored: Any = _a.state
    for part in inside:
        stored = stored[part]
    found: ColumnElement[bool] = stored[name].astext.is_not(None)
    return found


# As PostgreSQL is told in the partial index.
_was_delivered = _a.delivered_at.is_not(None)
_MISSING: dict[str, ColumnElement[bool]] = {
    **NOT_FILLED,
    # Asked only in programmes without one (``due_rules``).
    "agreement": true(),
}
_COUNTS: dict[RuleKind, Callable[[Asked], Count]] = {
    "verification": lambda _: Count(func.coalesce(_a.verified_at, _a.delivered_at), _was_delivered),
    "publication": lambda _: Count(cast(_a.state["balance_on"].astext, Date), UNPUBLISHED),
    "vehicle_registration": lambda _: Count(
        _a.accepted_at,
        and_(_a.category == "vehicle", ~_said("registration_certificate", "attributes")),
    ),
    "visibility": lambda _: Count(_a.delivered_at, and_(_was_delivered, UNMARKED)),
    "transfer_proof": lambda _: Count(_p.ends_on, _a.accepted_at.is_(None)),
    "warranty": lambda _: Count(_a.warranty_until, _a.warranty_until >= day_of(func.now()) - STALE_DAYS),
    "late_purchase": lambda asked: Count(
        _a.acquired_on, and_(_a.acquired_on > _p.ends_on - asked.number, _a.acquired_on <= _p.ends_on)
    ),
    # Assets that came without a consignment; the others stand together with theirs.
    "act": lambda _: Count(
        _a.delivered_at, and_(_a.consignment_id.is_(None), _was_delivered, _a.accepted_at.is_(None))
    ),
}
_MONTHS: frozenset[RuleKind] = frozenset({"verification"})
# These give a day of their own; their number says how near to something else it is.
_AS_IT_IS: frozenset[RuleKind] = frozenset({"warranty", "late_purchase"})


def holds() -> ColumnElement[bool]:
    """The condition that the rule of the row holds for the asset of the row."""
    paid = exists(
        select(asset_share.c.asset_id).where(
            asset_share.c.asset_id == _a.id, asset_share.c.donor_id == _r.donor_id
        )
    )
    everybody = and_(_r.programme_id.is_(None), _r.donor_id.is_(None))
    return and_(
        _r.ended_at.is_(None),
        or_(everybody, _r.programme_id == _a.programme_id, and_(_r.donor_id.is_not(None), paid)),
        or_(func.cardinality(_r.categories) == 0, _a.category == any_(_r.categories)),
        or_(func.cardinality(_r.regimes) == 0, _p.legal_regime == any_(_r.regimes)),
        or_(
            _r.amount.is_(None),
            _a.unit_price.is_(None),
            _a.currency.is_distinct_from(_r.currency),
            _a.unit_price > _r.amount,
        ),
    )


def ruled() -> FromClause:
    """Assets with their programme and every rule there is; ``holds`` picks those that apply."""
    return asset.outerjoin(programme, _p.id == _a.programme_id).join(policy_rule, true())


def selects(
    actor: Actor,
    asked: Sequence[Asked],
    until: date,
    where: Sequence[ColumnElement[bool]],
    mark: Mark | None = None,
    *,
    plans: Sequence[ColumnElement[bool]] | None = (),
) -> list[Select[Any]]:
    """SELECTs of the assets in reach with something due by ``until``, after ``mark`` if one is given.

    The columns are those of ``columns``; each is in the order of ``due_on`` and ``since``, unlimited.
    Of several rules that ask the same of an asset only the strictest does. ``where`` narrows by the columns
    of the asset table, ``plans`` also by those of maintenance plans; None asks for none.
    """
    common = [scope.assets(actor), _a.gone_reason.is_(None), *where]
    made = []
    for rule, detail in [(each, field) for each in asked for field in each.fields or ("",)]:
        if rule.rule not in _COUNTS and rule.rule != "required_fields":
            continue
        stricter = [other for other in asked if other.is_stricter(rule, detail)]
        if left := rule.left_by(stricter):
            others = (~other.holds for other in stricter if other.overlaps(left))
            made.append(_select(left, detail, until, mark).where(*common, *others))
    if plans is None:
        return made
    return [*made, *(each.where(*common, *plans) for each in _plans(until, mark))]


def kind_of(part: Select[Any]) -> str:
    """What one of the ``selects`` asks."""
    return str(part.selected_columns["rule"].element.value)


def columns(
    rule: str,
    due_on: ColumnElement[Any],
    since: ColumnElement[Any],
    detail: ColumnElement[Any],
    source: ColumnElement[Any],
) -> tuple[ColumnElement[Any], ...]:
    """The columns of every SELECT of what is due."""
    return (
        literal(rule).label("rule"),
        cast(due_on, Date).label("due_on"),
        cast(since, _INSTANT).label("since"),
        cast(detail, String).label("detail"),
        source.label("source"),
        _a.id.label("thing"),
        _a.id.label("asset_id"),
        cast(null(), Uuid).label("consignment_id"),
        _a.programme_id.label("programme_id"),
        func.coalesce(_a.municipality_code, _a.destination_code).label("municipality_code"),
    )


_INSTANT: DateTime = DateTime(timezone=True)


def _select(asked: Asked, detail: str, until: date, mark: Mark | None) -> Select[Any]:
    is_field = asked.rule == "required_fields"
    count = (
        Count(_a.delivered_at, and_(_was_delivered, _missing(detail)))
        if is_field
        else _COUNTS[asked.rule](asked)
    )
    since, is_day = count.since, isinstance(count.since.type, Date)
    day = since if is_day else day_of(since)
    months, number = asked.rule in _MONTHS, 0 if asked.rule in _AS_IT_IS else asked.number
    due_on = cast(day, Date) if not number else after(day, literal(number), months=months)
    wanted = (
        select(
            *columns(asked.rule, due_on, _as_instant(since, is_day), literal(detail), literal(asked.source))
        )
        .select_from(asset.join(programme, _p.id == _a.programme_id) if asked.rule in TO_THE_END else asset)
        .where(asked.holds, count.asks, since <= _end(_latest(until, number, months), is_day))
    )
    if mark:
        low = _latest(mark.due_on - timedelta(days=1), number, months)
        wanted = wanted.where(since > _end(low, is_day), beyond(wanted, mark))
    return wanted.order_by(since, _a.id)


def _missing(field: str) -> ColumnElement[bool]:
    """What lacks a field that a rule asks for; one that categories have of their own bears its prefix."""
    if field.startswith(OWN):
        return func.coalesce(_a.state["attributes"][field.removeprefix(OWN)].astext, "") == ""
    return _MISSING[field]


def _as_instant(since: ColumnElement[Any], is_day: bool) -> ColumnElement[Any]:
    return func.timezone("UTC", cast(since, DateTime)) if is_day else since


def _end(day: date, is_day: bool) -> ColumnElement[Any]:
    """The day itself, or the last instant of it in Kyiv."""
    if is_day:
        return literal(day, Date)
    return literal(kyiv.end_of(day), _INSTANT)


def between(since: ColumnElement[Any], days: int, until: date, mark: Mark | None) -> ColumnElement[bool]:
    """That so many days after an instant something is due by ``until``, and not before the mark: by an index."""
    by_then = since <= _end(_latest(until, days, months=False), is_day=False)
    if mark is None:
        return by_then
    return and_(
        by_then, since > _end(_latest(mark.due_on - timedelta(days=1), days, months=False), is_day=False)
    )


def _latest(due_on: date, number: int, months: bool) -> date:
    """The latest day from which so many days or months lead to ``due_on`` or before it."""
    if not months:
        return due_on - timedelta(days=number)
    month = due_on.year * 12 + due_on.month - 1 - number
    year, month = divmod(month, 12)
    last = monthrange(year, month + 1)[1]
    is_last = due_on.day == monthrange(due_on.year, due_on.month)[1]
    return date(year, month + 1, last if is_last else min(due_on.day, last))


def beyond(wanted: Select[Any], mark: Mark) -> ColumnElement[bool]:
    """The condition that a row of what is due comes after the mark."""
    c = wanted.selected_columns
    # ORDER BY knows labels, WHERE does not: the expressions themselves.
    here = tuple_(*(_bare(c[name]) for name in ORDER))
    there = (
        literal(mark.due_on, Date),
        literal(mark.since, _INSTANT),
        literal(mark.thing, Uuid),
        literal(mark.rule),
        literal(mark.detail),
    )
    return here > tuple_(*there)


ORDER = ("due_on", "since", "thing", "rule", "detail")


def _bare(column: Any) -> Any:
    return getattr(column, "element", column)


def after(since: ColumnElement[Any], number: ColumnElement[Any], *, months: bool) -> ColumnElement[date]:
    """So many days or months after a day."""
    unit = func.make_interval(0, number) if months else func.make_interval(0, 0, 0, number)
    return cast(since + cast(unit, Interval), Date)


def _plans(until: date, mark: Mark | None) -> list[Select[Any]]:
    """Plans due by the calendar, and those that the meter has made due: by indexes of their own.

    When the next turn is, and whether the meter has passed, a trigger keeps with the plan (``next_on``).
    """
    began = _m.next_on >= mark.due_on if mark else true()
    by_meter = func.least(_m.next_on, day_of(func.now()))
    return [
        _plan(_m.next_on, mark).where(and_(~_m.over_meter, _m.next_on <= until, began)),
        _plan(by_meter, mark).where(and_(_m.over_meter, by_meter <= until)),
    ]


def _plan(due_on: ColumnElement[Any], mark: Mark | None) -> Select[Any]:
    begun = func.timezone("UTC", cast(_m.starts_on, DateTime))
    wanted = (
        select(*columns("maintenance", due_on, begun, _m.title, literal("")))
        .select_from(asset.join(maintenance_plan, _m.asset_id == _a.id))
        .where(_m.ended_at.is_(None))
    )
    if mark:
        wanted = wanted.where(beyond(wanted, mark))
    return wanted.order_by(due_on, begun, _a.id)
