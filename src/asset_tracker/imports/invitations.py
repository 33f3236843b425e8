"""Invitations for the accounts that a list of people made: asked for by an administrator, never sent by themselves."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import links
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import one_time_link, user_account, user_identity
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError
from asset_tracker.imports import queries
from asset_tracker.imports.tables import import_change
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.settings import Settings

Standing = Literal["new", "invited", "came"]
_u, _l, _c = user_account.c, one_time_link.c, import_change.c


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """An account that an import made. ``standing``: nothing was sent yet, a link was made, or they came."""

    id: UUID
    name: str
    email: str
    standing: Standing


async def list_guests(conn: AsyncConnection, actor: Actor, batch_id: UUID) -> list[Guest]:
    """The accounts that this import made and that are open, by name. Raises NotFoundError, ForbiddenError."""
    require(actor, "user.manage")
    await queries.get_import(conn, actor, batch_id)
    return await _made_by(conn, batch_id)


@by_system  # who may manage accounts was asked; accounts themselves are behind the wall
async def _made_by(conn: AsyncConnection, batch_id: UUID) -> list[Guest]:
    linked: ColumnElement[bool] = select(_l.id).where(_l.user_id == _u.id).exists()
    known_there = select(user_identity.c.user_id).where(user_identity.c.user_id == _u.id).exists()
    came = or_(_u.password_hash.is_not(None), known_there)
    rows = await conn.execute(
        select(_u.id, _u.name, _u.email, came.label("came"), linked.label("linked"))
        .join(import_change, _c.target == _u.id)
        .where(_c.batch_id == batch_id, _c.undone_at.is_(None), _u.disabled_at.is_(None))
        .order_by(in_ukrainian_order(_u.name), _u.id)
    )
    return [
        Guest(
            id=row.id,
            name=row.name,
            email=row.email,
            standing="came" if row.came else "invited" if row.linked else "new",
        )
        for row in rows
    ]


async def invite(
    conn: AsyncConnection, actor: Actor, batch_id: UUID, settings: Settings
) -> list[links.LinkMade]:
    """Invite those who were not invited yet; where all were, those who have not come, anew.

    By mail; where none is set up, each link is answered, this once. Raises ConflictError where nobody is left.
    """
    guests = await list_guests(conn, actor, batch_id)
    chosen = [guest for guest in guests if guest.standing == "new"]
    chosen = chosen or [guest for guest in guests if guest.standing == "invited"]
    if not chosen:
        raise ConflictError("There is nobody left to invite.")
    return [await links.make_link(conn, actor, guest.id, settings) for guest in chosen]
