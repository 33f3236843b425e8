"""What is due of assets because of a rule: a day counted from what happened, until what ends it happened.

Everything is asked of the database in one statement, so that a list over all programmes costs no more
than its page. Rules are rows (``programmes.policies``); here stands only what each kind counts from.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Interval,
    Select,
    String,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import FromClause

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.assets.tables import maintenance_plan
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.programmes.policies import RequiredField, RuleKind
from asset_tracker.programmes.tables import policy_rule, programme

_a, _r, _p, _m = asset.c, policy_rule.c, programme.c, maintenance_plan.c

KYIV = "Europe/Kyiv"
KYIV_TIME = ZoneInfo(KYIV)
# A warranty that ended so long ago is no news any more.
_STALE_DAYS = 30


class Count(NamedTuple):
    """What a rule counts from, and when it asks nothing (any more)."""

    since: ColumnElement[date]
    settled: ColumnElement[bool]
    detail: ColumnElement[str] = literal("")


def day_of(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """The calendar day in Kyiv of an instant."""
    return cast(func.timezone(KYIV, instant), Date)


def _said(name: str, *inside: str) -> ColumnElement[bool]:
    """Whether the state has a value under this name, or within what stands ``inside``."""
    stored: Any = _a.state
    for part in inside:
        stored = stored[part]
    found: ColumnElement[bool] = stored[name].astext.is_not(None)
    return found


_DELIVERED = day_of(_a.delivered_at)
_MISSING: dict[RequiredField, ColumnElement[bool]] = {
    "serial": and_(_a.serial.is_(None), _a.is_kit.is_(False), _a.quantity == 1),
    "unit_price": _a.unit_price.is_(None),
    "currency": _a.currency.is_(None),
    "acquired_on": _a.acquired_on.is_(None),
    "funding": ~exists(select(asset_share.c.asset_id).where(asset_share.c.asset_id == _a.id)),
    "agreement": _p.agreement.is_(None),
    "location": _a.place == "unknown",
    "use": _a.use.is_(None),
    "condition": _a.condition == "unknown",
    "inventory_number": _a.inventory_number.is_(None),
}
_COUNTS: dict[RuleKind, Count] = {
    "verification": Count(day_of(func.coalesce(_a.verified_at, _a.delivered_at)), _a.delivered_at.is_(None)),
    "publication": Count(cast(_a.state["balance_on"].astext, Date), _said("published_on")),
    "vehicle_registration": Count(
        day_of(_a.accepted_at),
        or_(_a.category != "vehicle", _said("registration_certificate", "attributes")),
    ),
    "visibility": Count(_DELIVERED, _a.state["visibility"].astext.in_(("applied", "waived"))),
    "transfer_proof": Count(_p.ends_on, _a.accepted_at.is_not(None)),
    "warranty": Count(_a.warranty_until, _a.warranty_until < func.current_date() - _STALE_DAYS),
    "late_purchase": Count(
        _a.acquired_on,
        or_(_p.ends_on.is_(None), _a.acquired_on <= _p.ends_on - _r.number, _a.acquired_on > _p.ends_on),
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
    actor: Actor, until: date, where: Callable[[Any], list[ColumnElement[bool]]]
) -> list[Select[Any]]:
    """One SELECT a kind of rule, of the assets in reach with something due by ``until``.

    The columns are those of ``columns``. ``where`` narrows by the columns of the asset table.
    """
    common = [scope.assets(actor), _a.gone_reason.is_(None), *where(_a)]
    made = [_select(kind, count, until).where(*common) for kind, count in _COUNTS.items()]
    acts = _acts(until).where(*common)
    return [
        *map(_strictest, (*made, acts)),
        _strictest(_fields(until).where(*common)),
        _plans(until).where(*common),
    ]


def columns(
    rule: str, due_on: ColumnElement[Any], detail: ColumnElement[Any], source: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    """The columns of every SELECT of what is due."""
    return (
        literal(rule).label("rule"),
        cast(due_on, Date).label("due_on"),
        cast(detail, String).label("detail"),
        source.label("source"),
        _a.id.label("asset_id"),
        cast(null(), Uuid).label("consignment_id"),
        _a.programme_id.label("programme_id"),
        func.coalesce(_a.municipality_code, _a.destination_code).label("municipality_code"),
    )


def _select(kind: RuleKind, count: Count, until: date) -> Select[Any]:
    due_on = (
        cast(count.since, Date)
        if kind in _AS_IT_IS
        else after(count.since, _r.number, months=kind in _MONTHS)
    )
    wanted = select(*columns(kind, due_on, count.detail, _r.source)).select_from(ruled())
    # NULL settles nothing: a key that a state does not have is as good as false.
    open_ = func.coalesce(count.settled, False).is_(False)
    return wanted.where(_r.rule == kind, holds(), count.since.is_not(None), open_, due_on <= until)


def after(since: ColumnElement[Any], number: ColumnElement[Any], *, months: bool) -> ColumnElement[date]:
    """So many days or months after a day."""
    unit = func.make_interval(0, number) if months else func.make_interval(0, 0, 0, number)
    return cast(since + cast(unit, Interval), Date)


def _strictest(wanted: Select[Any]) -> Select[Any]:
    """Of several rules that ask the same of an asset the one that is due first."""
    detail = wanted.selected_columns["detail"]
    ordered = wanted.order_by(_a.id, detail, wanted.selected_columns["due_on"])
    return select(ordered.ext(distinct_on(_a.id, detail)).subquery())


def _fields(until: date) -> Select[Any]:
    field = func.unnest(_r.fields).table_valued("name").lateral("field")
    due_on = after(_DELIVERED, _r.number, months=False)
    missing = case(*((field.c.name == name, absent) for name, absent in _MISSING.items()), else_=False)
    return (
        select(*columns("required_fields", due_on, field.c.name, _r.source))
        .select_from(ruled().join(field, true()))
        .where(_r.rule == "required_fields", holds(), _a.delivered_at.is_not(None), missing, due_on <= until)
    )


def _acts(until: date) -> Select[Any]:
    """Assets that came without a consignment; the others stand together with theirs."""
    due_on = after(_DELIVERED, _r.number, months=False)
    wanted = select(*columns("act", due_on, literal(""), _r.source)).select_from(ruled())
    return wanted.where(
        _r.rule == "act",
        holds(),
        _a.consignment_id.is_(None),
        _a.delivered_at.is_not(None),
        _a.accepted_at.is_(None),
        due_on <= until,
    )


def plan_due_on() -> ColumnElement[date]:
    """The day on which the work of a plan is next due by the calendar."""
    last = day_of(func.timestamptz(_a.state["done"][cast(_m.id, String)]["at"].astext))
    return after(func.coalesce(last, _m.starts_on), _m.every_months, months=True)


def _plans(until: date) -> Select[Any]:
    due_on = case((plan_over_meter(), func.least(plan_due_on(), func.current_date())), else_=plan_due_on())
    return (
        select(*columns("maintenance", due_on, _m.title, literal("")))
        .select_from(asset.join(maintenance_plan, _m.asset_id == _a.id))
        .where(_m.ended_at.is_(None), due_on <= until)
    )


def plan_over_meter() -> ColumnElement[bool]:
    """Whether the meter has passed what the plan allows between two turns."""
    key = cast(_m.id, String)
    read = cast(_a.state["meter"]["value"].astext, _m.every_meter.type)
    last = cast(_a.state["done"][key]["meter"]["value"].astext, _m.every_meter.type)
    passed = read - func.coalesce(last, _m.start_meter, 0)
    same_unit = _a.state["meter"]["unit"].astext == _m.meter_unit
    return func.coalesce(and_(same_unit, passed >= _m.every_meter), False)
