"""Who has signed an act so far, and acts that were drawn up in vain.

Paper goes from hand to hand: the giver signs, days later the recipient, and the scan comes last. The
assets are accepted when the scan is attached (``acts.sign_act``), from the day of the last signature.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.consignments.acts import ActView, act_rows, act_view, check_open
from asset_tracker.consignments.tables import act
from asset_tracker.errors import FieldError, InvalidError

Side = Literal["giver", "recipient", "both"]
_COLUMNS: dict[Side, tuple[str, ...]] = {
    "giver": ("giver_signed_on",),
    "recipient": ("recipient_signed_on",),
    "both": ("giver_signed_on", "recipient_signed_on"),
}


async def record_signature(
    conn: AsyncConnection, actor: Actor, act_id: UUID, *, by: Side, signed_on: date
) -> ActView:
    """Keep that a side has signed the paper, or both.

    Raises NotFoundError, RefusedError for an act that is filed or void, InvalidError for a day in the future.
    """
    (row,) = await act_rows(conn, actor, [act_id], "act.manage")
    check_open([row])
    if not date(1990, 1, 1) <= signed_on <= kyiv.today():
        late = FieldError("signed_on", "The day of signing is in the future.")
        raise InvalidError(errors=(late,))
    given = dict.fromkeys(_COLUMNS[by], signed_on)
    giver = given.get("giver_signed_on", row.giver_signed_on)
    recipient = given.get("recipient_signed_on", row.recipient_signed_on)
    values: dict[str, Any] = {**given, "status": _status(giver, recipient)}
    if giver and recipient:
        values["signed_on"] = max(giver, recipient)
    return await _changed(conn, actor, act_id, values)


async def void_act(conn: AsyncConnection, actor: Actor, act_id: UUID, reason: str) -> ActView:
    """The act was drawn up in vain: its number stays taken, its assets wait for another one.

    Raises NotFoundError, RefusedError for an act that is filed or void, InvalidError without a reason.
    """
    (row,) = await act_rows(conn, actor, [act_id], "act.manage")
    check_open([row])
    reason = reason.strip()
    if not 1 <= len(reason) <= 2000 or "\x00" in reason:
        raise InvalidError(errors=(FieldError("reason", "Please fill this in."),))
    return await _changed(conn, actor, act_id, {"status": "void", "void_reason": reason})


def _status(giver: date | None, recipient: date | None) -> str:
    if giver and recipient:
        return "signed_by_both"
    return "signed_by_giver" if giver else "signed_by_recipient"


async def _changed(conn: AsyncConnection, actor: Actor, act_id: UUID, values: dict[str, Any]) -> ActView:
    await conn.execute(update(act).where(act.c.id == act_id).values(values))
    (row,) = await act_rows(conn, actor, [act_id], "act.read")
    return act_view(row)
