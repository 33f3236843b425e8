"""Programmes and parties: who gives, who carries out, what it brought."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.queries import count_assets
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.queries import list_consignments
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.programmes import budgets, queries
from asset_tracker.programmes.budgets import NewBudget
from asset_tracker.programmes.words import PARTY_KINDS
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read, read_money
from asset_tracker.web.pages import Instead, error_texts, page, read_place, see_other

_STAGES = ("expected", "received", "dispatched", "delivered", "accepted", "installed", "in_service", "gone")


class BudgetForm(msgspec.Struct, frozen=True):
    """A budget as typed."""

    amount: str = ""
    currency: str = ""
    since: str = ""


class StageCount(msgspec.Struct, frozen=True):
    """How many assets stand at a stage."""

    stage: str
    assets: int


@get("/programmes")
async def list_programmes(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    found = await queries.list_programmes(conn, actor)
    return page(
        request,
        "programmes/list.html",
        section="programmes",
        programmes=found,
        may_add=actor.has("administrator"),
    )


@get("/programmes/{programme_id:uuid}")
async def show_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Response[str]:
    return await _page(request, conn, actor, programme_id)


@post("/programmes/{programme_id:uuid}/budgets", status_code=303)
async def add_budget(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    data: URLEncodedBody[BudgetForm],
) -> Redirect:
    require(actor, "programme.manage")
    given = msgspec.structs.asdict(data)
    amount = read_money(data.amount) or data.amount
    try:
        new = read(NewBudget, {**given, "amount": amount, "currency": data.currency.strip().upper()})
        await budgets.add_budget(conn, actor, programme_id, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, programme_id, given, texts)) from wrong
    return see_other(request, f"/programmes/{programme_id}", Flash("good", "The budget was recorded."))


_ACTIVITIES = 12  # at once
_CONSIGNMENTS = 8
# How parties of a kind are called together.
_TOGETHER: dict[str, str] = {
    "donor": "Donors",
    "implementer": "Implementers",
    "council": "Councils",
    "supplier": "Suppliers",
    "carrier": "Carriers",
}


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    programme_id: UUID,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    it = await queries.get_programme(conn, actor, programme_id)
    begin = read_place(request.query_params.get("after", ""))
    every = await queries.list_activities(conn, actor, programme_id=programme_id)
    activities, end = every[begin : begin + _ACTIVITIES], begin + _ACTIVITIES
    counts = [
        StageCount(stage, await count_assets(conn, actor, Filters(programme=programme_id, stage=stage)))
        for stage in _STAGES
    ]
    sent = (
        (await list_consignments(conn, actor, programme_id=programme_id, limit=_CONSIGNMENTS)).items
        if may(actor, "consignment.read")
        else ()
    )
    return page(
        request,
        "programmes/show.html",
        section="programmes",
        programme=it,
        activities=activities,
        next_href=f"?after={end}#activities" if end < len(every) else None,
        first_href="?#activities" if begin else None,
        places=await get_municipalities(conn, {activity.municipality for activity in activities}),
        counts=[count for count in counts if count.assets],
        consignments=sent,
        may_report=may(actor, "report.read"),
        may_manage=may(actor, "programme.manage"),
        may_change=actor.has("administrator"),
        budgets=await budgets.list_budgets(conn, actor, programme_id),
        given=given or {},
        errors=errors or {},
        status=422 if errors else 200,
    )


@get("/parties")
async def list_parties(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    found = await queries.list_parties(conn, actor)
    groups = [(_TOGETHER[kind], [party for party in found if party.kind == kind]) for kind in PARTY_KINDS]
    return page(
        request,
        "programmes/parties.html",
        section="parties",
        groups=[g for g in groups if g[1]],
        may_add=may(actor, "programme.manage"),
    )


ROUTES = (list_programmes, show_programme, list_parties, add_budget)
