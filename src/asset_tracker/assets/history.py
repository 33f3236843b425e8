"""The events of an asset as somebody may see them, and its state on another day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices, people, scope
from asset_tracker.access.actors import COMMAND_LINE, Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.access.tables import centre_link, user_account
from asset_tracker.assets.places import Precision, blur_payload, blur_replayed
from asset_tracker.assets.revealing import masked
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.views import EventFilter, EventView
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.erasure import PLACES
from asset_tracker.ledger.events import PRIVATE
from asset_tracker.ledger.replay import Replayed, live, replay, standing_on
from asset_tracker.ledger.tables import asset, event
from asset_tracker.territory.tables import service_point


async def timeline(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, *, whole: bool = False
) -> list[EventView]:
    """The events of one asset in reach, latest occurrence first. Raises NotFoundError.

    People are masked (``revealing``), unless ``whole``: for who corrects what was said of them.
    """
    events = await _events(conn, actor, asset_id)
    precise = (await coarse(conn, actor))[asset_id]
    e = event.c
    hashes = {
        row.id: row.hash for row in await conn.execute(select(e.id, e.hash).where(e.asset_id == asset_id))
    }
    who = {each.actor for each in events}
    names = await _names(conn, who) if may(actor, "people.read") else {}
    roles = await people.roles_of(conn, who) if names else {}
    phones = await devices.called(conn, {each.device for each in events if each.device}) if names else {}
    standing = {each.id for each in live(events)}
    ordered = sorted(events, key=lambda each: (each.occurred_at, each.seq), reverse=True)
    views = [
        _view(actor, each, names, hashes[each.id], standing=each.id in standing, precise=precise, whole=whole)
        for each in ordered
    ]
    return [
        msgspec.structs.replace(
            view, device=phones.get(view.device or "", view.device), roles=roles.get(each.actor, ())
        )
        for view, each in zip(views, ordered, strict=True)
    ]


def narrowed(events: Sequence[EventView], wanted: EventFilter) -> list[EventView]:
    """The entries of a history that answer to the filter, in their order."""
    return [
        each
        for each in events
        if wanted.kind in (None, each.kind)
        and (wanted.role is None or wanted.role in each.roles)
        and (wanted.since is None or each.occurred_at >= wanted.since)
        and (wanted.until is None or each.occurred_at <= wanted.until)
    ]


async def as_of(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, day: datetime, known_on: datetime | None = None
) -> Replayed:
    """What was true at ``day`` (UTC), by what had been recorded at ``known_on`` (None: by now).

    Raises NotFoundError for an asset out of reach, and when nothing of it was known then.
    """
    events = await _events(conn, actor, asset_id)
    standing = standing_on(events, day, known_on)
    if not standing:
        raise NotFoundError("Nothing was known about it then.")
    return blur_replayed(replay(standing), (await coarse(conn, actor))[asset_id])


async def _events(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> list[Event]:
    require(actor, "asset.read")
    if await conn.scalar(select(asset.c.id).where(asset.c.id == asset_id, scope.assets(actor))) is None:
        raise NotFoundError
    return (await store.history(conn, [asset_id]))[asset_id]


async def _names(conn: AsyncConnection, ids: set[UUID]) -> dict[UUID, str]:
    u = user_account.c
    rows = await conn.execute(select(u.id, u.name).where(u.id.in_(ids)))
    named = {row.id: row.name for row in rows} | {COMMAND_LINE.id: COMMAND_LINE.name}
    # What a centre attested by a link was recorded in the name of the link: the centre spoke.
    point = select(centre_link.c.id, service_point.c.name_uk).join(
        service_point, service_point.c.id == centre_link.c.service_point_id
    )
    rows = await conn.execute(point.where(centre_link.c.id.in_(ids - named.keys())))
    return named | {row.id: row.name_uk for row in rows}


def shown_payload(actor: Actor, payload: Any) -> dict[str, Any]:
    """The payload as JSON values, without what is personal for those who see no people."""
    shown: dict[str, Any] = msgspec.to_builtins(payload)
    if not may(actor, "people.read"):
        for name in PRIVATE[shown["kind"]] - PLACES:
            shown.pop(name, None)
        only: Sequence[UUID] | None = scope.donors(actor)
        if only is not None and "shares" in shown:
            shown["shares"] = [share for share in shown["shares"] if UUID(str(share["donor"])) in only]
    return shown


def _view(
    actor: Actor,
    each: Event,
    names: dict[UUID, str],
    hashed: bytes,
    *,
    standing: bool,
    precise: Precision,
    whole: bool,
) -> EventView:
    said = blur_payload(shown_payload(actor, each.payload), precise)
    return EventView(
        id=each.id,
        asset=each.asset,
        seq=each.seq,
        kind=each.kind,
        occurred_at=each.occurred_at,
        recorded_at=each.recorded_at,
        actor=names.get(each.actor),
        device=each.device if names else None,
        operation=each.operation,
        supersedes=each.supersedes,
        standing=standing,
        payload=said if whole else masked(said),
        # What a photo shows of a place cannot be blurred.
        photos=() if precise == "oblast" else each.payload.photos,
        hash=hashed.hex(),
    )
