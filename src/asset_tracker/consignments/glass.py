"""Signatures on the glass: what somebody without an account signed when things were handed over.

A phone names the picture in the fact of the delivery, so its hash stands in the ledger, with the time and
who received it; a desk files one with the act. Either is shown with the act that lists the things.
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.masking import mask_name
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.service import CLOCK_SLACK, EARLIEST
from asset_tracker.consignments.acts import act_rows
from asset_tracker.consignments.queries import get_consignment
from asset_tracker.consignments.tables import act, act_line, act_signature
from asset_tracker.db.wall import as_system
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.files.service import StoredFile, find_file, read_file, signed_on_glass, store_signature
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file_sender, file_sent
from asset_tracker.ledger.tables import OF_KEY, event, event_file, event_key

_sent, _e, _x, _l, _s = file_sent.c, event.c, event_file.c, act_line.c, act_signature.c


class GlassSignature(msgspec.Struct, frozen=True, kw_only=True):
    """One signature: the hash of its picture, when it was given, and by whom as far as that was told."""

    act: UUID
    sha256: str
    signed_at: datetime
    received_by: str | None = None


async def signatures_of(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID
) -> dict[UUID, list[GlassSignature]]:
    """The signatures by act, oldest first; nothing for those who may see no people. Raises NotFoundError."""
    await get_consignment(conn, actor, consignment_id)
    if not may(actor, "people.read"):
        return {}
    found: dict[tuple[UUID, str], GlassSignature] = {}
    for each in (*await _from_facts(conn, consignment_id), *await _filed(conn, consignment_id)):
        found.setdefault((each.act, each.sha256), each)
    by_act: dict[UUID, list[GlassSignature]] = defaultdict(list)
    for each in sorted(found.values(), key=lambda one: one.signed_at):
        by_act[each.act].append(each)
    return dict(by_act)


async def file_signature(
    conn: AsyncConnection,
    storage: Storage,
    actor: Actor,
    act_id: UUID,
    data: bytes,
    signed_at: datetime | None = None,
) -> GlassSignature:
    """Keep what was signed on the glass with an act; again is safe.

    Raises NotFoundError, InvalidError for what is no picture or a time that cannot be.
    """
    (row,) = await act_rows(conn, actor, [act_id], "act.manage")
    at = signed_at or datetime.now(UTC)
    if not EARLIEST <= at <= datetime.now(UTC) + CLOCK_SLACK:
        wrong = FieldError("signed_at", "A time between 1990 and now is expected.")
        raise InvalidError(errors=(wrong,))
    stored = await store_signature(conn, storage, actor.id, data)
    values = {"act_id": row.id, "sha256": stored.sha256, "signed_at": at, "recorded_by": actor.id}
    await conn.execute(insert(act_signature).values(values).on_conflict_do_nothing())
    return GlassSignature(act=row.id, sha256=stored.sha256, signed_at=at)


async def read_signature(
    conn: AsyncConnection, storage: Storage, actor: Actor, act_id: UUID, sha256: str
) -> tuple[StoredFile, bytes]:
    """The picture of a signature of an act in reach. Raises NotFoundError."""
    require(actor, "people.read")
    (row,) = await act_rows(conn, actor, [act_id], "act.read")
    known = await signatures_of(conn, actor, row.consignment_id)
    found = await find_file(conn, sha256)
    if found is None or found.sha256 not in {each.sha256 for each in known.get(act_id, [])}:
        raise NotFoundError
    return await read_file(conn, storage, found.sha256)


async def _from_facts(conn: AsyncConnection, consignment_id: UUID) -> list[GlassSignature]:
    """Those that facts of the things on the acts name, by the hash that was sent or the one that is stored, where
    whoever names it had it as a signature.
    """
    f = file_sender.c
    wanted = (
        select(
            _l.act_id,
            f.sha256,
            _e.occurred_at,
            _e.private["received_by"][1].astext.label("received_by"),
        )
        .join(act, act.c.id == _l.act_id)
        .join(event_file, _x.asset_id == _l.asset_id)
        .join(event_key, event_key.c.id == _x.event_id)
        .join(event, OF_KEY)
        .outerjoin(file_sent, _sent.sent_sha256 == _x.sha256)
        .join(file_sender, (f.actor_id == _x.named_by) & f.sha256.in_([_sent.sha256, _x.sha256]))
        .where(act.c.consignment_id == consignment_id, _x.kind.is_distinct_from("scan"), signed_on_glass())
        .order_by(_e.occurred_at, _e.id)
    )
    async with as_system(conn):  # who had what is nobody else's to read
        rows = (await conn.execute(wanted)).all()
    return [
        GlassSignature(
            act=row.act_id,
            sha256=row.sha256,
            signed_at=row.occurred_at,
            received_by=mask_name(row.received_by) if row.received_by else None,
        )
        for row in rows
    ]


async def _filed(conn: AsyncConnection, consignment_id: UUID) -> list[GlassSignature]:
    wanted: Any = (
        select(_s.act_id, _s.sha256, _s.signed_at)
        .join(act, act.c.id == _s.act_id)
        .where(act.c.consignment_id == consignment_id)
    )
    return [
        GlassSignature(act=row.act_id, sha256=row.sha256, signed_at=row.signed_at)
        for row in await conn.execute(wanted)
    ]
