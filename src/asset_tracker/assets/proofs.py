"""Proofs about events for whoever may see their asset."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import checkpoints
from asset_tracker.ledger.checkpoints import Proof
from asset_tracker.ledger.store import Receipt
from asset_tracker.ledger.tables import asset, event


class EventProof(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of an event and, once it is sealed (within about a minute), its inclusion proof."""

    status: Literal["sealed", "pending"]
    receipt: Receipt
    proof: Proof | None = None


async def event_proof(conn: AsyncConnection, actor: Actor, event_id: UUID) -> EventProof:
    """The proof of an event whose asset is in reach. Raises NotFoundError."""
    require(actor, "asset.read")
    e = event.c
    wanted = (
        select(e.id, e.asset_id, e.seq, e.hash, e.recorded_at)
        .join(asset, asset.c.id == e.asset_id)
        .where(e.id == event_id, scope.assets(actor))
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
    return EventProof(status="sealed" if proof else "pending", receipt=receipt, proof=proof)
