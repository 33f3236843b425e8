"""Maintenance plans of an asset."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets import plans, queries
from asset_tracker.assets.plans import NewPlan
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web import forms
from asset_tracker.web.chrome import Flash
from asset_tracker.web.event_forms import UNITS
from asset_tracker.web.pages import Instead, error_texts, page, see_other


class PlanForm(msgspec.Struct, frozen=True):
    """A plan as typed."""

    title: str = ""
    work: str = ""
    every_months: str = ""
    every_meter: str = ""
    meter_unit: str = ""
    starts_on: str = ""
    start_meter: str = ""


@get("/a/{tag:str}/plans")
async def list_plans(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
) -> Response[str]:
    return await _page(request, conn, actor, tag)


@post("/a/{tag:str}/plans", status_code=303)
async def add_plan(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[PlanForm],
) -> Redirect:
    asset_id = await queries.find_asset(conn, actor, tag)
    try:
        new = forms.read(NewPlan, msgspec.structs.asdict(data))
        if new.every_meter is None:
            new = msgspec.structs.replace(new, meter_unit=None)
        await plans.add_plan(conn, actor, asset_id, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, tag, data, texts)) from wrong
    return see_other(request, f"/a/{tag}/plans", Flash("good", "The plan was saved."))


@post("/a/{tag:str}/plans/{plan_id:uuid}/end", status_code=303)
async def end_plan(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    plan_id: FromPath[UUID],
) -> Redirect:
    view = await queries.look_up(conn, actor, tag)
    await plans.end_plan(conn, actor, plan_id)
    here = f"/a/{format_tag(view.row.tag)}/plans"
    return see_other(request, here, Flash("good", "The plan was cancelled."))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    tag: str,
    typed: PlanForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    view = await queries.look_up(conn, actor, tag)
    return page(
        request,
        "assets/plans.html",
        section="assets",
        status=422 if errors else 200,
        asset=view.row,
        state=view.state,
        plans=await plans.list_plans(conn, actor, view.row.id),
        units=[(key, gettext(lang, text)) for key, text in UNITS],
        may_manage=may(actor, "plan.manage"),
        may_record="maintained" in view.actions,
        values=typed or PlanForm(),
        errors=errors or {},
    )


ROUTES = (list_plans, add_plan, end_plan)
