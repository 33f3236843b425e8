"""The page of one asset."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets import catalogue, queries
from asset_tracker.assets import history as asset_history
from asset_tracker.assets.orders import OrderFilter, list_orders
from asset_tracker.assets.photos import read_visible
from asset_tracker.assets.plans import list_plans
from asset_tracker.assets.upkeep import upkeep_of
from asset_tracker.assets.views import AssetView, EventFilter, EventView
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.i18n import Lang, gettext
from asset_tracker.labels.tagging import is_blank
from asset_tracker.ledger import checkpoints
from asset_tracker.ledger.serving import counted_until
from asset_tracker.ledger.tags import format_tag, parse_tag
from asset_tracker.territory.collation import sort_key
from asset_tracker.web import asset_facts, filling_pages, formats, history
from asset_tracker.web.centre_pages import link_of
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.forms import read_day
from asset_tracker.web.pages import page, see_other
from asset_tracker.web.then import as_it_was
from asset_tracker.web.words import ROLES, word

_MAIN_ACTIONS = 4
_MOST_ORDERS = 20


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
            if event.occurred_at <= kyiv.end_of(day)
            and (known is None or event.recorded_at <= kyiv.end_of(known))
        ]
    return page(
        request,
        "assets/show.html",
        section="assets",
        asset=view.row,
        view=view,
        state=view.state,
        shown_day=day,
        known_on=known_on if day else "",
        **await _what_it_is(request, conn, view, events),
        **await _what_happened(request, conn, events),
        **await _what_goes_with_it(conn, request.user, view),
        upkeep=await upkeep_of(conn, asset_id, events, kyiv.end_of(day) if day else None),
        **_what_may_be_done(request.user, view, day),
    )


async def _what_it_is(
    request: AnyRequest, conn: AsyncConnection, view: AssetView, events: Sequence[EventView]
) -> dict[str, Any]:
    """What the cards at the top tell: the picture, the value, the fields of its category, what is disputed."""
    lang, asked = lang_of(request), await catalogue.get_catalogue(conn)
    return {
        "picture": asset_facts.picture(events),
        "value": asset_facts.value(view),
        "money": asset_facts.money(lang, view),
        "donors": ", ".join(
            f"{formats.named(lang, f)} {formats.percent(lang, f.percent)}" for f in view.funding
        ),
        "compared": await asset_facts.compared(conn, lang, view, events),
        "fields": filling_pages.rows(lang, asked, view.state.attributes),
        "lacking": [each.name(lang) for each in asked.missing(view.row.category, view.state.attributes)],
        "category": filling_pages.category_name(lang, asked, view.row),
        "may_fill": "described" in view.actions and filling_pages.asks(asked, view),
        "stage_detail": _since(lang, view),
        "dispute_reasons": [gettext(lang, dispute.reason) for dispute in view.disputes],
        "counted_until": counted_until(view.state),
    }


async def _what_happened(
    request: AnyRequest, conn: AsyncConnection, events: Sequence[EventView]
) -> dict[str, Any]:
    """The timeline, as it was narrowed. Raises InvalidError for a day that is none."""
    lang, told = lang_of(request), _told(request)
    narrowed = asset_history.narrowed(events, told.filter)
    return {
        "sealed": await checkpoints.covering(conn, [event.id for event in events]),
        "history": await history.entries(conn, lang, narrowed),
        "told": told,
        "kinds": _kinds(lang, events),
        "roles": _roles(lang, events),
        "left": len(events) - len(narrowed),
    }


async def _what_goes_with_it(conn: AsyncConnection, user: Actor, view: AssetView) -> dict[str, Any]:
    """What other lists hold of it, as far as the reader may see those."""
    orders = await list_orders(conn, user, OrderFilter(asset=view.row.id), limit=_MOST_ORDERS)
    return {
        "papers": await asset_facts.papers(conn, user, view),
        "open_cases": [case for case in view.state.cases if case.open] if may(user, "loss.read") else [],
        "plans": await list_plans(conn, user, view.row.id),
        "orders": orders.items,
    }


def _what_may_be_done(user: Actor, view: AssetView, day: date | None) -> dict[str, Any]:
    """The buttons there are; how it was on ``day`` is only looked at."""
    forms = [FORMS[kind] for kind in view.actions]
    return {
        "main_actions": forms[:_MAIN_ACTIONS],
        "other_actions": forms[_MAIN_ACTIONS:],
        "may_dispose": may_record(user, "disposed")
        and not view.state.gone
        and "disposed" not in view.actions,
        "may_label": may(user, "label.print"),
        "may_papers": may(user, "consignment.read"),
        "may_acts": may(user, "act.read"),
        "may_reveal": may(user, "people.reveal"),
        "may_plan": may(user, "plan.manage") and not day,
    }


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


class Told(NamedTuple):
    """How the history is narrowed, as typed, and what that asks for."""

    kind: str
    role: str
    since: str
    until: str
    filter: EventFilter


def _told(request: AnyRequest) -> Told:
    """Raises InvalidError for a day that is none."""
    kind, role, since, until = (
        request.query_params.get(name, "").strip() for name in ("kind", "role", "since", "until")
    )
    first, last = read_day(since, "since"), read_day(until, "until")
    wanted = EventFilter(
        kind=kind or None,
        role=role or None,
        since=kyiv.end_of(first - timedelta(days=1)) if first else None,
        until=kyiv.end_of(last) if last else None,
    )
    return Told(kind, role, since, until, wanted)


def _kinds(lang: Lang, events: Sequence[EventView]) -> list[tuple[str, str]]:
    """The kinds of entries that there are, to choose from."""
    named = [(kind, gettext(lang, word("event", kind).text)) for kind in {each.kind for each in events}]
    return sorted(named, key=lambda each: sort_key(each[1]))


def _roles(lang: Lang, events: Sequence[EventView]) -> list[tuple[str, str]]:
    there = {role for each in events for role in each.roles}
    return [(role, gettext(lang, each.text)) for role, each in ROLES.items() if role in there]


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


ROUTES = (show_asset, stored_file)
