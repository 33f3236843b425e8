"""Consignments: read, within the actor's scope."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import require
from asset_tracker.consignments.tables import ACT_SOUGHT, CONSIGNMENT_SOUGHT, UNSIGNED, act, consignment
from asset_tracker.db.hot import rows_of
from asset_tracker.db.prefixes import begins
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.letters import bare, holds, likely
from asset_tracker.ledger.tables import OPEN, asset
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.tables import municipality

MAX_PAGE = 200
_FEW = 1000
_KEPT = 32  # questions that were put together, of the last that were asked
Step = Literal["to_dispatch", "on_the_way", "late", "to_draw_up", "to_sign"]
STEPS: tuple[Step, ...] = get_args(Step)


class ConsignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consignment and how far the things on it have come.

    ``status``: empty, planned, dispatched, delivered, accepted; it follows from the assets.
    Counts are of assets, components of kits included; ``unsigned_acts`` of acts without a signed scan.
    Humanitarian aid has a code and a declaration, and a report due after it was cleared.
    """

    id: UUID
    number: str
    status: str
    programme: UUID
    programme_code: str
    municipality: str
    municipality_uk: str
    municipality_en: str
    oblast_uk: str
    waybill: str | None
    carrier: str | None
    expected_on: date | None
    dispatched_at: datetime | None
    created_at: datetime
    assets: int
    waiting: int
    on_the_way: int
    delivered: int
    accepted: int
    gone: int
    acts: int
    unsigned_acts: int
    aid_code: str | None
    declaration: str | None
    cleared_on: date | None
    report_sent_on: date | None


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """Which consignments to look among: those of a programme, and bound for where codes begin so."""

    programme: UUID | None = None
    area: str | None = None


EVERYWHERE = Within()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many consignments wait to be sent, delivered (``late``: since a day that has passed), put on an act, signed for."""

    to_dispatch: int
    on_the_way: int
    late: int
    to_draw_up: int
    to_sign: int


class ConsignmentPage(msgspec.Struct, frozen=True):
    """One page, newest first; ``next`` is what to pass as ``after``."""

    items: tuple[ConsignmentView, ...]
    next: UUID | None


async def list_consignments(
    conn: AsyncConnection,
    actor: Actor,
    *,
    programme_id: UUID | None = None,
    municipality_code: str | None = None,
    status: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> ConsignmentPage:
    """A page of the consignments in reach; ``limit`` is cut to 200."""
    require(actor, "consignment.read")
    limit = max(1, min(limit, MAX_PAGE))
    wanted = _ids(actor)
    if programme_id:
        wanted = wanted.where(consignment.c.programme_id == programme_id)
    if municipality_code:
        wanted = wanted.where(consignment.c.municipality_code == municipality_code)
    if after:
        wanted = wanted.where(consignment.c.id < after)
    if status:
        wanted = wanted.where(_has_come(status))
    wanted = wanted.order_by(consignment.c.id.desc()).limit(limit + 1)
    shown = _select(actor).where(consignment.c.id.in_(wanted)).order_by(consignment.c.id.desc())
    rows = (await conn.execute(shown)).all()
    items = tuple(_view(row) for row in rows[:limit])
    return ConsignmentPage(items, items[-1].id if len(rows) > limit else None)


async def list_open(conn: AsyncConnection, actor: Actor, day: date) -> list[ConsignmentView]:
    """Consignments in reach with something still to hand over: expected on a day, or sent without one; at most 200."""
    require(actor, "consignment.read")
    c = consignment.c
    wanted = _select(actor).where(or_(c.expected_on == day, c.expected_on.is_(None)))
    still = or_(_reached == "dispatched", and_(_reached == "planned", c.expected_on == day))
    ordered = wanted.having(still).order_by(c.expected_on.nulls_last(), c.municipality_code, c.id)
    return [_view(row) for row in await conn.execute(ordered.limit(MAX_PAGE))]


async def get_consignment(conn: AsyncConnection, actor: Actor, consignment_id: UUID) -> ConsignmentView:
    """One consignment in reach. Raises NotFoundError."""
    require(actor, "consignment.read")
    row = (await conn.execute(_select(actor).where(consignment.c.id == consignment_id))).first()
    if row is None:
        raise NotFoundError
    return _view(row)


async def consignment_numbers(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of those of ``ids`` that are consignments; events name them."""
    c = consignment.c
    return {row.id: row.number for row in await conn.execute(select(c.id, c.number).where(c.id.in_(ids)))}


