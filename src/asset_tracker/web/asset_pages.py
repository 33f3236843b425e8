"""Assets: the list, and the page of one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets import history as asset_history
from asset_tracker.assets import queries
from asset_tracker.assets.photos import read_visible
from asset_tracker.assets.plans import list_plans
from asset_tracker.assets.views import AssetView, Filters
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.i18n import Lang, gettext
from asset_tracker.labels.tagging import is_blank
from asset_tracker.ledger.tags import format_tag, parse_tag
from asset_tracker.programmes import queries as programmes
from asset_tracker.web import formats, history, words
from asset_tracker.web.centre_pages import link_of
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.forms import read_day, read_id
from asset_tracker.web.pages import page, see_other
from asset_tracker.web.then import as_it_was, end_of

_MAIN_ACTIONS = 4


class ListQuery(msgspec.Struct, frozen=True, omit_defaults=True):
    """The filters as they stand in the address."""

    q: str = ""
    programme: str = ""
    municipality: str = ""
    consignment: str = ""
    service_point: str = ""
    category: str = ""
    stage: str = ""
    condition: str = ""
    disputed: str = ""


@get("/assets")
async def list_assets(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    asked = msgspec.convert(dict(request.query_params), ListQuery)
    found = await queries.list_assets(conn, actor, filters_of(asked), after=after)
    lang = lang_of(request)
    known = await programmes.list_programmes(conn, actor)
    kept = msgspec.to_builtins(asked)
    return page(
        request,
        "assets/list.html",
        section="assets",
        block="results",
        filters=asked,
        filtered=bool(kept),
        assets=found.items,
        next_href=_address(kept, found.next) if found.next else None,
        first_href=_address(kept) if after else None,
        programmes=[(str(p.id), p.code) for p in known],
        stages=_options(lang, "stage"),
        conditions=_options(lang, "condition"),
        categories=_options(lang, "category"),
    )


@get(["/a/{tag:str}", "/A/{tag:str}"], opt={"public": True})
async def show_asset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    tag: FromPath[str],
    as_of: FromQuery[str] = "",
    known_on: FromQuery[str] = "",
) -> Response[str] | Redirect:
    """What a label leads to. A stranger learns nothing, not even whether there is such a tag."""
    if request.user is None:
        if centres := link_of(request, tag):
            return see_other(request, centres)
        return page(request, "stranger.html")
    if await is_blank(conn, request.user, tag):
        return see_other(request, f"/labels/bind/{format_tag(parse_tag(tag))}")
    asset_id = await queries.find_asset(conn, request.user, tag)
    view = await queries.get_asset(conn, request.user, asset_id)
    events = await asset_history.timeline(conn, request.user, asset_id)
    if day := read_day(as_of, "as_of"):
        known = read_day(known_on, "known_on")
        view = await as_it_was(conn, request.user, view, day, known)
        events = [
            event
            for event in events
            if event.occurred_at <= end_of(day) and (known is None or event.recorded_at <= end_of(known))
        ]
    lang = lang_of(request)
    forms = [FORMS[kind] for kind in view.actions]
    return page(
        request,
        "assets/show.html",
        section="assets",
        asset=view.row,
        view=view,
        shown_day=day,
        known_on=known_on if day else "",
        state=view.state,
        history=await history.entries(conn, lang, events),
        open_cases=[case for case in view.state.cases if case.open] if may(request.user, "loss.read") else [],
        plans=await list_plans(conn, request.user, asset_id),
        may_label=may(request.user, "label.print"),
        may_papers=may(request.user, "consignment.read"),
        may_reveal=may(request.user, "people.reveal"),
        may_plan=may(request.user, "plan.manage") and not day,
        stage_detail=_since(lang, view),
        donors=", ".join(
            f"{formats.named(lang, f)} {formats.percent(lang, f.percent)}" for f in view.funding
        ),
        dispute_reasons=[gettext(lang, dispute.reason) for dispute in view.disputes],
        main_actions=forms[:_MAIN_ACTIONS],
        other_actions=forms[_MAIN_ACTIONS:],
    )


@get("/files/{sha256:str}")
async def stored_file(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: FromPath[str],
) -> Response[bytes]:
    """A photo or a scan, for whoever may see an asset that it belongs to."""
    found, data = await read_visible(conn, request.app.state.storage, actor, sha256)
    return Response(data, media_type=found.media_type, headers=found.headers())


def filters_of(asked: ListQuery) -> Filters:
    """What to list, out of the address."""
    given: dict[str, Any] = {name: value.strip() for name, value in msgspec.to_builtins(asked).items()}
    given["disputed"] = True if given.get("disputed") else None
    for name in ("programme", "consignment", "service_point"):
        if given.get(name):
            given[name] = read_id(given[name], name)
    return Filters(**{name: value for name, value in given.items() if value})


def _address(kept: dict[str, str], after: UUID | None = None) -> str:
    asked = {**kept, **({"after": str(after)} if after else {})}
    return "/assets" + (f"?{urlencode(asked)}" if asked else "")


def _options(lang: Lang, family: str) -> list[tuple[str, str]]:
    return [(key, gettext(lang, each.text)) for key, each in words.VOCABULARY[family].items()]


def _since(lang: Lang, view: AssetView) -> str:
    """Since when it is as far along as it is, where that is kept."""
    state = view.state
    at = {
        "delivered": state.delivered_at,
        "accepted": state.accepted_at,
        "installed": state.installed_at,
        "in_service": state.commissioned_at,
    }.get(view.row.stage)
    return gettext(lang, "since %(day)s", day=formats.day(lang, at)) if at else ""


ROUTES = (list_assets, show_asset, stored_file)
