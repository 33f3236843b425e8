"""Who took it over, who approved it, whose phone stands in a note: shown whole only for a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.access.masking import mask_name, mask_text
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import get_asset
from asset_tracker.ledger import store
from asset_tracker.ledger.tags import format_tag

# Fields of payloads that hold a person's name, and those in which people write what they like.
NAMES = frozenset({"received_by", "approved_by", "to"})
TEXTS = frozenset({"note"})


class Revealed(msgspec.Struct, frozen=True):
    """One value as it was recorded."""

    event: UUID
    kind: str
    occurred_at: datetime
    field: str
    value: str


def masked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload (JSON values) as it is shown by default."""
    return {name: _masked(name, value, str(payload.get("kind"))) for name, value in payload.items()}


async def reveal(conn: AsyncConnection, actor: Actor, asset_id: UUID, reason: str) -> list[Revealed]:
    """What the events of an asset in reach say of people, whole; who asked and why is written down.

    Raises InvalidError without a reason, NotFoundError.
    """
    require(actor, "people.reveal")
    told = records.check_reason(reason)
    view = await get_asset(conn, actor, asset_id)
    await records.record(conn, actor, "revealed", f"asset {format_tag(view.row.tag)}", told)
    events = (await store.history(conn, [asset_id]))[asset_id]
    return [
        Revealed(each.id, each.kind, each.occurred_at, name, value)
        for each in sorted(events, key=lambda each: (each.occurred_at, each.seq), reverse=True)
        for name, value in msgspec.to_builtins(each.payload).items()
        if isinstance(value, str) and value != _masked(name, value, each.kind)
    ]


def _masked(name: str, value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    # ``to`` is a person in a loan alone: a title goes to a municipality.
    if name in NAMES and (name != "to" or kind == "lent"):
        return mask_name(value)
    return mask_text(value) if name in TEXTS else value
