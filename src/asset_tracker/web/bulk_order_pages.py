"""Work ordered for many things of a list, of assets or of what is due; what it would do is shown as of any bulk action."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import bulk_orders, bulk_work
from asset_tracker.assets.bulk import BulkView
from asset_tracker.assets.bulk_orders import NewOrders, Order
from asset_tracker.consignments.due import DUE_KINDS, DueFilter, DueItem
from asset_tracker.consignments.due_things import Things, mark_of, things_due
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.web import forms
from asset_tracker.web.bulk_reading import Asked, listed, planned, state_of
from asset_tracker.web.list_query import filters_held
from asset_tracker.web.order_pages import KINDS
from asset_tracker.web.pages import error_texts, page
from asset_tracker.web.words import word


def ticked_as(item: DueItem) -> str | None:
    """What the box beside a row holds: the thing, and which plan of it; None for what no work is ordered on."""
    if item.asset is None:
        return None
    mark = mark_of(item)
    return f"{item.asset}.{mark}" if mark else str(item.asset)


@get("/orders/new")
async def ask(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    values = {name: request.query_params.get(name, "") for name in ("all", "rule", "programme", "state")}
    return await _form(request, conn, actor, listed(request, values))


@post("/orders/many", status_code=303)
async def plan(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    """Keep what is to be ordered, and look for which things it can be."""
    return await planned(request, partial(_plan, conn, actor), partial(_form, request, conn, actor))


async def _plan(conn: AsyncConnection, actor: Actor, asked: Asked) -> BulkView:
    order = forms.read(Order, {name: asked.answers.get(name) for name in Order.__struct_fields__})
    things = await _chosen(conn, actor, asked)
    return await bulk_work.plan_orders(conn, actor, NewOrders(order=order, things=things))


async def _chosen(conn: AsyncConnection, actor: Actor, asked: Asked) -> Things:
    """The things that were ticked, or all of the list, each with the marks of its plans."""
    if asked.answers.get("all"):
        if state := state_of(asked.answers):
            return await bulk_orders.things_listed(conn, actor, await filters_held(conn, actor, state))
        return await things_due(conn, actor, _wanted(asked.answers))
    things: Things = {}
    for row in asked.ticked:
        thing, _, mark = row.partition(".")
        found = forms.read_id(thing, "asset")
        if found:
            things.setdefault(found, []).extend([mark] if mark else [])
    return things


def _wanted(answers: Mapping[str, str]) -> DueFilter:
    """The list that was chosen from."""
    return DueFilter(
        rule=next((each for each in DUE_KINDS if each == answers.get("rule")), None),
        programme=forms.read_id(answers.get("programme", ""), "programme"),
    )


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    require(actor, "plan.manage")
    lang, values = lang_of(request), asked.answers
    texts, things = dict(errors or {}), Things()
    try:
        things = await _chosen(conn, actor, asked)
    except InvalidError as wrong:
        texts |= error_texts(lang, wrong.errors)
    if not things and not texts:
        texts[""] = gettext(lang, "Choose at least one asset.")
    people = await bulk_orders.candidates(conn, actor, list(things))
    rule = values.get("rule", "")
    state = state_of(values)
    kept = {name: values[name] for name in ("rule", "programme") if values.get(name)}
    title = gettext(lang, word("due", rule).text) if rule in DUE_KINDS and rule != "maintenance" else ""
    return page(
        request,
        "orders/many.html",
        section="assets" if state else "due",
        status=422 if texts else 200,
        ticked=() if values.get("all") else asked.ticked,
        count=len(things),
        by_plan=any(things.values()),
        values={"title": title, "kind": "maintained", **values},
        errors=texts,
        people=[(str(each.id), each.name) for each in people],
        kinds=[(key, gettext(lang, text)) for key, text in KINDS],
        state=state,
        back=f"/assets{state.rstrip('?')}" if state else "/due?" + urlencode(kept) if kept else "/due",
    )


ROUTES = (ask, plan)
