"""Work orders: the list of them, and those of one asset with the form for another."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import people
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets import orders, queries
from asset_tracker.assets.orders import Handing, NewOrder, OrderFilter
from asset_tracker.assets.plans import list_plans
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web import forms
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, error_texts, page, see_other

STATES = (("open", "To do"), ("overdue", "Late"), ("done", "Done"), ("all", "All"))
KINDS = (("maintained", "Maintenance"), ("repaired", "Repair"))


class OrderForm(msgspec.Struct, frozen=True):
    """An order as typed."""

    title: str = ""
    kind: str = "maintained"
    work: str = ""
    plan: str = ""
    assignee: str = ""
    due_on: str = ""


class HandingForm(msgspec.Struct, frozen=True):
    """To whom an order goes, and by when, as typed."""

    assignee: str = ""
    due_on: str = ""


@get("/orders")
async def list_orders(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[str] = "open",
    mine: FromQuery[str] = "",
    assignee: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    lang = lang_of(request)
    state = next((each for each in orders.STATES if each == status), "open")
    wanted = msgspec.convert({"state": state, "mine": bool(mine), "assignee": assignee}, OrderFilter)
    found = await orders.list_orders(conn, actor, wanted, after=after)
    kept = {
        "status": state,
        **({"mine": "yes"} if mine else {}),
        **({"assignee": assignee} if assignee else {}),
    }
    names = await people.names_of(conn, actor, {assignee}) if assignee else {}
    return page(
        request,
        "orders/list.html",
        section="orders",
        block="results",
        orders=found.items,
        filters=kept,
        only_for=names.get(assignee, "—") if assignee else None,
        states=[(key, gettext(lang, text)) for key, text in STATES],
        may_record=may_record(actor, "maintained"),
        next_href="/orders?" + urlencode({**kept, "after": found.next}) if found.next else None,
        first_href="/orders?" + urlencode(kept) if after else None,
    )


@get("/a/{tag:str}/orders")
async def of_asset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    plan: FromQuery[str] = "",
) -> Response[str]:
    return await _page(request, conn, actor, tag, plan=plan)


@post("/a/{tag:str}/orders", status_code=303)
async def add_order(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[OrderForm],
) -> Redirect:
    asset_id = await queries.find_asset(conn, actor, tag)
    try:
        await orders.add_order(conn, actor, asset_id, forms.read(NewOrder, msgspec.structs.asdict(data)))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, tag, data, texts)) from wrong
    return see_other(request, f"/a/{tag}/orders", Flash("good", "The work order was created."))


@post("/orders/{order_id:uuid}/hand-over", status_code=303)
async def hand_over(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    order_id: FromPath[UUID],
    data: URLEncodedBody[HandingForm],
) -> Redirect:
    tag = (await orders.get_order(conn, actor, order_id)).tag
    try:
        to = forms.read(Handing, msgspec.structs.asdict(data))
        await orders.hand_over(conn, actor, order_id, to)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(
            await _page(request, conn, actor, tag, errors={"": "; ".join(texts.values())})
        ) from wrong
    return see_other(request, f"/a/{format_tag(tag)}/orders", Flash("good", "The work order was changed."))


@post("/orders/{order_id:uuid}/end", status_code=303)
async def end_order(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    order_id: FromPath[UUID],
) -> Redirect:
    tag = (await orders.get_order(conn, actor, order_id)).tag
    await orders.end_order(conn, actor, order_id)
    return see_other(request, f"/a/{format_tag(tag)}/orders", Flash("good", "The work order was cancelled."))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    tag: str,
    typed: OrderForm | None = None,
    errors: dict[str, str] | None = None,
    plan: str = "",
) -> Response[str]:
    lang = lang_of(request)
    view = await queries.look_up(conn, actor, tag)
    manages = may(actor, "plan.manage")
    found = await orders.list_orders(conn, actor, OrderFilter(state="all", asset=view.row.id), limit=200)
    plans = [(str(each.id), each.title) for each in await list_plans(conn, actor, view.row.id)]
    people = await orders.workers(conn, actor, view.row.id) if manages else []
    broken = view.row.condition in orders.BROKEN
    begun = OrderForm(
        title=dict(plans).get(plan, ""), plan=plan, kind="repaired" if broken and not plan else "maintained"
    )
    return page(
        request,
        "orders/asset.html",
        section="orders",
        status=422 if errors else 200,
        asset=view.row,
        orders=found.items,
        plans=plans,
        people=[(str(each.id), each.name) for each in people],
        kinds=[(key, gettext(lang, text)) for key, text in KINDS],
        may_manage=manages,
        may_record=may_record(actor, "maintained"),
        values=typed or begun,
        errors=errors or {},
    )


ROUTES = (list_orders, of_asset, add_order, hand_over, end_order)
