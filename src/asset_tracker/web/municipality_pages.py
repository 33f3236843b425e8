"""Municipalities: what each got, where it stands, and its service points."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.people import people_in
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.queries import list_assets
from asset_tracker.assets.summary import givers, held, holdings
from asset_tracker.assets.views import Filters
from asset_tracker.consignments import due
from asset_tracker.consignments.acts import list_acts_in
from asset_tracker.consignments.due import DueFilter
from asset_tracker.consignments.queries import list_consignments
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.pictures import maps
from asset_tracker.programmes import needs
from asset_tracker.programmes.needs import NewNeed
from asset_tracker.programmes.queries import list_activities, list_programmes
from asset_tracker.territory import queries, service
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import POINT_KINDS, POINT_STATUSES, NewServicePoint, ServicePoint
from asset_tracker.web import dues
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read
from asset_tracker.web.pages import Instead, page, see_other, wrong_texts
from asset_tracker.web.words import CATEGORIES

_SHOWN, _PAGE, _OVERDUE = 50, 100, 8


class PointForm(msgspec.Struct, frozen=True):
    """A new service point as typed."""

    name_uk: str = ""
    name_en: str = ""
    kind: str = "asc"
    address: str = ""


@get("/municipalities", opt=FROM_REPLICA)
async def list_held(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    start: Annotated[int, QueryParameter(ge=0, le=100_000)] = 0,
) -> Response[str]:
    """Those that have or await something the reader may see; with a text, all that answer to it."""
    text = q.strip()[:120].replace("\x00", "")
    codes = await held(conn, actor)
    if text:
        found = await queries.search_municipalities(conn, text, limit=_SHOWN)
    else:
        shown = codes[start : start + _PAGE]
        known = await queries.get_municipalities(conn, shown)
        found = tuple(known[code] for code in shown)
    counted = {each.code: each for each in await holdings(conn, actor, codes=[each.code for each in found])}
    lang = lang_of(request)
    return page(
        request,
        "municipalities/list.html",
        section="municipalities",
        block="results",
        q=text,
        programmes=() if codes else await list_programmes(conn, actor),
        next_href=f"/municipalities?start={start + _PAGE}"
        if not text and start + _PAGE < len(codes)
        else None,
        first_href="/municipalities" if start else None,
        rows=[(municipality, counted.get(municipality.code)) for municipality in found],
        summary=ngettext(
            lang,
            "%(n)s municipality has or is expecting something.",
            "%(n)s municipalities have or are expecting something.",
            len(codes),
        ),
    )


@get("/municipalities/{code:str}")
async def show_municipality(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
) -> Response[str]:
    return await _page(request, conn, actor, code)


class NeedForm(msgspec.Struct, frozen=True):
    """What a municipality asks for, as typed."""

    programme: str = ""
    category: str = ""
    asked: str = ""
    applied_on: str = ""
    readiness: str = ""
    approved: str = ""
    approved_on: str = ""
    planned_on: str = ""
    note: str = ""


@post("/municipalities/{code:str}/needs", status_code=303)
async def add_need(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: URLEncodedBody[NeedForm],
) -> Redirect:
    require(actor, "programme.manage")
    try:
        await needs.add_need(conn, actor, code, read(NewNeed, msgspec.structs.asdict(data)))
    except InvalidError as wrong:
        texts = wrong_texts(lang_of(request), wrong)
        raise Instead(await _page(request, conn, actor, code, errors=texts, need=data)) from wrong
    return see_other(request, f"/municipalities/{code}#needs", Flash("good", "The need was saved."))


@post("/municipalities/{code:str}/needs/{need:uuid}/end", status_code=303)
async def end_need(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    need: FromPath[UUID],
) -> Redirect:
    await needs.end_need(conn, actor, need)
    return see_other(
        request, f"/municipalities/{code}#needs", Flash("good", "The need was taken off the list.")
    )


@post("/municipalities/{code:str}/points", status_code=303)
async def add_point(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: URLEncodedBody[PointForm],
) -> Redirect:
    try:
        given = {**msgspec.structs.asdict(data), "municipality_code": code}
        await service.create_service_point(conn, actor, read(NewServicePoint, given))
    except InvalidError as wrong:
        texts = wrong_texts(lang_of(request), wrong)
        raise Instead(await _page(request, conn, actor, code, data, texts)) from wrong
    return see_other(request, f"/municipalities/{code}", Flash("good", "The service point was added."))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    code: str,
    typed: PointForm | None = None,
    errors: dict[str, str] | None = None,
    need: NeedForm | None = None,
) -> Response[str]:
    it = await queries.get_municipality(conn, code)
    holding = await holdings(conn, actor, codes=[code])
    assets = await list_assets(conn, actor, Filters(municipality=code), limit=_SHOWN)
    sent = (
        await list_consignments(conn, actor, municipality_code=code)
        if may(actor, "consignment.read")
        else None
    )
    lang = lang_of(request)
    points = await queries.list_service_points(conn, code)
    overdue = await due.list_due(conn, actor, DueFilter(municipality=code, days=0), limit=_OVERDUE)
    own = await get_catalogue(conn)
    return page(
        request,
        "municipalities/show.html",
        section="municipalities",
        status=422 if errors else 200,
        municipality=it,
        holding=holding[0] if holding else None,
        points=points,
        map=_map(it, points, lang),
        givers=await givers(conn, actor, code),
        overdue=[dues.shown(lang, each, own) for each in overdue.items if each.overdue],
        acts=await list_acts_in(conn, actor, code) if may(actor, "act.read") else (),
        people=await people_in(conn, actor, code),
        needs=await needs.list_needs(conn, actor, code),
        may_need=may(actor, "programme.manage"),
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        categories=[(key, gettext(lang, each.text)) for key, each in CATEGORIES.items()],
        need=need or NeedForm(),
        assets=assets.items,
        more=assets.next is not None,
        consignments=sent.items if sent else (),
        activities=await list_activities(conn, actor, municipality=code),
        may_report=may(actor, "report.read"),
        may_run=may(actor, "event.record"),
        may_change=may(actor, "service_point.manage"),
        kinds=[(key, gettext(lang, text)) for key, text in POINT_KINDS.items()],
        kind_texts=POINT_KINDS,
        status_texts=POINT_STATUSES,
        values=typed or PointForm(),
        errors=errors or {},
    )


def _map(it: Municipality, points: Sequence[ServicePoint], lang: Lang) -> Markup:
    """The service points that have coordinates, with the centre of the municipality; empty without any."""
    dots = [
        maps.Dot(name=point.name(lang), east=point.lon, north=point.lat, value=1, href=f"/points/{point.id}")
        for point in points
        if point.lat is not None and point.lon is not None
    ]
    centre = [(it.lon, it.lat)] if it.lon is not None and it.lat is not None else []
    if not dots and centre:
        dots = [maps.Dot(name=it.name(lang), east=centre[0][0], north=centre[0][1], value=1)]
    window = maps.around([*((dot.east, dot.north) for dot in dots), *centre])
    title = gettext(lang, "Service points")
    drawn = (
        maps.country(dots, lang, title=title, summary=it.title(lang), window=window, lettering=30)
        if dots
        else None
    )
    return Markup(drawn.svg) if drawn else Markup()  # noqa: S704 - our own drawing, its words escaped


ROUTES = (list_held, show_municipality, add_point, add_need, end_need)