async def find_consignment(
    conn: AsyncConnection, actor: Actor, number: str, programme_id: UUID | None = None
) -> ConsignmentView:
    """The consignment in reach of this number (in the programme, or the only one of it).

    Raises NotFoundError when there is none, or more than one.
    """
    require(actor, "consignment.read")
    wanted = _select(actor).where(consignment.c.number == number.strip())
    if programme_id:
        wanted = wanted.where(consignment.c.programme_id == programme_id)
    rows = (await conn.execute(wanted.limit(2))).all()
    if len(rows) != 1:
        raise NotFoundError("There is no single consignment %(number)s.", number=number)
    return _view(rows[0])


async def waiting(conn: AsyncConnection, actor: Actor, within: Within = EVERYWHERE) -> Waiting:
    """How many consignments in reach wait for which step."""
    require(actor, "consignment.read")
    (row,) = await _rows(conn, _waiting(nameless(actor), within, kyiv.today()), within)
    return Waiting(**{step: getattr(row, step) for step in STEPS})


async def _rows(conn: AsyncConnection, statement: Select[Any], within: Within) -> list[Any]:
    """What is asked of an oblast or a programme is asked again, and planned once; one plan serves all municipalities."""
    if len(within.area or "") <= OBLAST:
        return await rows_of(conn, statement, again=True)
    return list((await conn.execute(statement)).all())


@lru_cache(maxsize=_KEPT)
def _waiting(actor: Actor, within: Within, day: date) -> Select[Any]:
    numbers = []
    for step in STEPS:
        some = _within(_ids(actor), within).where(_waits_for(step, day)).subquery()
        numbers.append(select(func.count()).select_from(some).scalar_subquery().label(step))
    return select(*numbers)


async def waiting_for(
    conn: AsyncConnection, actor: Actor, step: Step, within: Within = EVERYWHERE, limit: int = 5
) -> list[ConsignmentView]:
    """The oldest consignments in reach that wait for the step."""
    require(actor, "consignment.read")
    oldest = _oldest(nameless(actor), step, within, kyiv.today(), limit)
    return [_view(row) for row in await _rows(conn, oldest, within)]


@lru_cache(maxsize=_KEPT)
def _oldest(actor: Actor, step: Step, within: Within, day: date, limit: int) -> Select[Any]:
    ids = _within(_ids(actor), within).where(_waits_for(step, day))
    oldest = ids.order_by(consignment.c.id).limit(limit)
    return _select(actor).where(consignment.c.id.in_(oldest)).order_by(consignment.c.id)


def _waits_for(step: Step, day: date) -> ColumnElement[bool]:
    """That a consignment waits for the step on this day; each begins at the few that do."""
    c = consignment.c
    tests = {
        "to_dispatch": _has_come("planned"),
        "on_the_way": _has_come("dispatched"),
        "late": and_(_has_come("dispatched"), c.expected_on < day),
        "to_draw_up": and_(_has_come("delivered"), c.without_act),
        "to_sign": _acts_of(UNSIGNED),
    }
    return tests[step]


def _has_come(status: str) -> ColumnElement[bool]:
    """That a consignment is of this status, as ``_reached`` tells it, without counting all that is on it."""
    here, ahead, moving = _a.gone_reason.is_(None), _AHEAD, _MOVING
    tests = {
        "empty": ~_things(here),
        "planned": _things(OPEN, ahead),
        "dispatched": _things(OPEN, moving) & ~_things(OPEN, ahead),
        "delivered": _things(OPEN) & ~_things(OPEN, or_(ahead, moving)),
        "accepted": _things(here) & ~_things(OPEN),
    }
    return tests.get(status, false())


def _things(*tests: ColumnElement[bool]) -> ColumnElement[bool]:
    """Something on the consignment passes the tests."""
    return exists().where(_a.consignment_id == consignment.c.id, *tests)


def _acts_of(*tests: ColumnElement[bool]) -> ColumnElement[bool]:
    """An act of the consignment passes the tests."""
    return exists().where(act.c.consignment_id == consignment.c.id, *tests)


def _within(wanted: Select[Any], within: Within) -> Select[Any]:
    if within.programme:
        wanted = wanted.where(consignment.c.programme_id == within.programme)
    if within.area:
        wanted = wanted.where(begins(consignment.c.municipality_code, within.area))
    return wanted


async def search_consignments(
    conn: AsyncConnection, actor: Actor, text: str, limit: int = 8
) -> list[ConsignmentView]:
    """Consignments in reach with ``text`` in their number, waybill or in the number of an act, newest first."""
    require(actor, "consignment.read")
    text = bare(text)
    few = await _meant(conn, text) if text else []
    if few == []:
        return []
    wanted = _ids(actor).where(_numbered(text) if few is None else consignment.c.id.in_(few))
    newest = wanted.order_by(consignment.c.id.desc()).limit(limit)
    found = _select(actor).where(consignment.c.id.in_(newest)).order_by(consignment.c.id.desc())
    return [_view(row) for row in await conn.execute(found)]


