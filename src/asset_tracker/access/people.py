"""Who keeps what stands in a municipality, who may be asked to count it, and what roles people have."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import COMMAND_LINE, Actor
from asset_tracker.access.masking import mask_name
from asset_tracker.access.permissions import may, require
from asset_tracker.access.tables import IN_FORCE, user_account, user_grant
from asset_tracker.ledger.letters import in_ukrainian_order

_u, _g = user_account.c, user_grant.c


class Counter(msgspec.Struct, frozen=True):
    """Somebody who may be asked to count, or to do a work order."""

    id: UUID
    name: str


async def custodians(conn: AsyncConnection, municipality_code: str) -> frozenset[UUID]:
    """The users who answer for what stands in a municipality, or did until their role ran out: what they counted
    then stays their own count.
    """
    wanted = select(_g.user_id).where(
        _g.role == "custodian", _g.area.is_not(None), literal(municipality_code).startswith(_g.area)
    )
    return frozenset((await conn.scalars(wanted)).all())


class Contact(msgspec.Struct, frozen=True):
    """Somebody who works with what stands in a place; the name is masked."""

    role: str
    name: str


async def people_in(conn: AsyncConnection, actor: Actor, municipality_code: str) -> list[Contact]:
    """Custodians and technicians of a municipality, masked; nobody for those who may not see people."""
    if not may(actor, "people.read"):
        return []
    wanted = (
        select(_g.role, _u.name)
        .join(user_account, _u.id == _g.user_id)
        .where(
            _u.disabled_at.is_(None),
            _g.role.in_(("custodian", "technician")),
            _g.area.is_not(None),
            literal(municipality_code).startswith(_g.area),
            IN_FORCE,
        )
        .order_by(_g.role, _u.name)
        .distinct()
    )
    return [Contact(row.role, mask_name(row.name)) for row in await conn.execute(wanted)]


async def names_of(conn: AsyncConnection, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """What the accounts are called, for those who may see people; nothing for others."""
    if not ids or not may(actor, "people.read"):
        return {}
    rows = await conn.execute(select(_u.id, _u.name).where(_u.id.in_(ids)))
    return {row.id: row.name for row in rows} | {COMMAND_LINE.id: COMMAND_LINE.name}


async def is_there(conn: AsyncConnection, user: UUID) -> bool:
    """Whether somebody has this account, and may log in."""
    wanted = select(_u.id).where(_u.id == user, _u.disabled_at.is_(None))
    return await conn.scalar(wanted) is not None


async def possible_counters(
    conn: AsyncConnection, actor: Actor, municipality_code: str | None
) -> list[Counter]:
    """Who may be asked to count: people of the field and the desk, by a role that they have today, who are not, and
    were not, the place's custodians.
    """
    require(actor, "verification.manage")
    roles = ("administrator", "coordinator", "technician", "auditor")
    wanted = select(_u.id, _u.name).where(
        _u.disabled_at.is_(None), exists().where(_g.user_id == _u.id, _g.role.in_(roles), IN_FORCE)
    )
    keepers = await custodians(conn, municipality_code) if municipality_code else frozenset()
    rows = await conn.execute(wanted.order_by(in_ukrainian_order(_u.name), _u.id))
    return [Counter(row.id, row.name) for row in rows if row.id not in keepers]


async def workers(
    conn: AsyncConnection, actor: Actor, programme_id: UUID | None, areas: Collection[str]
) -> list[Counter]:
    """Technicians and coordinators whose roles reach a thing of a programme that is, or goes, to ``areas``."""
    require(actor, "plan.manage")
    here = or_(_g.area.is_(None), *(literal(code).startswith(_g.area) for code in areas))
    wanted = (
        select(_u.id, _u.name)
        .join(user_grant, _g.user_id == _u.id)
        .where(
            _u.disabled_at.is_(None),
            _g.role.in_(("technician", "coordinator")),
            or_(_g.programme_id.is_not(None), _g.area.is_not(None)),
            or_(_g.programme_id.is_(None), _g.programme_id == programme_id),
            here,
            IN_FORCE,
        )
        .group_by(_u.id)
        .order_by(in_ukrainian_order(_u.name), _u.id)
    )
    return [Counter(row.id, row.name) for row in await conn.execute(wanted)]


async def roles_of(conn: AsyncConnection, ids: set[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The roles that people were given, each once, those that ran out as well: they recorded things by them."""
    wanted = select(_g.user_id, _g.role).where(_g.user_id.in_(ids)).distinct().order_by(_g.user_id, _g.role)
    found: dict[UUID, tuple[str, ...]] = {}
    for row in await conn.execute(wanted):
        found[row.user_id] = (*found.get(row.user_id, ()), row.role)
    return found
