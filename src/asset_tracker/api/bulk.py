"""One fact for many assets, and taking an operation back, as JSON."""

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
from asset_tracker.assets import bulk, bulk_work, queries
from asset_tracker.assets.bulk import BulkItem, BulkView, NewBulk, Reason
from asset_tracker.assets.saved_views import find_view
from asset_tracker.assets.undoing import Undone, undo_operation
from asset_tracker.assets.views import Filters
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
    filters = (await find_view(conn, actor, data.view)).filters if data.view else data.filters
    named = [await queries.find_asset(conn, actor, each) for each in data.assets]
    new = NewBulk(fact=fact, occurred_at=data.occurred_at, assets=tuple(named), filters=filters)
    return await _standing(conn, await bulk_work.plan(conn, actor, new))


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
    """Record it, as one operation; of many assets a worker does it, and ``status`` says when it is done."""
    return await _standing(conn, await bulk_work.do(conn, actor, action, "record"))


@post("/bulk/{action:uuid}/undo", status_code=200)
async def undo_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> BulkStanding:
    """Take it back by compensating events, wherever nothing later stands on it."""
    return await _standing(conn, await bulk_work.do(conn, actor, action, "take back"))


@delete("/bulk/{action:uuid}")
async def forget_bulk(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], action: FromPath[UUID]
) -> None:
    """Give up a bulk action that was not recorded."""
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


async def _standing(conn: AsyncConnection, view: BulkView) -> BulkStanding:
    return BulkStanding(view, await bulk.list_reasons(conn, view.id))


ROUTES = (plan_bulk, get_bulk, list_bulk_assets, record_bulk, undo_bulk, forget_bulk, undo_recorded)
