"""Proofs about events for whoever may see their asset, and bundles of them for donors."""

from collections.abc import Sequence
from typing import IO, Literal
from uuid import UUID

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.places import withheld
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import bundle, checkpoints
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.checkpoints import Checkpoint, Proof
from asset_tracker.ledger.erasure import PLACES
from asset_tracker.ledger.keys import Signer
from asset_tracker.ledger.tables import KEYED_EVENT, asset, asset_share, event, event_key


class EventProof(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of an event and, once it is sealed (within about a minute), its inclusion proof.

    ``first`` is the checkpoint that covered it first; the proof is under the newest.
    """

    status: Literal["sealed", "pending"]
    receipt: Receipt
    proof: Proof | None = None
    first: Checkpoint | None = None


async def event_proof(conn: AsyncConnection, actor: Actor, event_id: UUID) -> EventProof:
    """The proof of an event whose asset is in reach. Raises NotFoundError."""
    require(actor, "asset.read")
    e = event.c
    wanted = (
        select(e.id, e.asset_id, e.seq, e.hash, e.recorded_at)
        .select_from(KEYED_EVENT.join(asset, asset.c.id == e.asset_id))
        .where(event_key.c.id == event_id, scope.assets(actor))
    )
    row = (await conn.execute(wanted)).first()
    if row is None:
        raise NotFoundError
    receipt = Receipt(
        id=row.id,
        asset=row.asset_id,
        outcome="recorded",
        seq=row.seq,
        hash=row.hash.hex(),
        recorded_at=row.recorded_at,
    )
    proof = await checkpoints.proof_of(conn, event_id)
    first = (await checkpoints.covering(conn, [event_id])).get(event_id)
    return EventProof(status="sealed" if proof else "pending", receipt=receipt, proof=proof, first=first)


async def donor_bundle(
    conn: AsyncConnection,
    actor: Actor,
    signer: Signer,
    out: IO[bytes],
    *,
    donor: UUID,
    name: str,
    since: Sequence[int] = (),
) -> bundle.Made:
    """Write the bundle of all that a donor paid for, as far as the actor may report on it.

    Of what is private it discloses places as exactly as the actor may know them and the donor's own shares, never people. ``name`` is what the donor is called in it. Raises NotFoundError for another donor than the actor's own.
    """
    require(actor, "report.read")
    own = scope.donors(actor)
    if own is not None and donor not in own:
        raise NotFoundError
    paid = exists().where(asset_share.c.asset_id == asset.c.id, asset_share.c.donor_id == donor)
    wanted = select(asset.c.id).where(scope.assets(actor, "report.read"), paid)
    ids = list(await conn.scalars(wanted))
    about = f"{name} ({donor})"
    known = await coarse(conn, actor)
    return await bundle.write_bundle(
        conn,
        signer,
        out,
        assets=ids,
        about=about,
        disclose=PLACES,
        withhold={asset: withheld(precise) for asset, precise in known.of.items()},
        donor=donor,
        since=since,
    )
