"""What a fact names beside its asset must be in reach too: a kit, a consignment, an act, the fact it replaces."""

from uuid import UUID

from sqlalchemy import ColumnElement, column, exists, select, table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text, Uuid

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.tables import KEYED_EVENT, asset, event, event_key

# Of the rooms above only what a fact can name: whose programme it is, and where it goes.
_consignment = table(
    "consignment", column("id", Uuid), column("programme_id", Uuid), column("municipality_code", Text)
)
_act = table("act", column("id", Uuid), column("consignment_id", Uuid))


async def out_of_reach(
    conn: AsyncConnection, actor: Actor, asset_id: UUID, payload: ev.Payload, supersedes: UUID | None
) -> list[FieldError]:
    """Each thing that the fact names and the actor may not name; nothing if all is well.

    A foreign thing is answered as one that does not exist.
    """
    found = [
        FieldError(field, "There is no such thing, or you may not see it.")
        for field, condition in _conditions(actor, asset_id, payload)
        if not await conn.scalar(select(condition))
    ]
    if supersedes is not None and not await _may_replace(conn, actor, asset_id, supersedes):
        found.append(FieldError("supersedes", "You may not replace this fact."))
    return found


def _conditions(actor: Actor, asset_id: UUID, payload: ev.Payload) -> list[tuple[str, ColumnElement[bool]]]:
    conditions: list[tuple[str, ColumnElement[bool]]] = []
    if isinstance(payload, ev.Packed):
        kit = [asset.c.id == payload.kit, asset.c.id != asset_id, asset.c.is_kit.is_(True)]
        conditions.append(("kit", exists().where(*kit, scope.recordable(actor, "packed"))))
    if consignment := getattr(payload, "consignment", None):
        conditions.append(("consignment", exists().where(_consignment.c.id == consignment, _reached(actor))))
    if act := getattr(payload, "act", None):
        of_act = exists().where(_act.c.id == act, _consignment.c.id == _act.c.consignment_id, _reached(actor))
        conditions.append(("act", of_act))
    return conditions


def _reached(actor: Actor) -> ColumnElement[bool]:
    c = _consignment.c
    return scope.within(actor, "consignment.read", programme=c.programme_id, areas=(c.municipality_code,))


@by_system  # what it names may be a foreign fact
async def _may_replace(conn: AsyncConnection, actor: Actor, asset_id: UUID, supersedes: UUID) -> bool:
    """One's own facts of this asset, and anybody's for those who correct.

    An id that is not known yet is no fault: what it names may come later from the same phone.
    """
    e = event.c
    wanted = select(e.asset_id, e.actor_id).select_from(KEYED_EVENT).where(event_key.c.id == supersedes)
    named = (await conn.execute(wanted)).first()
    if named is None or (named.asset_id == asset_id and named.actor_id == actor.id):
        return True
    corrects = exists().where(asset.c.id == asset_id, scope.recordable(actor, "correction"))
    return named.asset_id == asset_id and bool(await conn.scalar(select(corrects)))
