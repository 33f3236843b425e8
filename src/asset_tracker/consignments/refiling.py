"""Another scan of an act that is filed: the first one lacked a page, or was of another paper.

The act stays the act that was signed, with its number and its day. Each acceptance that names the scan is replaced
by one that names the new scan; the earlier one, and the file it names, stay readable.
"""

from uuid import UUID

import msgspec
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.photos import nameable
from asset_tracker.consignments.acts import ActView, act_rows, act_view
from asset_tracker.consignments.tables import act, act_line
from asset_tracker.errors import FieldError, InvalidError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import live
from asset_tracker.ledger.tables import asset


async def refile_act(conn: AsyncConnection, actor: Actor, act_id: UUID, *, scan: str) -> ActView:
    """Put another scan (SHA-256 of a stored file) in the place of the filed one.

    Raises NotFoundError, ForbiddenError, RefusedError for an act that is not filed yet, InvalidError for a scan that
    is not stored or is the one that is filed.
    """
    require(actor, "event.correct")
    (row,) = await act_rows(conn, actor, [act_id], "act.manage")
    if row.status != "signed":
        raise RefusedError("No scan of this act is filed yet.")
    if scan == row.scan:
        raise InvalidError(errors=(FieldError("scan", "This is the scan that is filed already."),))
    if not await nameable(conn, actor, {scan}):
        raise InvalidError(
            errors=(FieldError("scan", "No file is stored under this hash; send the scan first."),)
        )
    operation = uuid7()
    drafts = [_draft(each, said, scan, operation) for each, said in await _acceptances(conn, act_id)]
    await store.append(conn, actor.id, drafts)
    await conn.execute(update(act).where(act.c.id == act_id).values(scan=scan))
    (row,) = await act_rows(conn, actor, [act_id], "act.read")
    return act_view(row)


async def _acceptances(conn: AsyncConnection, act_id: UUID) -> list[tuple[Event, ev.Accepted]]:
    """What stands of the act in the ledger: of the assets on it, and of what went along with a kit."""
    on_it = select(act_line.c.asset_id).where(act_line.c.act_id == act_id)
    wanted = (
        select(asset.c.id).where(or_(asset.c.id.in_(on_it), asset.c.kit_id.in_(on_it))).order_by(asset.c.id)
    )
    histories = await store.history(conn, (await conn.scalars(wanted)).all())
    return [
        (each, each.payload)
        for events in histories.values()
        for each in live(events)
        if isinstance(each.payload, ev.Accepted) and each.payload.act == act_id
    ]


def _draft(wrong: Event, said: ev.Accepted, scan: str, operation: UUID) -> Draft:
    return Draft(
        id=uuid7(),
        asset=wrong.asset,
        occurred_at=wrong.occurred_at,
        payload=msgspec.structs.replace(said, scan=scan),
        operation=operation,
        supersedes=wrong.id,
    )
