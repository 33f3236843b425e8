"""Everything that is due or overdue by somebody's rule, of assets and of consignments, in one list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    Subquery,
    Tuple,
    Uuid,
    and_,
    any_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import may, require
from asset_tracker.assets import due, due_kept, turns
from asset_tracker.assets.due import Mark
from asset_tracker.assets.due_counted import Number, Within, numbers
from asset_tracker.assets.due_rules import Asked, rules_asked
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.assets.tables import maintenance_plan
from asset_tracker.consignments.tables import consignment
from asset_tracker.db.hot import rows_of
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.areas import in_oblast_of
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import OPEN, asset
from asset_tracker.ledger.tables_of_counts import place_of
from asset_tracker.programmes.policies import RuleKind
from asset_tracker.programmes.rules import holds_in
from asset_tracker.programmes.tables import policy_rule, programme
from asset_tracker.territory.tables import municipality

MAX_PAGE = 1000
COUNTED = 1000
"""Of one rule no more are counted: beyond that the number helps nobody, and would take seconds."""
SOON_DAYS = turns.SOON_DAYS
"""How many days ahead something counts as due, unless one asks otherwise."""

_NONE: Final = Number(0, 0)
_KEPT: Final = 32  # questions that were put together, of the last that were asked
DueKind = Literal[
    "verification",
    "act",
    "publication",
    "humanitarian_report",
    "vehicle_registration",
    "visibility",
    "required_fields",
    "transfer_proof",
    "warranty",
    "late_purchase",
    "maintenance",
]
DUE_KINDS: tuple[DueKind, ...] = get_args(DueKind)

_a, _c, _r, _m = asset.c, consignment.c, policy_rule.c, maintenance_plan.c


Parts = tuple[tuple[Select[Any], ...], tuple[Select[Any], ...]]


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is due of an asset or of a consignment, by which rule and whose.

    ``detail`` is the field that is missing, or the title of a maintenance plan.
    """

    rule: DueKind
    due_on: date
    overdue: bool
    detail: str
    source: str
    asset: UUID | None
    tag: str | None
    consignment: UUID | None
    name_uk: str
    name_en: str | None
    programme_code: str | None
    municipality: str | None
    municipality_uk: str | None
    municipality_en: str | None


class DuePage(msgspec.Struct, frozen=True):
    """One page, the oldest first; ``next`` is what to pass as ``after``."""

    items: tuple[DueItem, ...]
    next: str | None


class DueCount(msgspec.Struct, frozen=True):
    """How much of one kind is due, and how much of that is overdue; ``more`` where it is more than counted."""

    rule: DueKind
    due: int
    overdue: int
    more: bool = False


class DueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to list; None asks for all. ``days`` is how far ahead to look, ``oblast`` how codes begin."""

    rule: DueKind | None = None
    programme: UUID | None = None
    municipality: str | None = None
    oblast: str | None = None
    asset: UUID | None = None
    days: int = SOON_DAYS


async def list_due(
    conn: AsyncConnection,
    actor: Actor,
    wanted: DueFilter,
    *,
    after: str | None = None,
    limit: int = 100,
) -> DuePage:
    """A page of what is due in reach, the most overdue first; ``limit`` is cut to 1000."""
    require(actor, "asset.read")
    limit = max(1, min(limit, MAX_PAGE))
    until = kyiv.today() + timedelta(days=_ahead(wanted))
    mark = _mark(after) if after else None
    of_assets, of_consignments = await _parts(conn, actor, wanted, until, mark)
    if not (parts := (*of_assets, *of_consignments)):
        return DuePage((), None)
    known = await coarse(conn, actor)
    again, in_order = mark is None and _is_usual(wanted, known), not wanted.municipality
    rows = await rows_of(conn, _listed(parts, limit), again=again, in_order=in_order)
    following = _written(rows[limit - 1]) if len(rows) > limit else None
    return DuePage(tuple(_item(row, kyiv.today(), known) for row in rows[:limit]), following)


async def overview(
    conn: AsyncConnection, actor: Actor, wanted: DueFilter, limit: int = 5
) -> tuple[list[DueCount], dict[DueKind, list[DueItem]]]:
    """What ``count_due`` tells, and of each kind the longest overdue, at most ``limit``: in one question."""
    require(actor, "asset.read")
    day = kyiv.today()
    known = await coarse(conn, actor)
    kept = await _kept(conn, actor, wanted, known, day)
    of_assets, of_consignments = await _parts(conn, actor, wanted, day + timedelta(days=_ahead(wanted)), None)
    if kept is not None:  # only what is overdue is shown, and that is known to be there
        of_assets = tuple(each for each in of_assets if kept.get(due.kind_of(each), _NONE).late)
    if not (parts := (*of_assets, *of_consignments)):
        return _summed((), kept), {}
    again, uncounted = _is_usual(wanted, known), len(of_assets) if kept is not None else 0
    # A municipality has no index in the order of time: all of it would be read to find what is oldest.
    in_order = not wanted.municipality
    asked = _overview(parts, day, limit, in_order=in_order, uncounted=uncounted)
    rows = await rows_of(conn, asked, again=again, in_order=in_order)
    if not in_order and (many := tuple(sorted({row.part for row in rows if row.n_due > COUNTED}))):
        few = [row for row in rows if row.part not in many]
        more = await rows_of(conn, _overview_of_many(parts, many, day, limit), again=again)
        rows = sorted([*few, *more], key=_in_order)
    counted = {row.part: (row.rule, row.n_due, row.n_over) for row in rows if row.part >= uncounted}
    found: dict[DueKind, list[DueItem]] = {}
    for row in rows:
        if (item := _item(row, day, known)).overdue:
            found.setdefault(item.rule, []).append(item)
    return _summed(counted.values(), kept), {kind: items[:limit] for kind, items in found.items()}


@lru_cache(maxsize=_KEPT)
def _listed(parts: tuple[Select[Any], ...], limit: int) -> Select[Any]:
    """The first of all parts: names are looked up for the page alone, not for everything that is due."""
    every = union_all(*(select(part.limit(limit + 1).subquery()) for part in parts)).subquery("due")
    first = select(every).order_by(*(every.c[name] for name in due.ORDER)).limit(limit + 1)
    return _named(first.subquery("page"))


@lru_cache(maxsize=_KEPT)
def _overview(
    parts: tuple[Select[Any], ...], day: date, limit: int, *, in_order: bool, uncounted: int
) -> Select[Any]:
    """The first of each part, and beside each of them how many its part has; nothing of the first ``uncounted``.

    Without ``in_order`` that is told truly only of parts that have no more than are counted.
    """
    none = (literal(0).label("n_due"), literal(0).label("n_over"))
    made = [
        select(part.limit(limit).subquery(), literal(n).label("part"), *none)
        for n, part in enumerate(parts[:uncounted])
    ]
    for n, part in enumerate(parts[uncounted:], uncounted):
        some = (part if in_order else part.order_by(None)).limit(COUNTED + 1).subquery()
        over = func.count().filter(some.c.due_on < day).over().label("n_over")
        told = select(some, literal(n).label("part"), func.count().over().label("n_due"), over)
        made.append(select(told.order_by(some.c.due_on, some.c.since).limit(limit).subquery()))
    return _named(union_all(*made).subquery("due"))


@lru_cache(maxsize=_KEPT)
def _overview_of_many(
    parts: tuple[Select[Any], ...], many: tuple[int, ...], day: date, limit: int
) -> Select[Any]:
    """The same of those parts that have more than are counted."""
    made = []
    for n in many:
        first, every = parts[n].limit(limit).subquery(), parts[n].order_by(None).subquery()
        late = select(every.c.thing).where(every.c.due_on < day).limit(COUNTED + 1).subquery()
        over = select(func.count()).select_from(late).scalar_subquery().label("n_over")
        made.append(select(first, literal(n).label("part"), literal(COUNTED + 1).label("n_due"), over))
    return _named(union_all(*made).subquery("due"))


def _named(page: Subquery) -> Select[Any]:
    """What is due with the names of the things, in the order of ``due.ORDER``."""
    d = page.c
    return (
        select(
            *d,
            _a.tag,
            func.coalesce(_a.name_uk, _c.number).label("name_uk"),
            _a.name_en,
            programme.c.code.label("programme_code"),
            municipality.c.name_uk.label("m_uk"),
            municipality.c.name_en.label("m_en"),
        )
        .select_from(page)
        .outerjoin(asset, _a.id == d.asset_id)
        .outerjoin(consignment, _c.id == d.consignment_id)
        .outerjoin(programme, programme.c.id == d.programme_id)
        .outerjoin(municipality, municipality.c.code == d.municipality_code)
        .order_by(*(d[name] for name in due.ORDER))
    )


async def count_due(conn: AsyncConnection, actor: Actor, wanted: DueFilter | None = None) -> list[DueCount]:
    """How much is due in reach, by kind, in the order of ``DUE_KINDS``; a rule counts no further than a thousand."""
    require(actor, "asset.read")
    wanted = wanted or DueFilter()
    day = kyiv.today()
    known = await coarse(conn, actor)
    kept = await _kept(conn, actor, wanted, known, day)
    of_assets, of_consignments = await _parts(conn, actor, wanted, day + timedelta(days=_ahead(wanted)), None)
    if not (parts := of_consignments if kept is not None else (*of_assets, *of_consignments)):
        return _summed((), kept)
    again, in_order = _is_usual(wanted, known), not wanted.municipality
    rows = await rows_of(conn, _counted(parts, day), again=again, in_order=in_order)
    return _summed(((row.rule, row.due, row.over) for row in rows), kept)


async def _kept(
    conn: AsyncConnection, actor: Actor, wanted: DueFilter, known: Coarse, day: date
) -> dict[str, Number] | None:
    """How much is due of assets, where it is kept: of all, of a programme, of an oblast. None of anything narrower."""
    oblast = wanted.oblast or ""
    narrower = wanted.municipality or wanted.asset or len(oblast) > OBLAST or not scope.in_oblasts(actor)
    if narrower or wanted.days != SOON_DAYS or known is not EXACT:
        return None
    if (kept := await due_kept.kept(conn, actor, day)) is None:
        return None
    found = await numbers(conn, actor, kept, Within(wanted.programme, wanted.oblast))
    return {kind: number for kind, number in found.items() if wanted.rule in (None, kind)}


@lru_cache(maxsize=_KEPT)
def _counted(parts: tuple[Select[Any], ...], day: date) -> CompoundSelect[Any]:
    counts = []
    for part in parts:
        some = part.limit(COUNTED + 1).subquery()
        # They come oldest first: what is overdue is among those counted.
        over = func.count().filter(some.c.due_on < day)
        rule = func.min(some.c.rule).label("rule")
        counts.append(select(rule, func.count().label("due"), over.label("over")))
    return union_all(*counts)


def _is_usual(wanted: DueFilter, known: Coarse) -> bool:
    """Whether the same will be asked again: not about one thing of very many, nor by few.

    A desk is where somebody works, for days: of a municipality too, which takes five times as long to plan as to tell.
    """
    return known is EXACT and not wanted.asset


def _summed(
    counted: Iterable[tuple[DueKind | None, int, int]], kept: Mapping[str, Number] | None = None
) -> list[DueCount]:
    """The counts of single questions (kind, due, overdue) by kind, put to what is kept."""
    found: dict[str, DueCount] = {}
    for kind in DUE_KINDS:
        if each := (kept or {}).get(kind):
            found[kind] = DueCount(kind, each.late + each.soon, each.late)
    for rule, number, over in counted:
        if rule:
            before = found.get(rule) or DueCount(rule, 0, 0)
            found[rule] = DueCount(
                rule,
                before.due + min(number, COUNTED),
                before.overdue + min(over, COUNTED),
                before.more or number > COUNTED,
            )
    return [found[kind] for kind in DUE_KINDS if kind in found]


def _written(row: Any) -> str:
    since = row.since.astimezone(UTC).isoformat()
    return f"{row.due_on.isoformat()}~{since}~{row.thing}~{row.rule}~{row.detail}"


def _mark(after: str) -> Mark | None:
    try:
        day, since, thing, rule, detail = after.split("~", 4)
        found = Mark(date.fromisoformat(day), datetime.fromisoformat(since), UUID(thing), rule, detail)
    except ValueError:
        return None
    wrong = found.since.tzinfo is None or "\x00" in after or not 1990 < found.due_on.year < 2200
    return None if wrong else found


def _ahead(wanted: DueFilter) -> int:
    return max(0, min(wanted.days, 3660))


async def _parts(
    conn: AsyncConnection, actor: Actor, wanted: DueFilter, until: date, mark: Mark | None
) -> Parts:
    """One SELECT for each question that is asked of assets, and of consignments, in the order of ``due.ORDER``."""
    asked = tuple(each for each in await rules_asked(conn) if wanted.rule in (None, each.rule))
    place = msgspec.structs.replace(wanted, asset=None)
    of_assets, of_consignments = _questions(nameless(actor), asked, place, until, mark)
    if (wanted.municipality or wanted.oblast) and (known := await coarse(conn, actor)) is not EXACT:
        of_assets = tuple(part.where(located(known)) for part in of_assets)
    if wanted.asset:
        return tuple(part.where(_a.id == wanted.asset) for part in of_assets), ()
    return of_assets, of_consignments


# Some thirty SELECTs, which take longer to put together than a page to be shown: they stay for whoever asks the
# same once more, that is for all who have the same rights, on the same day.
@lru_cache(maxsize=_KEPT)
def _questions(
    actor: Actor, asked: tuple[Asked, ...], wanted: DueFilter, until: date, mark: Mark | None
) -> Parts:
    narrowed = partial(_narrowed, wanted=wanted)
    of_things = asked
    if wanted.programme:  # of whose things a rule asks all or nothing, or what a donor paid for
        of_things = tuple(left for each in asked if (left := each.within(wanted.programme)))
    of_plans = _of_plans(wanted) if wanted.rule in (None, "maintenance") else None
    of_assets = due.selects(actor, of_things, until, narrowed(_a), mark, plans=of_plans)
    of_consignments: list[Select[Any]] = []
    if may(actor, "consignment.read"):
        reach = scope.within(
            actor, "consignment.read", programme=_c.programme_id, areas=(_c.municipality_code,)
        )
        unsigned = _unsigned([each for each in asked if each.rule == "act"], until, mark)
        of_consignments += [each.where(reach, *narrowed(_c)) for each in unsigned]
        if any(each.rule == "humanitarian_report" for each in asked):
            of_consignments.append(_ordered(_reports(until).where(reach, *narrowed(_c)), mark))
    return tuple(of_assets), tuple(of_consignments)


def _narrowed(columns: Any, wanted: DueFilter) -> list[ColumnElement[bool]]:
    """The conditions on things, or on consignments, that what is due of them is asked for."""
    found: list[ColumnElement[bool]] = []
    here, bound = columns.municipality_code, columns.get("destination_code")
    if wanted.programme:
        found.append(columns.programme_id == wanted.programme)
    if wanted.municipality:
        found.append(or_(*(each == wanted.municipality for each in (bound, here) if each is not None)))
    if wanted.oblast and bound is None:
        found.append(begins(here, wanted.oblast))
    elif wanted.oblast:
        # The index tells as much as the oblast; what is asked may begin longer.
        found += [in_oblast_of(wanted.oblast), begins(place_of(columns), wanted.oblast)]
    return found


def _of_plans(wanted: DueFilter) -> list[ColumnElement[bool]]:
    """What is known of a plan without its thing; all else is asked of that."""
    found = []
    if wanted.programme:
        found.append(_m.programme_id == wanted.programme)
    if wanted.oblast and len(wanted.oblast) >= OBLAST:
        found.append(_m.oblast == wanted.oblast[:OBLAST])
    return found


def _ordered(part: Select[Any], mark: Mark | None) -> Select[Any]:
    found = part.subquery()
    wanted = select(found).order_by(found.c.due_on, found.c.since, found.c.thing)
    return wanted.where(due.beyond(wanted, mark)) if mark else wanted


def _columns(
    rule: RuleKind, due_on: ColumnElement[Any], since: ColumnElement[Any], source: ColumnElement[Any]
) -> Sequence[ColumnElement[Any]]:
    return (
        literal(rule).label("rule"),
        due_on.label("due_on"),
        cast(since, DateTime(timezone=True)).label("since"),
        literal("").label("detail"),
        source.label("source"),
        _c.id.label("thing"),
        cast(null(), Uuid).label("asset_id"),
        _c.id.label("consignment_id"),
        _c.programme_id.label("programme_id"),
        _c.municipality_code.label("municipality_code"),
    )


def _unsigned(asked: Sequence[Asked], until: date, mark: Mark | None) -> list[Select[Any]]:
    """Consignments with something handed over that no signed act covers; each told once, by what is due first.

    They begin at what was handed over first, or at the consignments that are asked for, and stop after a page.
    """
    open_since = (OPEN, _a.delivered_at.is_not(None), _a.consignment_id.is_not(None))
    made = []
    for place, rule in enumerate(asked):
        thing = select(_a.id, _a.consignment_id, _a.delivered_at).where(*open_since, rule.holds).subquery()
        t = thing.c
        first = _in_time(t, rule, place)
        sooner = or_(*(and_(each.holds, _in_time(_a, each, n) < first) for n, each in enumerate(asked)))
        others = select(_a.id).where(_a.consignment_id == t.consignment_id, *open_since, sooner)
        due_on = due.after(due.day_of(t.delivered_at), literal(rule.number), months=False)
        wanted = (
            select(*_columns("act", due_on, t.delivered_at, literal(rule.source)))
            .select_from(thing.join(consignment, _c.id == t.consignment_id))
            .where(~others.exists(), due.between(t.delivered_at, rule.number, until, mark))
            .order_by(t.delivered_at, _c.id)
        )
        made.append(wanted.where(due.beyond(wanted, mark)) if mark else wanted)
    return made


_in_order = attrgetter(*due.ORDER)


def _in_time(thing: Any, rule: Asked, place: int) -> Tuple:
    """What orders things by when the rule (the how-manieth of those asked) makes their act due."""
    return tuple_(thing.delivered_at + timedelta(days=rule.number), thing.id, literal(place))


def _reports(until: date) -> Select[Any]:
    """Humanitarian aid whose distribution was not reported yet."""
    due_on = due.after(_c.cleared_on, func.min(_r.number), months=False)
    cleared = func.timezone("UTC", cast(_c.cleared_on, DateTime))
    regime = or_(func.cardinality(_r.regimes) == 0, programme.c.legal_regime == any_(_r.regimes))
    return (
        select(*_columns("humanitarian_report", due_on, cleared, func.min(_r.source)))
        .select_from(consignment.join(programme, programme.c.id == _c.programme_id).join(policy_rule, true()))
        .where(
            _r.rule == "humanitarian_report",
            _r.ended_at.is_(None),
            holds_in(_c.programme_id),
            regime,
            _c.cleared_on.is_not(None),
            _c.report_sent_on.is_(None),
        )
        .group_by(_c.id)
        .having(due_on <= until)
    )


def _item(row: Any, day: date, known: Coarse) -> DueItem:
    told = row.asset_id is None or known[row.asset_id] != "oblast"
    return DueItem(
        rule=row.rule,
        due_on=row.due_on,
        overdue=row.due_on < day,
        detail=row.detail,
        source=row.source,
        asset=row.asset_id,
        tag=row.tag,
        consignment=row.consignment_id,
        name_uk=row.name_uk,
        name_en=row.name_en,
        programme_code=row.programme_code,
        municipality=row.municipality_code if told else None,
        municipality_uk=row.m_uk if told else None,
        municipality_en=row.m_en if told else None,
    )
