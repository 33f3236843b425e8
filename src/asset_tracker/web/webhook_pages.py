"""Webhooks: where events are sent, what became of each message, a test, and an end."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.notices import webhooks
from asset_tracker.notices.webhooks import NewWebhook, WebhookMade
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import Instead, error_texts, page, see_other


@get("/webhooks")
async def index(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _index(request, conn, actor)


@post("/webhooks", status_code=200)
async def add(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "settings.manage")
    require_session(request)
    sent = await request.form()
    typed = {"url": str(sent.get("url") or ""), "programme": str(sent.get("programme") or "")}
    kinds = tuple(str(each) for each in sent.getall("kind", []))
    try:
        programme = read_id(typed["programme"], "programme")
        new = NewWebhook(url=typed["url"], kinds=kinds, programme=programme)
        made = await webhooks.add_webhook(conn, actor, request.app.state.settings, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _index(request, conn, actor, {**typed, "kinds": kinds}, texts)) from wrong
    return await _index(request, conn, actor, made=made)


@get("/webhooks/{hook:uuid}")
async def show(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    hook: FromPath[UUID],
) -> Response[str]:
    found = [each for each in await webhooks.list_webhooks(conn, actor) if each.id == hook]
    if not found:
        raise NotFoundError
    return page(
        request,
        "webhooks/show.html",
        section="settings",
        hook=found[0],
        deliveries=await webhooks.list_deliveries(conn, actor, hook),
        titles=_titles(request),
    )


@post("/webhooks/{hook:uuid}/test", status_code=303)
async def test(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    hook: FromPath[UUID],
) -> Redirect:
    await webhooks.send_test(conn, actor, hook)
    return _back(request, hook, "A test message is on its way. Reload the page in a moment.")


@post("/webhooks/{hook:uuid}/end", status_code=303)
async def end(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    hook: FromPath[UUID],
) -> Redirect:
    await webhooks.end_webhook(conn, actor, hook)
    return see_other(request, "/webhooks", Flash("good", "Nothing is sent there any more."))


@post("/webhooks/{hook:uuid}/messages/{message:uuid}/again", status_code=303)
async def again(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    hook: FromPath[UUID],
    message: FromPath[UUID],
) -> Redirect:
    await webhooks.send_again(conn, actor, message)
    return _back(request, hook, "The message is being sent again.")


def _back(request: AnyRequest, hook: UUID, text: str) -> Redirect:
    return see_other(request, f"/webhooks/{hook}", Flash("good", text))


def _titles(request: AnyRequest) -> dict[str, str]:
    lang = lang_of(request)
    return {kind: gettext(lang, text) for kind, text in {**KIND_TITLES, webhooks.TEST: "Test"}.items()}


async def _index(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    typed: Mapping[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    made: WebhookMade | None = None,
) -> Response[str]:
    titles = _titles(request)
    return page(
        request,
        "webhooks/list.html",
        section="settings",
        status=422 if errors else 200,
        hooks=await webhooks.list_webhooks(conn, actor),
        hosts=request.app.state.settings.webhook_hosts,
        kinds=[(kind, title) for kind, title in titles.items() if kind != webhooks.TEST],
        titles=titles,
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        values=typed or {},
        errors=errors or {},
        made=made,
    )


ROUTES = (index, add, show, test, end, again)