@by_system
async def _meant(conn: AsyncConnection, text: str) -> list[UUID] | None:
    """The consignments anywhere that may be meant, if they are few: behind the wall no index serves LIKE."""
    # A plan for any text at all reads the whole table; what a text is worth is known when it is known.
    await conn.exec_driver_sql("SET LOCAL plan_cache_mode TO force_custom_plan")
    numbered = select(consignment.c.id).where(likely(CONSIGNMENT_SOUGHT, text), _on_paper(text))
    on_act = select(act.c.consignment_id).where(likely(ACT_SOUGHT, text), holds(act.c.number, text))
    found = list(await conn.scalars(union(numbered, on_act).limit(_FEW + 1)))
    return found if len(found) <= _FEW else None


def _on_paper(text: str) -> ColumnElement[bool]:
    c = consignment.c
    return or_(holds(c.number, text), holds(c.waybill, text))


def _numbered(text: str) -> ColumnElement[bool]:
    return or_(_on_paper(text), _acts_of(holds(act.c.number, text)))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(asset.c.id).filter(condition)


_a = asset.c
_STAGE = case(
    (_a.gone_reason.is_not(None), "gone"), (_a.accepted_at.is_not(None), "accepted"), else_=_a.stage
)
_AHEAD, _MOVING = _a.stage.in_(("expected", "received")), _a.stage == "dispatched"
_TOTAL: ColumnElement[int] = func.count(_a.id)
_WAITING = _count(_STAGE.in_(("expected", "received")))
_TRANSIT = _count(_STAGE == "dispatched")
_ACCEPTED = _count(_STAGE == "accepted")
_GONE = _count(_STAGE == "gone")
_reached: ColumnElement[str] = case(
    (_TOTAL == _GONE, "empty"),
    (_WAITING > 0, "planned"),
    (_TRANSIT > 0, "dispatched"),
    (_TOTAL > _ACCEPTED + _GONE, "delivered"),
    else_="accepted",
)


def _acts() -> Select[Any]:
    """How many acts of the consignment there are, to stand inside a query of consignments."""
    standing = (act.c.consignment_id == consignment.c.id) & (act.c.status != "void")
    return select(func.count()).select_from(act).where(standing).correlate(consignment)


def _reach(actor: Actor) -> ColumnElement[bool]:
    c = consignment.c
    return scope.within(
        actor, "consignment.read", programme=c.programme_id, areas=(c.municipality_code,), funded=None
    )


def _ids(actor: Actor) -> Select[Any]:
    """The consignments in reach, to be narrowed before anything on them is counted."""
    return select(consignment.c.id).where(_reach(actor))


def _select(actor: Actor) -> Select[Any]:
    c = consignment.c
    acts = _acts()
    return (
        select(
            consignment,
            programme.c.code.label("programme_code"),
            municipality.c.name_uk.label("m_uk"),
            municipality.c.name_en.label("m_en"),
            municipality.c.oblast_uk,
            _TOTAL.label("total"),
            _WAITING.label("waiting"),
            _TRANSIT.label("on_the_way"),
            _ACCEPTED.label("accepted"),
            _GONE.label("gone"),
            _reached.label("status"),
            acts.scalar_subquery().label("acts"),
            acts.where(act.c.status != "signed").scalar_subquery().label("unsigned"),
        )
        .join(programme, programme.c.id == c.programme_id)
        .join(municipality, municipality.c.code == c.municipality_code)
        .outerjoin(asset, _a.consignment_id == c.id)
        .where(_reach(actor))
        .group_by(c.id, programme.c.code, municipality.c.code)
    )


def _view(row: Any) -> ConsignmentView:
    return ConsignmentView(
        id=row.id,
        number=row.number,
        status=row.status,
        programme=row.programme_id,
        programme_code=row.programme_code,
        municipality=row.municipality_code,
        municipality_uk=row.m_uk,
        municipality_en=row.m_en,
        oblast_uk=row.oblast_uk,
        waybill=row.waybill,
        carrier=row.carrier,
        expected_on=row.expected_on,
        dispatched_at=row.dispatched_at,
        created_at=row.created_at,
        assets=row.total,
        waiting=row.waiting,
        on_the_way=row.on_the_way,
        delivered=row.total - row.waiting - row.on_the_way - row.accepted - row.gone,
        accepted=row.accepted,
        gone=row.gone,
        acts=row.acts,
        unsigned_acts=row.unsigned,
        aid_code=row.aid_code,
        declaration=row.declaration,
        cleared_on=row.cleared_on,
        report_sent_on=row.report_sent_on,
    )
