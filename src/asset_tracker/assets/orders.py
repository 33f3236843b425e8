"""Work orders: somebody is to do something to one thing by a day, at the desk and in the field app.

An order is closed by the fact that names it (``maintained`` or ``repaired`` with ``order``), wherever that was
recorded; struck out, the order is open again. Nothing else closes one but giving it up.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import people, scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.tables import maintenance_plan, work_order
from asset_tracker.assets.turns import TurnStatus
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.jobs import queue
from asset_tracker.ledger import values
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.tables import municipality, service_point

OrderKind = Literal["maintained", "repaired"]
OrderStatus = TurnStatus | Literal["done", "ended"]
STATES = ("open", "overdue", "done", "all")
OrderState = Literal["open", "overdue", "done", "all"]
OrderNews = Literal["new", "changed", "taken", "ended"]
# So many days before its day an order is said to be due soon.
SOON_DAYS = 7
MAX_PAGE = 200
BROKEN = ("needs_attention", "unserviceable")
_FAR = date(9999, 12, 31)
_a, _o, _m, _s, _p = asset.c, work_order.c, municipality.c, service_point.c, maintenance_plan.c


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done: maintenance or a repair, by whom (None: whoever works there) and by which day.

    ``plan``: the maintenance plan of the same thing whose turn it is.
    """

    title: values.Name
    kind: OrderKind = "maintained"
    work: values.Text | None = None
    plan: UUID | None = None
    assignee: UUID | None = None
    due_on: date | None = None


class Handing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order is given to somebody else (None: to whoever works there), or gets another day."""

    assignee: UUID | None = None
    due_on: date | None = None


class OrdersChanged(msgspec.Struct, frozen=True, kw_only=True, tag="orders-changed"):
    """A job: tell whom it concerns what became of orders (``notices.ordered`` does).

    The orders are named, or all that one ``operation`` made. ``by`` did it and is not told; ``before`` had
    them by name until now.
    """

    what: OrderNews
    by: UUID
    orders: tuple[UUID, ...] = ()
    operation: UUID | None = None
    before: UUID | None = None


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order and the thing that it is about; ``status`` is the traffic light of an open one.

    ``assignee_name`` is told to those who may see people; ``mine``: it is for the reader, by name.
    """

    id: UUID
    asset: UUID
    tag: str
    name_uk: str
    name_en: str | None
    category: str
    serial: str | None
    condition: str
    municipality: str | None
    municipality_uk: str | None
    municipality_en: str | None
    service_point_uk: str | None
    service_point_en: str | None
    kind: str
    title: str
    work: str | None
    plan: UUID | None
    assignee: UUID | None
    assignee_name: str | None
    mine: bool
    due_on: date | None
    status: OrderStatus
    made_at: datetime
    done_at: datetime | None

    @property
    def recorded_as(self) -> str:
        """The kind of fact that closes it: a repair only of what is known to be broken."""
        return self.kind if self.condition in BROKEN else "maintained"


