"""Corrections, resolutions and quarantine as JSON: for coordinators."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import corrections, quarantine, service
from asset_tracker.assets.quarantine import Mended, Quarantined
from asset_tracker.assets.queries import find_asset
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.events import AnyPayload
from asset_tracker.ledger.values import Text

Number = Annotated[int, PathParameter(ge=1, le=2**62)]
Events = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=200)]


class Struck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an entry is struck out; ``head`` is the chain head that the decision was made on."""

    reason: Text
    head: str | None = None


class Replacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fact that stands in the place of a wrong one, tagged by ``kind``."""

    payload: dict[str, Any]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    head: str | None = None


class Resolved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts that do not contradict after all, and why."""

    events: Events
    reason: Text
    head: str | None = None


class Aside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is not recorded."""

    reason: Text


@post("/assets/{reference:str}/events/{event_id:uuid}/strike-out", status_code=200)
async def strike_out(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    event_id: FromPath[UUID],
    data: JSONBody[Struck],
) -> list[Receipt]:
    """Strike out an entry; it stays readable. What a kit carried along is struck out with it."""
    asset_id = await find_asset(conn, actor, reference)
    heads = {asset_id: data.head} if data.head else None
    return await corrections.strike_out(conn, actor, asset_id, event_id, data.reason, heads=heads)


@post("/assets/{reference:str}/events/{event_id:uuid}/replace", status_code=200)
async def replace(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    event_id: FromPath[UUID],
    data: JSONBody[Replacement],
) -> list[Receipt]:
    """Put another fact in the place of an entry, which stays readable."""
    asset_id = await find_asset(conn, actor, reference)
    heads = {asset_id: data.head} if data.head else None
    fact = _payload(data.payload)
    return await corrections.replace(
        conn, actor, asset_id, event_id, fact, occurred_at=data.occurred_at, heads=heads
    )


@post("/assets/{reference:str}/resolution", status_code=200)
async def resolve(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[Resolved],
) -> list[Receipt]:
    """Say that facts do not contradict after all, and why."""
    asset_id = await find_asset(conn, actor, reference)
    heads = {asset_id: data.head} if data.head else None
    fact = ev.Resolution(events=data.events, reason=data.reason)
    return await service.record(conn, actor, [asset_id], fact, heads=heads)


@get("/quarantine")
async def list_quarantined(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    after: FromQuery[Annotated[int, QueryParameter(ge=0, le=2**62)]] = 0,
) -> list[Quarantined]:
    """What phones sent and could not be recorded, oldest first, at most 200; pass the last ``id`` as ``after``."""
    return await quarantine.list_quarantined(conn, actor, after=after)


@post("/quarantine/{quarantined:int}/record", status_code=204)
async def record_after_all(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    quarantined: Number,
    data: JSONBody[Mended],
) -> None:
    """Record it after all, with the asset or the time put right."""
    await quarantine.record_after_all(conn, actor, quarantined, data)


@post("/quarantine/{quarantined:int}/discard", status_code=204)
async def discard(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    quarantined: Number,
    data: JSONBody[Aside],
) -> None:
    """Settle it without recording it; what was sent is kept."""
    await quarantine.put_aside(conn, actor, quarantined, data.reason)


def _payload(given: dict[str, Any]) -> ev.Payload:
    try:
        made: ev.Payload = msgspec.convert(given, AnyPayload)
    except msgspec.ValidationError as error:
        raise InvalidError(errors=(FieldError("payload", str(error)),)) from error
    return made


ROUTES = (strike_out, replace, resolve, list_quarantined, record_after_all, discard)
