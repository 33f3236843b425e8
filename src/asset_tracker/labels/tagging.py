"""Tags and things: bind a blank label, replace a damaged one, retire one for ever, link a foreign code."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record, require
from asset_tracker.assets import service as assets
from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.ledger import blanks
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.tables import CODES, asset, tag
from asset_tracker.ledger.tags import TagError, format_tag, parse_tag

_CODE_MOST = 200


async def bind_label(conn: AsyncConnection, actor: Actor, asset_id: UUID, written: str) -> Receipt:
    """A blank label was stuck on the asset; the tag it had before still finds it.

    Raises TagError, ConflictError where the tag is another asset's or was retired, and what ``record`` raises.
    """
    code = await _free_tag(conn, asset_id, written)
    (receipt,) = await assets.record(conn, actor, [asset_id], ev.LabelBound(tag=code))
    return receipt


async def replace_label(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, written: str, reason: str | None = None
) -> Receipt:
    """A damaged label was replaced by a new one; the old tag still finds the asset, and is never given again."""
    code = await _free_tag(conn, asset_id, written)
    old = await _present_tag(conn, actor, asset_id)
    if old == code:
        raise ConflictError("%(tag)s is the label the asset has now.", tag=format_tag(code))
    replaced = ev.LabelReplaced(old=old, new=code, reason=reason or None)
    (receipt,) = await assets.record(conn, actor, [asset_id], replaced)
    return receipt


async def retire_tag(conn: AsyncConnection, actor: Actor, written: str, reason: str | None = None) -> None:
    """The tag will never be used again, whether blank or one that an asset bore.

    Raises ConflictError for the tag that an asset bears: that one is replaced first.
    """
    require(actor, "label.print")
    code = parse_tag(written)
    await advisory_lock(conn, f"tag {code}")
    row = (await conn.execute(select(tag).where(tag.c.tag == code))).first()
    if row is None or not _reaches(actor, row):
        raise NotFoundError("There is no tag %(tag)s, or you may not see it.", tag=format_tag(code))
    if row.status == "bound":
        raise ConflictError("%(tag)s is on an asset: replace it first.", tag=format_tag(code))
    if row.asset_id is not None:
        retired = ev.LabelRetired(tag=code, reason=reason or None)
        await assets.record(conn, actor, [row.asset_id], retired)
    else:
        await blanks.retire(conn, code)


async def link_code(conn: AsyncConnection, actor: Actor, asset_id: UUID, written: str) -> Receipt:
    """A code that is not ours (a maker's QR, an old sticker, a serial barcode) stands for this asset too.

    Raises InvalidError for an empty or overlong code and for one of our own tags, ConflictError where the
    code stands for another asset.
    """
    code = _foreign(written)
    await advisory_lock(conn, f"code {code}")
    if set(await _bearing(conn, code)) - {asset_id}:
        raise ConflictError("This code already stands for another asset.")
    (receipt,) = await assets.record(conn, actor, [asset_id], ev.CodeLinked(code=code))
    return receipt


async def is_blank(conn: AsyncConnection, actor: Actor, written: str) -> bool:
    """Whether this is a blank label that the actor may bind. Raises TagError."""
    row = (await conn.execute(select(tag).where(tag.c.tag == parse_tag(written)))).first()
    return (
        row is not None
        and row.status == "blank"
        and may_record(actor, "label_bound")
        and _reaches(actor, row)
    )


async def find_by_code(conn: AsyncConnection, actor: Actor, written: str) -> UUID:
    """The asset in reach that a foreign code was linked to. Raises NotFoundError."""
    require(actor, "asset.read")
    code = written.strip()
    bearing = await _bearing(conn, code) if code else ()
    reached = select(asset.c.id).where(asset.c.id.in_(bearing), scope.assets(actor))
    found = await conn.scalar(reached) if bearing else None
    if found is None:
        raise NotFoundError("No asset is known by this code.")
    return UUID(str(found))


@by_system
async def _free_tag(conn: AsyncConnection, asset_id: UUID, written: str) -> str:
    code = parse_tag(written)
    await advisory_lock(conn, f"tag {code}")
    row = (await conn.execute(select(tag).where(tag.c.tag == code))).first()
    if row is not None and row.asset_id not in (None, asset_id):
        raise ConflictError("%(tag)s is already on another asset.", tag=format_tag(code))
    if row is not None and row.status in ("replaced", "retired"):
        raise ConflictError("%(tag)s was retired and is not used again.", tag=format_tag(code))
    return code


async def _present_tag(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> str:
    wanted = select(asset.c.tag).where(asset.c.id == asset_id, scope.recordable(actor, "label_replaced"))
    found = await conn.scalar(wanted)
    if found is None:
        raise NotFoundError
    return str(found)


def _reaches(actor: Actor, row: Any) -> bool:
    allowed = scope.programmes(actor, "label.print")
    return allowed is None or row.programme_id in (None, *allowed)


def _foreign(written: str) -> str:
    code = "".join(c for c in written.strip() if c.isprintable())
    if not 1 <= len(code) <= _CODE_MOST:
        message = "A code has 1 to %(most)s characters."
        raise InvalidError(message, (FieldError("code", message, {"most": _CODE_MOST}),), most=_CODE_MOST)
    try:
        parse_tag(code)
    except TagError:
        return code
    message = "This is one of our own tags: bind the label instead."
    raise InvalidError(message, (FieldError("code", message),))


@by_system
async def _bearing(conn: AsyncConnection, code: str) -> Sequence[UUID]:
    """The assets that a code was linked to, whoever's: behind the wall the index of codes cannot be used."""
    bearing = select(asset.c.id).where(CODES.contains(cast([code], JSONB)))
    return (await conn.scalars(bearing)).all()
