"""Work ordered for many things as one bulk action: looked at first, then ordered, and given up if it was a slip.

It goes the way of one fact for many (``bulk``), with the same tables and pages; what is made is orders, which
are no events. A thing that was chosen because it is the turn of its plans gets an order for each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import people, scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.sessions import rights_of
from asset_tracker.assets import bulk, orders, queries
from asset_tracker.assets.orders import OrderKind, OrdersChanged
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.tables import bulk_action, bulk_item, maintenance_plan, work_order
from asset_tracker.assets.undoing import Tell, silent
from asset_tracker.assets.views import Filters
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.jobs import queue
from asset_tracker.ledger import values
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset

KIND: Final = "order"
MAX: Final = 5000
_OUT_OF_REACH: Final = "You may not order work on it."
_GONE: Final = "It is gone."
_NOT_THERE: Final = "This person does not work there."
_ORDERED: Final = "The same work has already been ordered there."
_a, _b, _i, _o, _p = asset.c, bulk_action.c, bulk_item.c, work_order.c, maintenance_plan.c


def mark_of(title: str) -> str:
    """What stands for a plan beside its thing in an address: its title may be long."""
    return sha256(title.encode()).hexdigest()[:12]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done with each; where it is the turn of a plan, the plan says what."""

    title: values.Name
    kind: OrderKind = "maintained"
    work: values.Text | None = None
    assignee: UUID | None = None
    due_on: date | None = None


class NewOrders(msgspec.Struct, frozen=True, kw_only=True):
    """``things``: assets, each with those of its plans whose turn it is, by their marks (``mark_of``) or ids."""

    order: Order
    things: Mapping[UUID, Sequence[str]]


async def begin(conn: AsyncConnection, actor: Actor, new: NewOrders) -> UUID:
    """Keep what is to be ordered for which assets in reach; nothing is ordered yet.

    Raises ForbiddenError, InvalidError for a day or person that cannot be or for nothing chosen, TooLargeError
    beyond ``MAX``.
    """
    require(actor, "plan.manage")
    if new.order.due_on and not 1990 <= new.order.due_on.year <= 2100:
        raise InvalidError(errors=(FieldError("due_on", "A date between 1990 and 2100 is expected."),))
    bulk.check_number(len(new.things), MAX)
    rows = await conn.execute(
        select(_a.id, _a.head_hash).where(_a.id.in_(list(new.things)), scope.assets(actor))
    )
    heads = {row.id: row.head_hash for row in rows}
    if not heads:
        raise InvalidError(errors=(FieldError("assets", "Choose at least one asset."),))
    plans = await _plans(conn, {each: marks for each, marks in new.things.items() if each in heads})
    action = uuid7()
    asked = {"kind": KIND, "fact": msgspec.to_builtins(new.order), "status": "looking", "total": len(heads)}
    await conn.execute(
        insert(bulk_action).values(id=action, made_by=actor.id, grants=rights_of(actor), **asked)
    )
    items = [
        {"action_id": action, "asset_id": each, "head": head, "plans": plans.get(each)}
        for each, head in heads.items()
    ]
    await conn.execute(insert(bulk_item), items)
    return action


