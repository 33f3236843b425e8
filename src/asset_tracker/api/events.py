"""The field's way into the ledger."""

from typing import Annotated

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.api.bodies import json_of
from asset_tracker.assets.field import MAX_BATCH, EventOutcome, NewEvent, receive
from asset_tracker.edge.metrics import count_events
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.events import KINDS

MAX_BYTES = 4 * 1024 * 1024
_OF_A_BATCH = Meta(min_length=1, max_length=MAX_BATCH)
_decode = msgspec.json.Decoder(Annotated[list[msgspec.Raw], _OF_A_BATCH]).decode
_BODY = json_of(Annotated[list[NewEvent], _OF_A_BATCH])


class KindView(msgspec.Struct, frozen=True):
    """One kind of fact, what it says, and the JSON Schema of its payload."""

    kind: str
    says: str
    schema: dict[str, object]


@post("/events", status_code=200, request_max_body_size=MAX_BYTES, operation_class=_BODY)
async def record_events(
    request: Request[Actor, None, State],
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
) -> list[EventOutcome]:
    """Record 1 to 200 facts; answers one outcome each, in their order, once they are committed.

    The body is a list of ``NewEvent``. Each is read by itself, so that one that is broken does not keep
    the others out.
    """
    try:
        batch = _decode(await request.body())
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        wrong = FieldError("body", "A list of 1 to %(n)s events is expected.", {"n": MAX_BATCH})
        raise InvalidError(errors=(wrong,)) from error
    outcomes = await receive(conn, actor, batch)
    count_events(outcomes, batch)
    return outcomes


@get("/events/kinds", opt={"public": True})
async def list_kinds() -> list[KindView]:
    """Every kind of fact that the ledger knows."""
    return [
        KindView(kind, (cls.__doc__ or "").strip(), msgspec.json.schema(cls)) for kind, cls in KINDS.items()
    ]


ROUTES = (record_events, list_kinds)
