"""Work ordered for many things from the list of what is due; what it would do is shown as of any bulk action."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import bulk_orders, bulk_work
from asset_tracker.assets.bulk_orders import NewOrders, Order
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DUE_KINDS, DueFilter, DueItem
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, TooLargeError
from asset_tracker.i18n import gettext
from asset_tracker.web import forms
from asset_tracker.web.order_pages import KINDS
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import word

Things = dict[UUID, list[str]]
_AT_ONCE: Final = 1000  # rows of the list in one question


def ticked_as(item: DueItem) -> str | None:
    """What the box beside a row holds: the thing, and which plan of it; None for what no work is ordered on."""
    if item.asset is None:
        return None
    return (
        f"{item.asset}.{bulk_orders.mark_of(item.detail)}" if item.rule == "maintenance" else str(item.asset)
    )


@get("/orders/new")
async def ask(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    sent = request.query_params
    values = {name: sent.get(name, "") for name in ("all", "rule", "programme")}
    return await _form(request, conn, actor, sent.getall("asset", []), values)


@post("/orders/many", status_code=303)
async def plan(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    """Keep what is to be ordered, and look for which things it can be."""
    sent = await request.form()
    answers = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    ticked = [str(each) for each in sent.getall("asset", [])]
    try:
        named = {name: answers.get(name) for name in Order.__struct_fields__}
        order = forms.read(Order, named)
        things = await _chosen(conn, actor, answers, ticked)
        view = await bulk_work.plan_orders(conn, actor, NewOrders(order=order, things=things))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _form(request, conn, actor, ticked, answers, texts)) from wrong
    return see_other(request, f"/bulk/{view.id}")


async def _chosen(
    conn: AsyncConnection, actor: Actor, answers: Mapping[str, str], ticked: list[str]
) -> Things:
    """The things that were ticked, or all of the list, each with the marks of its plans."""
    things: Things = {}
    for row in await _listed(conn, actor, answers) if answers.get("all") else ticked:
        thing, _, mark = row.partition(".")
        found = forms.read_id(thing, "asset")
        if found:
            things.setdefault(found, []).extend([mark] if mark else [])
    return things


async def _listed(conn: AsyncConnection, actor: Actor, answers: Mapping[str, str]) -> list[str]:
    wanted = DueFilter(
        rule=next((each for each in DUE_KINDS if each == answers.get("rule")), None),
        programme=forms.read_id(answers.get("programme", ""), "programme"),
    )
    rows: list[str] = []
    after: str | None = None
    while True:
        found = await due.list_due(conn, actor, wanted, after=after, limit=_AT_ONCE)
        rows += [held for item in found.items if (held := ticked_as(item))]
        after = found.next
        if after is None:
            return rows
        if len(rows) > bulk_orders.MAX:
            raise TooLargeError("At most %(limit)s assets at once.", limit=bulk_orders.MAX)


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    ticked: list[str],
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    require(actor, "plan.manage")
    lang = lang_of(request)
    texts, things = dict(errors or {}), Things()
    try:
        things = await _chosen(conn, actor, values, ticked)
    except InvalidError as wrong:
        texts |= error_texts(lang, wrong.errors)
    if not things and not texts:
        texts[""] = gettext(lang, "Choose at least one asset.")
    people = await bulk_orders.candidates(conn, actor, list(things))
    rule = values.get("rule", "")
    kept = {name: values[name] for name in ("rule", "programme") if values.get(name)}
    title = gettext(lang, word("due", rule).text) if rule in DUE_KINDS and rule != "maintenance" else ""
    return page(
        request,
        "orders/many.html",
        section="due",
        status=422 if texts else 200,
        ticked=() if values.get("all") else ticked,
        count=len(things),
        by_plan=any(things.values()),
        values={"title": title, "kind": "maintained", **values},
        errors=texts,
        people=[(str(each.id), each.name) for each in people],
        kinds=[(key, gettext(lang, text)) for key, text in KINDS],
        back="/due?" + urlencode(kept) if kept else "/due",
    )


ROUTES = (ask, plan)