async def things_of(conn: AsyncConnection, actor: Actor, plans: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The things of plans that are followed, as ``NewOrders`` takes them. Raises NotFoundError."""
    wanted = select(_p.id, _p.asset_id).join(asset, _a.id == _p.asset_id)
    wanted = wanted.where(_p.id.in_(list(plans)), _p.ended_at.is_(None), scope.assets(actor))
    things: dict[UUID, list[str]] = {}
    for row in await conn.execute(wanted.order_by(_p.id)):
        things.setdefault(row.asset_id, []).append(str(row.id))
    if sum(map(len, things.values())) < len(set(plans)):
        raise NotFoundError
    return things


async def things_listed(conn: AsyncConnection, actor: Actor, filters: Filters) -> dict[UUID, list[str]]:
    """The assets of a list, as ``NewOrders`` takes them. Raises TooLargeError beyond ``MAX``."""
    where = await queries.reached(conn, actor, filters, await coarse(conn, actor))
    found = (await conn.execute(select(_a.id).where(*where).limit(MAX + 1))).scalars().all()
    bulk.check_number(len(found), MAX)
    return {each: [] for each in found}


async def candidates(conn: AsyncConnection, actor: Actor, ids: Sequence[UUID]) -> list[people.Counter]:
    """Who may be given an order about at least one of these things."""
    places: dict[UUID | None, set[str]] = {}
    for row in await _things(conn, actor, ids):
        if not row.gone_reason:
            places.setdefault(row.programme_id, set()).update(_areas(row))
    found = {
        each.id: each
        for programme, codes in places.items()
        for each in await people.workers(conn, actor, programme, sorted(codes))
    }
    return list(found.values())


async def look(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Find out for which of the chosen things the work can be ordered."""
    can, order = 0, await _asked(conn, action)
    for at, some in await bulk.chunks(conn, action):
        await tell(at)
        refused = await _refusals(conn, actor, action, order, some)
        can += len(some) - len(refused)
        await _leave_out(conn, action, refused)
    await bulk.over(conn, action, status="ready", can=can)


async def record(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Order the work for all things for which it still can be; those whom it concerns are told."""
    recorded, order = 0, await _asked(conn, action)
    for at, some in await bulk.chunks(conn, action):
        await tell(at)
        refused = await _refusals(conn, actor, action, order, some)
        await _leave_out(conn, action, refused)
        left = [each for each in some if each not in refused]
        recorded += len(left)
        rows = await _rows(conn, actor, action, order, left)
        if rows:
            await conn.execute(insert(work_order), rows)
    await queue.enqueue(conn, OrdersChanged(what="new", by=actor.id, operation=action))
    await bulk.over(conn, action, status="done", recorded=recorded, fact=None)


async def take_back(conn: AsyncConnection, actor: Actor, action: UUID, tell: Tell = silent) -> None:
    """Give up those orders of the action that are still open. Raises ConflictError where none is."""
    require(actor, "plan.manage")
    await tell(0)
    joined = work_order.join(asset, _a.id == _o.asset_id)
    still = select(_o.id).select_from(joined).where(_o.operation == action, orders.is_open())
    ended = {"ended_at": func.now(), "ended_by": actor.id}
    given_up = update(work_order).where(_o.id.in_(still), _o.operation == action).values(ended)
    if not (await conn.execute(given_up)).rowcount:
        raise ConflictError("None of these orders is open any more.")
    left = await conn.scalar(
        select(func.count(_o.asset_id.distinct())).where(_o.operation == action, _o.ended_at.is_(None))
    )
    await queue.enqueue(conn, OrdersChanged(what="ended", by=actor.id, operation=action))
    await bulk.over(conn, action, status="undone", recorded=left or 0)


async def _asked(conn: AsyncConnection, action: UUID) -> Order:
    return msgspec.convert(await conn.scalar(select(_b.fact).where(_b.id == action)), Order, strict=False)


async def _plans(conn: AsyncConnection, things: Mapping[UUID, Sequence[str]]) -> dict[UUID, list[UUID]]:
    """The plans that are meant, of each thing."""
    named = [each for each, marks in things.items() if marks]
    wanted = select(_p.id, _p.asset_id, _p.title).where(_p.asset_id.in_(named), _p.ended_at.is_(None))
    found: dict[UUID, list[UUID]] = {}
    for row in await conn.execute(wanted.order_by(_p.id)):
        if {mark_of(row.title), str(row.id)} & set(things[row.asset_id]):
            found.setdefault(row.asset_id, []).append(row.id)
    return found


async def _things(conn: AsyncConnection, actor: Actor, ids: Sequence[UUID]) -> list[Any]:
    wanted = select(_a.id, _a.programme_id, _a.municipality_code, _a.destination_code, _a.gone_reason)
    reached = wanted.where(_a.id.in_(list(ids)), scope.assets(actor, "plan.manage"))
    return list(await conn.execute(reached))


async def _refusals(
    conn: AsyncConnection, actor: Actor, action: UUID, order: Order, ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Why work cannot be ordered for a thing (an English msgid), for those for which it cannot be."""
    things = {row.id: row for row in await _things(conn, actor, ids)}
    refused = {each: _OUT_OF_REACH for each in ids if each not in things}
    refused |= {each: _GONE for each, row in things.items() if row.gone_reason}
    to_order = await _to_order(conn, action, order, ids)
    refused |= dict.fromkeys((each for each, works in to_order.items() if not works), _ORDERED)
    works: dict[Any, bool] = {}
    for each, row in things.items():
        if order.assignee is None or each in refused:
            continue
        where = (row.programme_id, *_areas(row))
        if where not in works:
            known = await people.workers(conn, actor, row.programme_id, _areas(row))
            works[where] = order.assignee in {person.id for person in known}
        if not works[where]:
            refused[each] = _NOT_THERE
    return refused


async def _to_order(
    conn: AsyncConnection, action: UUID, order: Order, ids: Sequence[UUID]
) -> dict[UUID, list[tuple[UUID | None, str]]]:
    """Of each thing the plans and titles of what is to be ordered, without what is ordered already and open."""
    wanted = select(_i.asset_id, _i.plans).where(_i.action_id == action, _i.asset_id.in_(list(ids)))
    plans = {row.asset_id: row.plans for row in await conn.execute(wanted)}
    chosen = {plan for some in plans.values() for plan in some or ()}
    named = await conn.execute(select(_p.id, _p.title).where(_p.id.in_(chosen)))
    titles = {row.id: row.title for row in named}
    joined = work_order.join(asset, _a.id == _o.asset_id)
    there = select(_o.asset_id, _o.plan_id, _o.title).select_from(joined).where(_o.asset_id.in_(list(ids)))
    known = {
        (row.asset_id, row.plan_id or row.title) for row in await conn.execute(there.where(orders.is_open()))
    }
    return {
        each: [
            (plan, titles.get(plan, order.title))
            for plan in plans[each] or [None]
            if (each, plan or order.title) not in known
        ]
        for each in ids
    }


async def _rows(
    conn: AsyncConnection, actor: Actor, action: UUID, order: Order, ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    """The orders to be made for these things."""
    told = {"kind": order.kind, "work": order.work, "assignee_id": order.assignee, "due_on": order.due_on}
    made = {"made_by": actor.id, "operation": action}
    return [
        {"id": uuid7(), "asset_id": each, "title": title, "plan_id": plan} | told | made
        for each, works in (await _to_order(conn, action, order, ids)).items()
        for plan, title in works
    ]


async def _leave_out(conn: AsyncConnection, action: UUID, refused: Mapping[UUID, str]) -> None:
    for why in set(refused.values()):
        await bulk.leave_out(conn, action, [each for each, told in refused.items() if told == why], why)


def _areas(row: Any) -> list[str]:
    return [code for code in (row.municipality_code, row.destination_code) if code]
