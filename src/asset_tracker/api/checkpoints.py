"""The log over all events as JSON: its newest checkpoint, its keys, and proofs."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.proofs import EventProof, event_proof
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.checkpoints import Checkpoint, Consistency
from asset_tracker.ledger.keys import KnownKey

_Size = Annotated[int, Meta(ge=1, le=2**53)]


@get("/events/{event_id:uuid}/proof")
async def get_proof(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], event_id: FromPath[UUID]
) -> EventProof:
    """The receipt of an event, and the proof that it stands in the log (RFC 6962) once it is sealed."""
    return await event_proof(conn, actor, event_id)


@get("/checkpoints/latest")
async def get_latest(conn: NamedDependency[AsyncConnection]) -> Checkpoint:
    """The newest checkpoint: keep its note, and no earlier event can be changed without your noticing."""
    found = await checkpoints.latest(conn)
    if found is None:
        raise NotFoundError("Nothing has been sealed yet.")
    return found


@get("/checkpoints/keys")
async def list_keys(conn: NamedDependency[AsyncConnection]) -> list[KnownKey]:
    """The public keys that checkpoints are signed with, and the statements by which they took over."""
    return await keys.list_keys(conn)


@get("/checkpoints/consistency")
async def get_consistency(
    conn: NamedDependency[AsyncConnection],
    old: Annotated[_Size, QueryParameter(name="from")],
    new: Annotated[_Size | None, QueryParameter(name="to")] = None,
) -> Consistency:
    """The proof that the log of size ``from`` is the beginning of that of size ``to`` (the newest)."""
    return await checkpoints.consistency(conn, old, new)


ROUTES = (get_proof, get_latest, list_keys, get_consistency)
