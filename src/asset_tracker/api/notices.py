"""What one wants to hear about, and webhooks, as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.notices import choices, webhooks
from asset_tracker.notices.choices import Choice
from asset_tracker.notices.webhooks import Delivery, NewWebhook, WebhookMade, WebhookView

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]


@get("/me/notices")
async def list_choices(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> tuple[Choice, ...]:
    """What you hear about by mail."""
    return await choices.list_choices(conn, actor)


@put("/me/notices", status_code=200)
async def choose(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[list[Choice]]
) -> tuple[Choice, ...]:
    """Hear about these from now on, and about nothing else."""
    await choices.choose(conn, actor, data)
    return await choices.list_choices(conn, actor)


@get("/webhooks")
async def list_webhooks(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[WebhookView]:
    """Where events are sent."""
    return await webhooks.list_webhooks(conn, actor)


@post("/webhooks")
async def add_webhook(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    data: JSONBody[NewWebhook],
) -> WebhookMade:
    """A new webhook; the key of its signature (Standard Webhooks) is told only in this answer."""
    return await webhooks.add_webhook(conn, actor, state.settings, data)


@delete("/webhooks/{hook:uuid}", status_code=204)
async def end_webhook(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], hook: FromPath[UUID]
) -> None:
    """Send nothing there any more."""
    await webhooks.end_webhook(conn, actor, hook)


@get("/webhooks/{hook:uuid}/messages")
async def list_messages(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    hook: FromPath[UUID],
    limit: Limit = 100,
) -> list[Delivery]:
    """The log of a webhook, the newest first."""
    return await webhooks.list_deliveries(conn, actor, hook, limit=limit)


@post("/webhooks/{hook:uuid}/test", status_code=202)
async def send_test(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], hook: FromPath[UUID]
) -> dict[str, UUID]:
    """Have a test message sent; its id."""
    return {"message": await webhooks.send_test(conn, actor, hook)}


ROUTES = (
    list_choices,
    choose,
    list_webhooks,
    add_webhook,
    end_webhook,
    list_messages,
    send_test,
)