class OrderPage(msgspec.Struct, frozen=True):
    """One page, soonest first and those without a day last; ``next`` is what to pass as ``after``."""

    items: tuple[OrderView, ...]
    next: UUID | None


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders: by state, those for the reader or for nobody by name (``mine``), for somebody, of a thing, a place."""

    state: OrderState = "open"
    mine: bool = False
    assignee: UUID | None = None
    asset: UUID | None = None
    programme: UUID | None = None
    municipality: str | None = None


def done_at() -> ColumnElement[Any]:
    """When the work of the order of the row was done; NULL while it is open."""
    return func.timestamptz(_a.state["done"][cast(_o.id, Text)]["at"].astext)


def to_do(actor: Actor) -> ColumnElement[bool]:
    """The condition that an order joined to its asset is open, and for the actor or for nobody by name."""
    return and_(is_open(), _is_for(actor))


def _is_for(actor: Actor) -> ColumnElement[bool]:
    return or_(_o.assignee_id.is_(None), _o.assignee_id == actor.id)


def is_open() -> ColumnElement[bool]:
    """The condition that an order joined to its asset was neither done nor given up, nor is the thing gone."""
    return and_(_o.ended_at.is_(None), done_at().is_(None), _a.gone_reason.is_(None))


async def list_orders(
    conn: AsyncConnection,
    actor: Actor,
    wanted: OrderFilter,
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> OrderPage:
    """A page of the orders about things in reach; ``limit`` is cut to 200."""
    require(actor, "asset.read")
    limit = max(1, min(limit, MAX_PAGE))
    day = func.coalesce(_o.due_on, literal(_FAR, Date))
    found = _orders(actor).where(*_conditions(actor, wanted)).order_by(day, _o.id).limit(limit + 1)
    if after:
        last = await conn.scalar(select(day).where(_o.id == after))
        if last is not None:
            found = found.where(tuple_(day, _o.id) > tuple_(literal(last, Date), literal(after)))
    rows = (await conn.execute(found)).all()
    shown = rows[:limit]
    names = await people.names_of(conn, actor, {row.assignee_id for row in shown if row.assignee_id})
    items = tuple(_view(row, actor, names) for row in shown)
    return OrderPage(items, shown[-1].id if len(rows) > limit else None)


async def count_orders(conn: AsyncConnection, actor: Actor, wanted: OrderFilter) -> int:
    """How many orders about things in reach there are of those wanted."""
    require(actor, "asset.read")
    counted = select(func.count()).select_from(_joined()).where(scope.by_work(actor))
    return int(await conn.scalar(counted.where(*_conditions(actor, wanted))) or 0)


async def get_order(conn: AsyncConnection, actor: Actor, order_id: UUID) -> OrderView:
    """One order about a thing in reach. Raises NotFoundError."""
    require(actor, "asset.read")
    row = (await conn.execute(_orders(actor).where(_o.id == order_id))).first()
    if row is None:
        raise NotFoundError
    names = await people.names_of(conn, actor, {row.assignee_id} if row.assignee_id else ())
    return _view(row, actor, names)


async def order_titles(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of those of ``ids`` that are work orders; events name them."""
    rows = await conn.execute(select(_o.id, _o.title).where(_o.id.in_(ids)))
    return {row.id: row.title for row in rows}


