"""Webhooks: programs elsewhere that are told of every event, once it is sealed, until they have taken it."""

import base64
import secrets
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import vault
from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.engine import transaction
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Daily, Every, Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.events import KINDS
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import KEYED_EVENT, asset, event, event_key
from asset_tracker.notices import feed, sending
from asset_tracker.notices.feed import News
from asset_tracker.notices.hosts import check_url
from asset_tracker.notices.sending import Outcome
from asset_tracker.notices.tables import webhook, webhook_delivery
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.settings import Settings

MAX_HOOKS: Final = 20
KEPT: Final = timedelta(days=90)
"""How long the log of sending is kept."""
TRIES: Final = 9
"""With the waits of the queue, the last of them comes about 18 hours after the first."""
TEST: Final = "test"
_CURSOR, _PURPOSE = "webhooks", "webhook"
_w, _d = webhook.c, webhook_delivery.c
log = structlog.get_logger(__name__)


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to send which kinds of events (none named: all) of which programme (None: all)."""

    url: str
    kinds: tuple[str, ...] = ()
    programme: UUID | None = None


class WebhookMade(msgspec.Struct, frozen=True, kw_only=True):
    """``secret`` is told only now: ``whsec_`` and the key in base64, as Standard Webhooks writes it."""

    id: UUID
    secret: str


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook, how many messages it has taken, how many wait, and how many were given up."""

    id: UUID
    url: str
    kinds: tuple[str, ...]
    programme: UUID | None
    made_at: datetime
    ended_at: datetime | None
    taken: int
    waiting: int
    given_up: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message: of which event, and how far it has come."""

    id: UUID
    event: UUID | None
    kind: str
    made_at: datetime
    attempts: int
    tried_at: datetime | None
    status: int | None
    trouble: str | None
    milliseconds: int | None
    done_at: datetime | None
    failed_at: datetime | None


class FeedWebhooks(msgspec.Struct, frozen=True, kw_only=True, tag="feed-webhooks"):
    """Make messages of what the log got since the last time."""


class SendWebhook(msgspec.Struct, frozen=True, kw_only=True, tag="send-webhook"):
    """Send one message."""

    delivery: UUID


class ForgetDeliveries(msgspec.Struct, frozen=True, kw_only=True, tag="forget-deliveries"):
    """Forget the log of what was sent long ago."""


class NotTakenError(Exception):
    """The message was not taken; the queue tries again."""


async def add_webhook(
    conn: AsyncConnection, actor: Actor, settings: Settings, new: NewWebhook
) -> WebhookMade:
    """A new webhook; what is recorded from now on goes there.

    Raises ForbiddenError, InvalidError naming each wrong field, ConflictError when there are too many.
    """
    require(actor, "settings.manage")
    url = new.url
    errors: list[FieldError] = []
    try:
        url = check_url(new.url, settings.webhook_hosts)
    except InvalidError as wrong:
        errors += wrong.errors
    errors += [
        FieldError("kinds", "There is no kind of event %(kind)s.", {"kind": kind[:60]})
        for kind in new.kinds
        if kind not in KINDS
    ]
    if new.programme and new.programme not in {each.id for each in await list_programmes(conn, actor)}:
        errors.append(FieldError("programme", "There is no such programme that you may see."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    running = await conn.scalar(select(func.count()).where(_w.ended_at.is_(None)))
    if running and running >= MAX_HOOKS:
        raise ConflictError("There are %(n)s webhooks already; end one first.", n=MAX_HOOKS)
    made, key = uuid7(), secrets.token_bytes(32)
    sealed = vault.seal(settings.secret_key or "", _PURPOSE, str(made), key)
    values = {"url": url, "kinds": sorted(set(new.kinds)), "programme_id": new.programme, "made_by": actor.id}
    await conn.execute(insert(webhook).values(id=made, secret=sealed, **values))
    await records.record(conn, actor, "webhook_made", f"webhook {made}", url)
    return WebhookMade(id=made, secret="whsec_" + base64.b64encode(key).decode())


async def end_webhook(conn: AsyncConnection, actor: Actor, hook: UUID) -> None:
    """Send nothing there any more; what waits is not sent. Raises NotFoundError."""
    require(actor, "settings.manage")
    ending = update(webhook).where(_w.id == hook, _w.ended_at.is_(None)).values(ended_at=func.now())
    if not (await conn.execute(ending)).rowcount:
        raise NotFoundError
    await records.record(conn, actor, "webhook_ended", f"webhook {hook}", "")


async def list_webhooks(conn: AsyncConnection, actor: Actor) -> list[WebhookView]:
    """All of them, those that were ended last."""
    require(actor, "settings.manage")
    numbers = {
        "taken": _d.done_at.is_not(None),
        "waiting": _d.done_at.is_(None) & _d.failed_at.is_(None),
        "given_up": _d.failed_at.is_not(None),
    }
    counts = (
        select(_d.webhook_id, *(func.count().filter(what).label(name) for name, what in numbers.items()))
        .group_by(_d.webhook_id)
        .subquery()
    )
    c = counts.c
    told = (_w.id, _w.url, _w.kinds, _w.programme_id, _w.made_at, _w.ended_at)
    wanted = (
        select(*told, *(func.coalesce(c[name], 0).label(name) for name in numbers))
        .outerjoin(counts, c.webhook_id == _w.id)
        .order_by(_w.ended_at.is_not(None), _w.made_at)
    )
    return [_view(row) for row in await conn.execute(wanted)]


async def list_deliveries(
    conn: AsyncConnection, actor: Actor, hook: UUID, *, limit: int = 100
) -> list[Delivery]:
    """The log of a webhook, the newest first. Raises NotFoundError."""
    require(actor, "settings.manage")
    if await conn.scalar(select(_w.id).where(_w.id == hook)) is None:
        raise NotFoundError
    wanted = (
        select(webhook_delivery)
        .where(_d.webhook_id == hook)
        .order_by(_d.made_at.desc(), _d.id.desc())
        .limit(limit)
    )
    return [_delivery(row) for row in await conn.execute(wanted)]


async def send_test(conn: AsyncConnection, actor: Actor, hook: UUID) -> UUID:
    """Have a test message sent; its id. Raises NotFoundError for a webhook that was ended."""
    require(actor, "settings.manage")
    if await conn.scalar(select(_w.id).where(_w.id == hook, _w.ended_at.is_(None))) is None:
        raise NotFoundError
    return await _enqueue(conn, hook, None, TEST)


async def send_again(conn: AsyncConnection, actor: Actor, delivery: UUID) -> None:
    """Have a message that was given up sent again, as it was. Raises NotFoundError."""
    require(actor, "settings.manage")
    again = update(webhook_delivery).where(
        _d.id == delivery,
        _d.failed_at.is_not(None),
        _d.webhook_id.in_(select(_w.id).where(_w.ended_at.is_(None))),
    )
    if not (await conn.execute(again.values(failed_at=None, attempts=0))).rowcount:
        raise NotFoundError
    await queue.enqueue(conn, SendWebhook(delivery=delivery))


async def make_messages(run: Run, _payload: FeedWebhooks) -> None:
    """The job, every minute: a message for each webhook that an event is for."""
    while True:
        async with transaction(run.engine) as conn:
            since = await feed.held_cursor(conn, _CURSOR)
            news = await feed.read_on(conn, since, limit=500)
            if not news:
                return
            hooks = (await conn.execute(select(webhook).where(_w.ended_at.is_(None)))).all()
            for each in news:
                for hook in hooks:
                    if _wants(hook, each):
                        await _enqueue(conn, hook.id, each.id, each.kind)
            await feed.move_cursor(conn, _CURSOR, news[-1].position + 1)


async def send_message(run: Run, payload: SendWebhook) -> None:
    """The job of one message. Raises NotTakenError, so that the queue waits longer each time and tries again."""
    async with transaction(run.engine) as conn:
        found = await _message(conn, payload.delivery)
    if found is None:
        return
    try:
        secret = vault.unseal(run.settings.secret_key or "", _PURPOSE, str(found.hook), found.secret)
    except vault.UnreadableError:
        outcome = Outcome(status=None, trouble="the secret cannot be read", milliseconds=0)
    else:
        allowed = run.settings.webhook_hosts
        outcome = await sending.post(found.url, secret, str(payload.delivery), found.body, allowed=allowed)
    over = run.tries >= TRIES
    await _note(run.engine, payload.delivery, outcome, over=over)
    log.info("sent a webhook", delivery=str(payload.delivery), status=outcome.status, trouble=outcome.trouble)
    if outcome.trouble and not over:
        raise NotTakenError(outcome.trouble)


async def forget(run: Run, _payload: ForgetDeliveries) -> None:
    """The job, each night."""
    async with run.last() as conn:
        old = _d.made_at < func.now() - KEPT
        over = _d.done_at.is_not(None) | _d.failed_at.is_not(None)
        await conn.execute(delete(webhook_delivery).where(old, over))


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    hook: UUID
    url: str
    secret: bytes
    body: bytes


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """What is sent, as JSON: the type of event, when it was recorded, and what it says."""
    return msgspec.json.encode({"type": kind, "timestamp": at, "data": data})


async def _message(conn: AsyncConnection, delivery: UUID) -> _Message | None:
    """What is to be sent, if it still is."""
    wanted = (
        select(_w.id, _w.url, _w.secret, _d.event_id, _d.kind, _d.made_at)
        .join(webhook_delivery, _d.webhook_id == _w.id)
        .where(_d.id == delivery, _d.done_at.is_(None), _d.failed_at.is_(None), _w.ended_at.is_(None))
    )
    row = (await conn.execute(wanted)).one_or_none()
    if row is None:
        return None
    body = body_of(TEST, row.made_at, {"webhook": row.id})
    if row.event_id is not None:
        e = event.c
        told = select(e.id, e.asset_id, e.seq, e.kind, e.recorded_at, e.body, e.hash, asset.c.tag).where(
            event_key.c.id == row.event_id
        )
        named = KEYED_EVENT.outerjoin(asset, asset.c.id == e.asset_id)
        found = (await conn.execute(told.select_from(named))).one()
        # The canonical bytes hold commitments where something is personal or tells a place: they can be sent.
        data = {"tag": found.tag, "hash": found.hash.hex(), "event": msgspec.Raw(bytes(found.body))}
        body = body_of(found.kind, found.recorded_at, data)
    return _Message(hook=row.id, url=row.url, secret=bytes(row.secret), body=body)


async def _enqueue(conn: AsyncConnection, hook: UUID, event_id: UUID | None, kind: str) -> UUID:
    made = uuid7()
    values = {"id": made, "webhook_id": hook, "event_id": event_id, "kind": kind}
    await conn.execute(insert(webhook_delivery).values(values))
    await queue.enqueue(conn, SendWebhook(delivery=made))
    return made


@by_system
async def _noted(conn: AsyncConnection, delivery: UUID, values: dict[str, Any]) -> None:
    await conn.execute(update(webhook_delivery).where(_d.id == delivery).values(values))


async def _note(engine: AsyncEngine, delivery: UUID, outcome: Outcome, *, over: bool) -> None:
    values: dict[str, Any] = {
        "attempts": _d.attempts + 1,
        "tried_at": func.now(),
        "status": outcome.status,
        "trouble": outcome.trouble,
        "milliseconds": outcome.milliseconds,
    }
    if outcome.trouble is None:
        values["done_at"] = func.now()
    elif over:
        values["failed_at"] = func.now()
    async with transaction(engine) as conn:
        await _noted(conn, delivery, values)


def _wants(hook: Any, news: News) -> bool:
    return (not hook.kinds or news.kind in hook.kinds) and hook.programme_id in (None, news.programme)


def _view(row: Any) -> WebhookView:
    return WebhookView(
        id=row.id,
        url=row.url,
        kinds=tuple(row.kinds),
        programme=row.programme_id,
        made_at=row.made_at,
        ended_at=row.ended_at,
        taken=row.taken,
        waiting=row.waiting,
        given_up=row.given_up,
    )


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        event=row.event_id,
        kind=row.kind,
        made_at=row.made_at,
        attempts=row.attempts,
        tried_at=row.tried_at,
        status=row.status,
        trouble=row.trouble,
        milliseconds=row.milliseconds,
        done_at=row.done_at,
        failed_at=row.failed_at,
    )


FEED = Kind(payload=FeedWebhooks, work=make_messages, when=Every(timedelta(minutes=1)))
SEND = Kind(payload=SendWebhook, work=send_message, tries=TRIES)
FORGET = Kind(payload=ForgetDeliveries, work=forget, when=Daily(time(4, 40)))
