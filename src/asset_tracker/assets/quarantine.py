"""What phones sent and could not be recorded: looked at by a coordinator, taken in after all or put aside.

The bytes stay as they came. Nothing is taken out of quarantine; it is settled, by whom and how.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, Uuid, case, cast, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices, scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import user_account
from asset_tracker.assets import field
from asset_tracker.db.policies import UUID_WRITTEN
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, event_key, quarantine, tag

_q = quarantine.c
_MAX = 200
# A tag as people write it, without hyphens and spaces.
_WRITTEN = func.upper(func.regexp_replace(_q.asset_ref, r"[\s-]", "", "g"))


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits: who sent it, from which device, why it was not recorded, and what it says.

    ``tag`` and names are those of the asset that it speaks of, where that is known and in reach; ``recorded``
    tells that another fact of the same id stands in its history.
    """

    id: int
    event_id: UUID | None
    asset_ref: str | None
    received_at: datetime
    sender: str
    device: str | None
    reason: str
    said: dict[str, Any]
    tag: str | None = None
    name_uk: str | None = None
    name_en: str | None = None
    recorded: bool = False


async def list_quarantined(
    conn: AsyncConnection, actor: Actor, *, after: int = 0, limit: int = _MAX
) -> list[Quarantined]:
    """What waits in reach, oldest first, at most 200; those that came ``after`` one."""
    require(actor, "quarantine.settle")
    waiting = _waiting(actor).where(_q.id > after).order_by(_q.id).limit(min(limit, _MAX))
    found = [_view(row) for row in await conn.execute(waiting)]
    phones = await devices.called(conn, {each.device for each in found if each.device})
    about = await _about(conn, actor, found)
    return [
        msgspec.structs.replace(
            each, device=phones.get(each.device or "", each.device), **about.get(each.id, {})
        )
        for each in found
    ]


async def _about(
    conn: AsyncConnection, actor: Actor, found: Sequence[Quarantined]
) -> dict[int, dict[str, Any]]:
    """Of which asset each speaks, and whether a fact of its id is recorded; nothing of what is out of reach."""
    written = {each.id: re.sub(r"[\s-]", "", each.asset_ref or "").upper() for each in found}
    wanted = select(cast(asset.c.id, Text).label("id"), asset.c.tag, asset.c.name_uk, asset.c.name_en)
    ids = [UUID(ref) for ref in written.values() if re.fullmatch("[0-9A-F]{32}", ref)]
    named = or_(asset.c.id.in_(ids), asset.c.tag.in_(written.values()))
    rows = (await conn.execute(wanted.where(named, scope.assets(actor)))).all()
    assets = {key: row for row in rows for key in (row.tag, row.id.replace("-", "").upper())}
    there = select(event_key.c.id).join(asset, asset.c.id == event_key.c.asset_id)
    sent = event_key.c.id.in_([each.event_id for each in found if each.event_id])
    recorded = set((await conn.execute(there.where(sent, scope.assets(actor)))).scalars())
    return {
        each.id: {
            "tag": row.tag,
            "name_uk": row.name_uk,
            "name_en": row.name_en,
            "recorded": each.event_id in recorded,
        }
        for each in found
        if (row := assets.get(written[each.id]))
    }


async def count_quarantined(conn: AsyncConnection, actor: Actor) -> int:
    """How much waits in reach."""
    require(actor, "quarantine.settle")
    counted = select(func.count()).select_from(_waiting(actor).subquery())
    return (await conn.execute(counted)).scalar_one()


class Mended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be put right before it can be recorded; None leaves it as it was sent."""

    asset: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


async def record_after_all(
    conn: AsyncConnection, actor: Actor, quarantined: int, mended: Mended | None = None
) -> None:
    """Take the fact in, under the name of who settles it, with the asset or the time put right.

    One whose id was used for another fact gets a new id. Raises NotFoundError for what does not wait in reach, RefusedError where it still cannot be recorded.
    """
    row = await _locked(conn, actor, quarantined)
    raw = await _mend(conn, row, mended or Mended())
    (outcome,) = await field.receive(conn, actor, [msgspec.Raw(raw)], settling=row.actor_id)
    if outcome.outcome not in ("recorded", "duplicate"):
        raise RefusedError("It still cannot be recorded: %(reason)s", reason=outcome.reason or "")
    await _settle(conn, actor, quarantined, "recorded")


async def put_aside(conn: AsyncConnection, actor: Actor, quarantined: int, reason: str) -> None:
    """Settle it without recording it. Raises NotFoundError, and InvalidError without a reason."""
    await _locked(conn, actor, quarantined)
    why = reason.strip()
    if not 1 <= len(why) <= 2000 or "\x00" in why:
        raise InvalidError(errors=(FieldError("reason", "Please fill this in."),))
    await _settle(conn, actor, quarantined, f"put_aside: {why}")


async def _mend(conn: AsyncConnection, row: Any, mended: Mended) -> bytes:
    changes = {name: value for name, value in msgspec.structs.asdict(mended).items() if value is not None}
    used = select(event_key.c.id).where(event_key.c.id == row.event_id)
    if row.event_id and await conn.scalar(used):
        changes["id"] = uuid7()
    said = _said(row.raw)
    if not changes or not said:
        return bytes(row.raw)
    return msgspec.json.encode({**said, **changes})


def _reach(actor: Actor) -> ColumnElement[bool]:
    """Administrators settle everything; others what speaks of an asset in their reach, or came from them."""
    if scope.programmes(actor, "quarantine.settle") is None:
        return true()
    within = select(asset.c.id).where(scope.assets(actor, "quarantine.settle")).correlate(quarantine)
    # Two questions, each of which an index answers, and a UUID out of the text instead of text out of every UUID
    # there is. Correlated by name: left to itself it would ask for the tags of all that waits, of every office.
    by_id = within.where(
        asset.c.id == case((_q.asset_ref.regexp_match(UUID_WRITTEN), cast(_q.asset_ref, Uuid)))
    )
    by_tag = within.where(asset.c.id == tag.c.asset_id, tag.c.tag == _WRITTEN)
    return or_(by_id.exists(), by_tag.exists(), _q.actor_id == actor.id)


def _waiting(actor: Actor) -> Select[Any]:
    sender = func.coalesce(user_account.c.name, "").label("sender")
    joined = quarantine.outerjoin(user_account, user_account.c.id == _q.actor_id)
    return select(quarantine, sender).select_from(joined).where(_q.settled_at.is_(None), _reach(actor))


async def _locked(conn: AsyncConnection, actor: Actor, quarantined: int) -> Any:
    require(actor, "quarantine.settle")
    wanted = _waiting(actor).where(_q.id == quarantined).with_for_update(of=quarantine)
    row = (await conn.execute(wanted)).first()
    if row is None:
        raise NotFoundError
    return row


async def _settle(conn: AsyncConnection, actor: Actor, quarantined: int, how: str) -> None:
    settled = {"settled_at": func.now(), "settled_by": actor.id, "settled_how": how}
    await conn.execute(update(quarantine).where(_q.id == quarantined).values(settled))


def _view(row: Any) -> Quarantined:
    return Quarantined(
        id=row.id,
        event_id=row.event_id,
        asset_ref=row.asset_ref,
        received_at=row.received_at,
        sender=row.sender,
        device=row.device,
        reason=row.reason,
        said=_said(row.raw),
    )


def _said(raw: bytes) -> dict[str, Any]:
    """What the bytes say, as far as they can be read."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