async def workers(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> list[people.Counter]:
    """Who may be given an order about a thing: technicians and coordinators whose roles reach it."""
    row = await _reached(conn, actor, asset_id)
    areas = [code for code in (row.municipality_code, row.destination_code) if code]
    return await people.workers(conn, actor, row.programme_id, areas)


async def add_order(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, new: NewOrder, *, order_id: UUID | None = None
) -> UUID:
    """A new order. Raises NotFoundError for a thing out of reach, InvalidError with every mistake."""
    possible = {each.id for each in await workers(conn, actor, asset_id)}
    errors = []
    if new.assignee is not None and new.assignee not in possible:
        errors.append(FieldError("assignee", "This person does not work there."))
    errors += values.wrong_days(due_on=new.due_on)
    if new.plan is not None and not await _is_plan_of(conn, new.plan, asset_id):
        errors.append(FieldError("plan", "There is no such plan of this asset."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    told = {"title": new.title, "kind": new.kind, "work": new.work, "due_on": new.due_on}
    named = {"plan_id": new.plan, "assignee_id": new.assignee, "made_by": actor.id}
    made = order_id or uuid7()
    await conn.execute(insert(work_order).values(id=made, asset_id=asset_id, **told, **named))
    await queue.enqueue(conn, OrdersChanged(what="new", by=actor.id, orders=(made,)))
    return made


async def hand_over(conn: AsyncConnection, actor: Actor, order_id: UUID, to: Handing) -> None:
    """Give an open order to somebody else, or another day. Raises NotFoundError, InvalidError."""
    before = await _open(conn, actor, order_id)
    possible = {each.id for each in await workers(conn, actor, before.asset_id)}
    if to.assignee is not None and to.assignee not in possible:
        raise InvalidError(errors=(FieldError("assignee", "This person does not work there."),))
    if wrong := values.wrong_days(due_on=to.due_on):
        raise InvalidError(errors=tuple(wrong))
    changed = {"assignee_id": to.assignee, "due_on": to.due_on}
    by = {"changed_at": func.now(), "changed_by": actor.id}
    await conn.execute(update(work_order).where(_o.id == order_id).values(**changed, **by))
    told = OrdersChanged(what="changed", by=actor.id, orders=(order_id,))
    if to.assignee != before.assignee_id:
        told = OrdersChanged(what="new", by=actor.id, orders=(order_id,), before=before.assignee_id)
    elif to.due_on == before.due_on:
        return
    await queue.enqueue(conn, told)


async def end_order(conn: AsyncConnection, actor: Actor, order_id: UUID) -> None:
    """Give an open order up. Raises NotFoundError."""
    await _open(conn, actor, order_id)
    ended = {"ended_at": func.now(), "ended_by": actor.id}
    await conn.execute(update(work_order).where(_o.id == order_id).values(ended))
    await queue.enqueue(conn, OrdersChanged(what="ended", by=actor.id, orders=(order_id,)))


async def _open(conn: AsyncConnection, actor: Actor, order_id: UUID) -> Any:
    """The order, while it is open: ``asset_id``, ``assignee_id``, ``due_on``."""
    require(actor, "plan.manage")
    wanted = select(_o.asset_id, _o.assignee_id, _o.due_on).select_from(_joined())
    row = (await conn.execute(wanted.where(_o.id == order_id, is_open()))).first()
    if row is None:
        raise NotFoundError
    await _reached(conn, actor, row.asset_id)
    return row


async def _reached(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> Any:
    require(actor, "plan.manage")
    wanted = select(_a.programme_id, _a.municipality_code, _a.destination_code).where(
        _a.id == asset_id, scope.assets(actor, "plan.manage")
    )
    row = (await conn.execute(wanted)).first()
    if row is None:
        raise NotFoundError
    return row


async def _is_plan_of(conn: AsyncConnection, plan: UUID, asset_id: UUID) -> bool:
    wanted = select(_p.id).where(_p.id == plan, _p.asset_id == asset_id, _p.ended_at.is_(None))
    return await conn.scalar(wanted) is not None


def _conditions(actor: Actor, wanted: OrderFilter) -> list[ColumnElement[bool]]:
    states: dict[str, ColumnElement[bool]] = {
        "open": is_open(),
        "overdue": and_(is_open(), _o.due_on < kyiv.today()),
        "done": done_at().is_not(None),
        "all": true(),
    }
    found = [states[wanted.state]]
    if wanted.mine:
        found.append(_is_for(actor))
    if wanted.assignee:
        found.append(_o.assignee_id == wanted.assignee)
    if wanted.asset:
        found.append(_o.asset_id == wanted.asset)
    if wanted.programme:
        found.append(_a.programme_id == wanted.programme)
    if wanted.municipality:
        here = func.coalesce(_a.municipality_code, _a.destination_code)
        found.append(here.startswith(wanted.municipality, autoescape=True))
    return found


def _joined() -> Any:
    return work_order.join(asset, _a.id == _o.asset_id)


def _orders(actor: Actor) -> Select[Any]:
    here = func.coalesce(_a.municipality_code, _a.destination_code)
    joined = _joined().outerjoin(municipality, _m.code == here)
    return (
        select(
            work_order,
            _a.tag,
            _a.name_uk,
            _a.name_en,
            _a.category,
            _a.serial,
            _a.condition,
            _a.gone_reason,
            here.label("municipality"),
            _m.name_uk.label("municipality_uk"),
            _m.name_en.label("municipality_en"),
            _s.name_uk.label("point_uk"),
            _s.name_en.label("point_en"),
            done_at().label("done_at"),
        )
        .select_from(joined.outerjoin(service_point, _s.id == _a.service_point_id))
        .where(scope.by_work(actor))
    )


def _view(row: Any, actor: Actor, names: dict[UUID, str]) -> OrderView:
    return OrderView(
        id=row.id,
        asset=row.asset_id,
        tag=row.tag,
        name_uk=row.name_uk,
        name_en=row.name_en,
        category=row.category,
        serial=row.serial,
        condition=row.condition,
        municipality=row.municipality,
        municipality_uk=row.municipality_uk,
        municipality_en=row.municipality_en,
        service_point_uk=row.point_uk,
        service_point_en=row.point_en,
        kind=row.kind,
        title=row.title,
        work=row.work,
        plan=row.plan_id,
        assignee=row.assignee_id,
        assignee_name=names.get(row.assignee_id),
        mine=row.assignee_id == actor.id,
        due_on=row.due_on,
        status=_status(row),
        made_at=row.made_at,
        done_at=row.done_at,
    )


def _status(row: Any) -> OrderStatus:
    if row.done_at is not None:
        return "done"
    if row.ended_at is not None or row.gone_reason is not None:
        return "ended"
    return light(row.due_on, kyiv.today())


def light(due_on: date | None, today: date) -> TurnStatus:
    """The traffic light of an open order: overdue from the day after its own, due soon a week before."""
    if due_on is None or due_on > today + timedelta(days=SOON_DAYS):
        return "planned"
    return "overdue" if due_on < today else "due"
