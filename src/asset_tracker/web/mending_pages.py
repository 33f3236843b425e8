"""Mending the record without rewriting it: a wrong entry struck out, a dispute resolved."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import corrections, queries, service
from asset_tracker.assets import history as asset_history
from asset_tracker.assets.views import AssetView, EventView
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ForbiddenError, NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web import history
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other


class ReasonForm(msgspec.Struct, frozen=True):
    """Why, with the id that makes sending it twice record it once."""

    reason: str = ""
    id: UUID | None = None
    head: str = ""


@get("/a/{tag:str}/events/{event_id:uuid}/strike-out")
async def ask_to_strike_out(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    event_id: FromPath[UUID],
) -> Response[str]:
    view, events = await _asked_about(conn, actor, tag)
    return await _page(request, conn, view, _only(events, event_id), "strike-out")


@post("/a/{tag:str}/events/{event_id:uuid}/strike-out", status_code=303)
async def strike_out(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    event_id: FromPath[UUID],
    data: URLEncodedBody[ReasonForm],
) -> Redirect:
    view, events = await _asked_about(conn, actor, tag)
    wrong = _only(events, event_id)
    reason = await _reason(request, conn, view, wrong, "strike-out", data)
    await corrections.strike_out(
        conn,
        actor,
        view.row.id,
        event_id,
        reason,
        heads={view.row.id: data.head},
        correction_id=data.id,
    )
    return _done(request, view, "The entry was struck out; it stays readable.")


@get("/a/{tag:str}/resolve")
async def ask_to_resolve(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
) -> Response[str]:
    view, events = await _asked_about(conn, actor, tag)
    return await _page(request, conn, view, _disputed(view, events), "resolve")


@post("/a/{tag:str}/resolve", status_code=303)
async def resolve(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[ReasonForm],
) -> Redirect:
    view, events = await _asked_about(conn, actor, tag)
    disputed = _disputed(view, events)
    reason = await _reason(request, conn, view, disputed, "resolve", data)
    fact = ev.Resolution(events=tuple(event.id for event in disputed), reason=reason)
    await service.record(conn, actor, [view.row.id], fact, heads={view.row.id: data.head}, event_id=data.id)
    return _done(request, view, "The dispute was resolved.")


async def _asked_about(conn: AsyncConnection, actor: Actor, tag: str) -> tuple[AssetView, list[EventView]]:
    asset_id = await queries.find_asset(conn, actor, tag)
    view = await queries.get_asset(conn, actor, asset_id)
    if not view.may_correct:
        raise ForbiddenError
    return view, await asset_history.timeline(conn, actor, asset_id)


def _only(events: Sequence[EventView], event_id: UUID) -> list[EventView]:
    found = [event for event in events if event.id == event_id]
    if not found:
        raise NotFoundError
    return found


def _disputed(view: AssetView, events: Sequence[EventView]) -> list[EventView]:
    named = {event for dispute in view.disputes for event in dispute.events}
    if not named:
        raise NotFoundError("Nothing about it is in dispute.")
    return [event for event in events if event.id in named]


async def _reason(
    request: AnyRequest,
    conn: AsyncConnection,
    view: AssetView,
    events: list[EventView],
    verb: str,
    data: ReasonForm,
) -> str:
    reason = data.reason.strip()
    if reason and len(reason) <= 4000 and "\x00" not in reason:
        return reason
    text = "This is too long or has a wrong character." if reason else "Please fill this in."
    error = gettext(lang_of(request), text)
    raise Instead(await _page(request, conn, view, events, verb, data.reason, error))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    view: AssetView,
    events: list[EventView],
    verb: str,
    reason: str = "",
    error: str = "",
) -> Response[str]:
    lang = lang_of(request)
    return page(
        request,
        "assets/mend.html",
        section="assets",
        status=422 if error else 200,
        asset=view.row,
        verb=verb,
        entries=await history.entries(conn, lang, events),
        reasons=[gettext(lang, dispute.reason) for dispute in view.disputes],
        values={"reason": reason, "id": str(uuid7()), "head": view.head},
        errors={"reason": error} if error else {},
    )


def _done(request: AnyRequest, view: AssetView, text: str) -> Redirect:
    return see_other(request, f"/a/{format_tag(view.row.tag)}", Flash("good", text))


ROUTES = (ask_to_strike_out, strike_out, ask_to_resolve, resolve)
