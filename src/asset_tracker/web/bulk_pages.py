"""One fact for many assets: what is asked, what it would do to each, how far it is, and taking it back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record
from asset_tracker.assets import bulk, bulk_orders, bulk_work, paging, queries
from asset_tracker.assets.bulk import BulkView, NewBulk
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.standing import told
from asset_tracker.assets.views import Filters
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import (
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.queries import list_service_points
from asset_tracker.web import event_forms, formats
from asset_tracker.web.bulk_reading import Asked, listed, planned, state_of
from asset_tracker.web.chrome import Flash
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.list_query import filters_held, ids_of
from asset_tracker.web.pages import error_texts, page, see_other
from asset_tracker.web.questions import EventForm
from asset_tracker.web.record_fields import moment_of, municipality_of


class Heading(NamedTuple):
    """``verb`` is a msgid."""

    verb: str
    icon: str


# What each asset would answer otherwise is not asked of many.
_OWN: Final = frozenset(
    {"serial", "found_serial", "quantity", "meter", "received_by", "registration_certificate"}
)
_TICKED: Final = 200
# A form asks for a service point where all are in one municipality.
_ENOUGH: Final = 2


def form_for(kind: str) -> EventForm:
    """The form of a kind of fact as it is asked of many. Raises NotFoundError."""
    if kind not in bulk.KINDS:
        raise NotFoundError
    form = FORMS[kind]
    return form._replace(fields=tuple(f for f in form.fields if f.type != "pick" and f.name not in _OWN))


def offered(actor: Actor) -> list[EventForm]:
    """The forms that the actor may fill in for many."""
    return [form_for(kind) for kind in bulk.KINDS if may_record(actor, kind)]


@get("/bulk/new")
async def ask(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    kind: FromQuery[str] = "",
) -> Response[str] | Redirect:
    sent = request.query_params
    if kind == bulk_orders.KIND:
        return see_other(request, f"/orders/new?{urlencode(list(sent.multi_items()))}")
    now = formats.local_input(datetime.now(UTC))
    values = {"occurred_at": now, "shown_at": now, "all": sent.get("all", ""), "state": sent.get("state", "")}
    return await _form(request, conn, actor, kind, listed(request, values))


@post("/bulk", status_code=303)
async def plan(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    """Keep what is asked, and look what it would do."""

    async def again(asked: Asked, wrong: Mapping[str, str]) -> Response[str]:
        return await _form(request, conn, actor, asked.answers.get("kind", ""), asked, wrong)

    return await planned(request, partial(_plan, conn, actor), again)


@get("/bulk/{action:uuid}")
async def show(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    action: FromPath[UUID],
    left_out: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    view = await bulk.get_bulk(conn, actor, action)
    only = {"yes": True, "no": False}.get(left_out)
    items = await bulk.list_items(conn, action, left_out=only, after=after)
    return page(
        request,
        "assets/bulk.html",
        section="due" if view.kind == bulk_orders.KIND else "assets",
        block="work",
        action=view,
        form=_heading(view.kind),
        reasons=await bulk.list_reasons(conn, action),
        items=items,
        left_out=left_out,
        next_href=f"/bulk/{action}?left_out={left_out}&after={items[-1].asset}" if len(items) == 50 else None,
        first_href=f"/bulk/{action}?left_out={left_out}" if after else None,
    )


def _heading(kind: str) -> Heading:
    """What the page of an action is called, and its picture."""
    if kind == bulk_orders.KIND:
        return Heading("Order work", "maintain")
    return Heading(FORMS[kind].verb, FORMS[kind].icon)


@post("/bulk/{action:uuid}/record", status_code=303)
async def record(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    action: FromPath[UUID],
) -> Redirect:
    return await _step(request, conn, actor, action, "record")


@post("/bulk/{action:uuid}/undo", status_code=303)
async def undo(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    action: FromPath[UUID],
) -> Redirect:
    return await _step(request, conn, actor, action, "take back")


@post("/bulk/{action:uuid}/forget", status_code=303)
async def forget(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    action: FromPath[UUID],
) -> Redirect:
    ordered = (await bulk.get_bulk(conn, actor, action)).kind == bulk_orders.KIND
    await bulk.forget(conn, actor, action)
    back = "/due" if ordered else "/assets"
    return see_other(
        request, back, Flash("good", "Nothing was ordered." if ordered else "Nothing was recorded.")
    )


async def _step(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, action: UUID, step: bulk_work.Step
) -> Redirect:
    await bulk_work.do(conn, actor, action, step)
    return see_other(request, f"/bulk/{action}")


async def _plan(conn: AsyncConnection, actor: Actor, asked: Asked) -> BulkView:
    answers = asked.answers
    form = form_for(answers.get("kind", ""))
    values, errors = event_forms.read(form, answers)
    at = moment_of(answers, errors)
    if code := await municipality_of(conn, form, answers, errors):
        values["municipality"] = code
    if errors:
        raise InvalidError(errors=tuple(errors))
    chosen = await _chosen(conn, actor, asked)
    just_now = answers.get("occurred_at") == answers.get("shown_at")
    new = NewBulk(
        fact=event_forms.payload(form, values),
        occurred_at=None if just_now else at,
        assets=tuple(chosen) if isinstance(chosen, list) else (),
        filters=None if isinstance(chosen, list) else chosen,
    )
    return await bulk_work.plan(conn, actor, new)


async def _chosen(conn: AsyncConnection, actor: Actor, asked: Asked) -> Filters | list[UUID]:
    """The filters of the list, where all of it was chosen; else the assets that were ticked."""
    if asked.answers.get("all"):
        return await filters_held(conn, actor, state_of(asked.answers))
    ids = ids_of(asked.ticked[: _TICKED + 1], "asset")
    if not ids:
        raise InvalidError(errors=(FieldError("", "Choose at least one asset."),))
    return ids


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    kind: str,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    form = form_for(kind)
    if not may_record(actor, kind):
        raise ForbiddenError
    lang: Lang = lang_of(request)
    texts = dict(errors or {})
    asked = asked._replace(answers={**asked.answers, "state": state_of(asked.answers)})
    count, places = 0, set[str]()
    try:
        count, places = await _where(conn, actor, await _chosen(conn, actor, asked))
    except InvalidError as wrong:
        texts = texts or error_texts(lang, wrong.errors)
    points = await list_service_points(conn, places.pop()) if len(places) == 1 else ()
    return page(
        request,
        "assets/bulk_form.html",
        section="assets",
        status=422 if texts else 200,
        form=form,
        kind=kind,
        ticked=asked.ticked,
        count=count,
        scattered=len(places) > 1,
        values={"occurred_at": "", **asked.answers},
        errors=texts,
        labels={field.name: gettext(lang, field.label) for field in form.fields},
        points=[(str(point.id), point.name(lang)) for point in points],
        picks={},
        currencies=event_forms.CURRENCIES,
        units=event_forms.UNITS,
    )


async def _where(conn: AsyncConnection, actor: Actor, chosen: Filters | list[UUID]) -> tuple[int, set[str]]:
    """How many assets were chosen (at most one more than may be), and in which municipalities they are, up to two."""
    filters, known = Filters() if isinstance(chosen, list) else chosen, await coarse(conn, actor)
    where = await queries.reached(conn, actor, filters, known)
    if isinstance(chosen, list):
        where.append(asset.c.id.in_(chosen))
    kept = None if isinstance(chosen, list) else await told(conn, actor, filters, known)
    count = await paging.count_upto(conn, where, bulk.MAX) if kept is None else min(kept, bulk.MAX + 1)
    code = func.coalesce(asset.c.municipality_code, asset.c.destination_code)
    # One and another: to gather them all, each asset of the list would be read.
    places = set[str]()
    while len(places) < _ENOUGH:
        other = await conn.scalar(select(code).where(*where, code.is_not(None), code.not_in(places)).limit(1))
        if other is None:
            break
        places.add(other)
    return count, places


ROUTES = (ask, plan, show, record, undo, forget)
