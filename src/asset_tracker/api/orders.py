"""Work orders as JSON. Work that was done is an event: ``maintained`` or ``repaired``, with the order's id."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import orders
from asset_tracker.assets.orders import Handing, NewOrder, OrderFilter, OrderPage, OrderState, OrderView
from asset_tracker.assets.queries import find_asset

Limit = Annotated[int, QueryParameter(ge=1, le=orders.MAX_PAGE)]


@get("/orders")
async def list_orders(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[OrderState] = "open",
    mine: FromQuery[bool] = False,
    programme: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> OrderPage:
    """A page of the work orders in reach, soonest first; ``mine``: for oneself or for nobody by name."""
    wanted = OrderFilter(state=status, mine=mine, programme=programme, municipality=municipality)
    return await orders.list_orders(conn, actor, wanted, after=after, limit=limit)


@get("/orders/{order_id:uuid}")
async def get_order(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], order_id: FromPath[UUID]
) -> OrderView:
    """One work order."""
    return await orders.get_order(conn, actor, order_id)


@get("/assets/{reference:str}/orders")
async def of_asset(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], reference: FromPath[str]
) -> tuple[OrderView, ...]:
    """The work orders of an asset: open, done and given up."""
    asset_id = await find_asset(conn, actor, reference)
    wanted = OrderFilter(state="all", asset=asset_id)
    return (await orders.list_orders(conn, actor, wanted, limit=orders.MAX_PAGE)).items


@post("/assets/{reference:str}/orders")
async def add_order(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[NewOrder],
) -> OrderView:
    """A new work order, for somebody who works there or for all of them."""
    made = await orders.add_order(conn, actor, await find_asset(conn, actor, reference), data)
    return await orders.get_order(conn, actor, made)


@put("/orders/{order_id:uuid}")
async def hand_over(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    order_id: FromPath[UUID],
    data: JSONBody[Handing],
) -> OrderView:
    """Give an open work order to somebody else, or another day."""
    await orders.hand_over(conn, actor, order_id, data)
    return await orders.get_order(conn, actor, order_id)


@delete("/orders/{order_id:uuid}", status_code=204)
async def end_order(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], order_id: FromPath[UUID]
) -> None:
    """Give an open work order up."""
    await orders.end_order(conn, actor, order_id)


ROUTES = (list_orders, get_order, of_asset, add_order, hand_over, end_order)
