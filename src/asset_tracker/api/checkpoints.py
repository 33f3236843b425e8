"""The log over all events as JSON: its newest checkpoint, its keys, and proofs."""

import tempfile
from collections.abc import AsyncIterator
from typing import IO, Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.proofs import EventProof, donor_bundle, event_proof
from asset_tracker.edge.who import AnyRequest
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.checkpoints import Checkpoint, Consistency
from asset_tracker.ledger.keys import KnownKey
from asset_tracker.reports.surroundings import asked_donor

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
    old: Annotated[int, QueryParameter(name="from", ge=1, le=2**53)],
    new: Annotated[int | None, QueryParameter(name="to", ge=1, le=2**53)] = None,
) -> Consistency:
    """The proof that the log of size ``from`` is the beginning of that of size ``to`` (the newest)."""
    return await checkpoints.consistency(conn, old, new)


@get("/bundle", media_type="application/zip")
async def get_bundle(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    donor: FromQuery[Annotated[str, Meta(max_length=200)] | None] = None,
    since: FromQuery[Annotated[list[_Size], Meta(max_length=20)] | None] = None,
) -> Stream:
    """A donor's events with their proofs as a ZIP, which anybody can check without us.

    A donor gets their own; others name one (id, short name or name). ``since``: sizes of the log that the
    reader knows already.
    """
    require(actor, "report.read")
    found, _ = await asked_donor(conn, actor, donor)
    if found is None:
        raise InvalidError(errors=(FieldError("donor", "Name the donor that the bundle is for."),))
    signer = await keys.open_signer(conn, request.app.state.settings.data_dir, "")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the stream closes it, after this request's transaction
    key, name = UUID(found.key), found.label("en")
    await donor_bundle(conn, actor, signer, out, donor=key, name=name, since=since or ())
    headers = {
        "Content-Disposition": 'attachment; filename="bundle.zip"',
        "Cache-Control": "private, no-store",
    }
    return Stream(_chunks(out), headers=headers)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(1 << 18):
            yield chunk


ROUTES = (get_proof, get_latest, list_keys, get_consistency, get_bundle)
