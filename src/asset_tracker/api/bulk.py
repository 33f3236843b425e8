"""One fact for many assets, work ordered on many, and taking an operation back, as JSON."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import bulk, bulk_orders, bulk_work, queries
from asset_tracker.assets.bulk import BulkItem, BulkView, NewBulk, Reason
from asset_tracker.assets.bulk_orders import NewOrders, Order
from asset_tracker.assets.saved_views import find_view
from asset_tracker.assets.undoing import Undone, undo_operation
from asset_tracker.assets.views import Filters
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter, DueKind
from asset_tracker.consignments.due_things import Things, things_due
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger import events as ev

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Reference = Annotated[str, Meta(max_length=40)]


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact (as in an event, with its ``kind``), and the assets: named, by filters, or those of a saved list."""

    fact: dict[str, Any]
    occurred_at: Annotated[datetime, Meta(tz=True)] | None = None
    assets: Annotated[tuple[Reference, ...], Meta(max_length=200)] = ()
    filters: Filters | None = None
    view: Annotated[str, Meta(max_length=100)] | None = None


class DueAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of what is due or overdue, as ``GET /api/v1/due`` asks for it."""

    rule: DueKind | None = None
    programme: UUID | None = None
    municipality: Annotated[str, Meta(max_length=100)] | None = None
    days: Annotated[int, Meta(ge=0, le=3660)] = due.SOON_DAYS


class BulkOrdersRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done, and with which things: those named, by filters or of a saved list, of plans, or due.

    ``plans`` are those whose turn it is; ``due`` is all of a list of what is due.

    On a thing that is there for a plan the order bears the name of the plan, and closes its turn.
    """

    order: Order
    assets: Annotated[tuple[Reference, ...], Meta(max_length=200)] = ()
    filters: Filters | None = None
    view: Annotated[str, Meta(max_length=100)] | None = None
    plans: Annotated[tuple[UUID, ...], Meta(max_length=200)] = ()
    due: DueAsked | None = None


class BulkStanding(msgspec.Struct, frozen=True):
    """A bulk action, and why assets are left out of it."""

    action: BulkView
    left_out: list[Reason]


class Why(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an operation is taken back."""

    reason: Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*\S[^\x00]*$")]


@post("/bulk")
async def plan_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[BulkRequest]
) -> BulkStanding:
    """See of which assets a fact can be recorded, and why not of the others; nothing is recorded yet."""
    try:
        fact: ev.Payload = msgspec.convert(data.fact, ev.AnyPayload)
    except msgspec.ValidationError as wrong:
        raise InvalidError(errors=(FieldError("fact", str(wrong)),)) from wrong
    filters = await _filters(conn, actor, data)
    named = [await queries.find_asset(conn, actor, each) for each in data.assets]
    new = NewBulk(fact=fact, occurred_at=data.occurred_at, assets=tuple(named), filters=filters)
    return await _standing(conn, await bulk_work.plan(conn, actor, new))


@post("/bulk/orders")
async def plan_bulk_orders(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: JSONBody[BulkOrdersRequest],
) -> BulkStanding:
    """See on which things work can be ordered, and why not on the others; nothing is ordered yet.

    What follows is the same as with a fact: how it stands, ``record``, ``undo`` (gives those orders up that are
    still open), or giving it up before.
    """
    new = NewOrders(order=data.order, things=await _things(conn, actor, data))
    return await _standing(conn, await bulk_work.plan_orders(conn, actor, new))


@get("/bulk/{action:uuid}")
async def get_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> BulkStanding:
    """How a bulk action stands: ``status``, and ``progress`` while a worker is at it."""
    return await _standing(conn, await bulk.get_bulk(conn, actor, action))


@get("/bulk/{action:uuid}/assets")
async def list_bulk_assets(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    action: FromPath[UUID],
    left_out: FromQuery[bool | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 100,
) -> list[BulkItem]:
    """The assets of a bulk action; pass the last one's id as ``after`` for the following."""
    await bulk.get_bulk(conn, actor, action)
    return await bulk.list_items(conn, action, left_out=left_out, after=after, limit=limit)


@post("/bulk/{action:uuid}/record", status_code=200)
async def record_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> BulkStanding:
    """Record or order it, as one operation; of many assets a worker does it, and ``status`` says when it is done."""
    return await _standing(conn, await bulk_work.do(conn, actor, action, "record"))


@post("/bulk/{action:uuid}/undo", status_code=200)
async def undo_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> BulkStanding:
    """Take it back by compensating events, wherever nothing later stands on it; of orders, give up the open ones."""
    return await _standing(conn, await bulk_work.do(conn, actor, action, "take back"))


@delete("/bulk/{action:uuid}")
async def forget_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> None:
    """Give up a bulk action that was not recorded or ordered."""
    await bulk.forget(conn, actor, action)


@post("/operations/{operation:uuid}/undo", status_code=200)
async def undo_recorded(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    operation: FromPath[UUID],
    data: JSONBody[Why],
) -> Undone:
    """Take back what was recorded as one operation (the ``operation`` of its events)."""
    return await undo_operation(conn, actor, operation, data.reason)


async def _filters(
    conn: AsyncConnection, actor: Actor, data: BulkRequest | BulkOrdersRequest
) -> Filters | None:
    """Those of the saved list that was named, or those that were given."""
    return (await find_view(conn, actor, data.view)).filters if data.view else data.filters


async def _things(conn: AsyncConnection, actor: Actor, data: BulkOrdersRequest) -> Things:
    """Every thing that was asked for in one way or another, with all of its plans that were."""
    things: Things = {await queries.find_asset(conn, actor, each): [] for each in data.assets}
    filters = await _filters(conn, actor, data)
    for some in (
        await bulk_orders.things_listed(conn, actor, filters) if filters is not None else {},
        await bulk_orders.things_of(conn, actor, data.plans),
        await things_due(conn, actor, DueFilter(**msgspec.structs.asdict(data.due))) if data.due else {},
    ):
        for each, plans in some.items():
            things.setdefault(each, []).extend(plans)
    return things


async def _standing(conn: AsyncConnection, view: BulkView) -> BulkStanding:
    return BulkStanding(view, await bulk.list_reasons(conn, view.id))


ROUTES = (
    plan_bulk,
    plan_bulk_orders,
    get_bulk,
    list_bulk_assets,
    record_bulk,
    undo_bulk,
    forget_bulk,
    undo_recorded,
)
