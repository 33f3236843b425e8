"""Parties and programmes put right, and taken away again while nothing stands on them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.users import reaches
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.tables import asset, asset_head, asset_share
from asset_tracker.ledger.values import Share, sum_to_100
from asset_tracker.programmes.queries import get_programme
from asset_tracker.programmes.service import (
    ChangedProgramme,
    NewParty,
    check_programme,
    party_columns,
    require_to_add,
)
from asset_tracker.programmes.tables import funding_share, party, policy_rule, programme

_PARTY = frozenset(
    {"kind", "name_uk", "name_en", "short_name", "edrpou", "address", "municipality_code", "currency"}
)
_PROGRAMME = frozenset(
    {
        "name_uk",
        "name_en",
        "agreement",
        "implementer_id",
        "legal_regime",
        "title_passes",
        "currency",
        "starts_on",
        "ends_on",
    }
)
_LONGEST = 2000  # of what the record tells of one change
_NAMED = "Something on record refers to it."


async def replace_party(conn: AsyncConnection, actor: Actor, party_id: UUID, new: NewParty) -> None:
    """Write a party anew. Raises NotFoundError, InvalidError, ConflictError for an EDRPOU code of another."""
    require(actor, "programme.manage")
    columns = await party_columns(conn, new)
    await _keep_kind(conn, party_id, new.kind)
    await change_party(conn, actor, party_id, columns)


async def replace_programme(
    conn: AsyncConnection, actor: Actor, programme_id: UUID, new: ChangedProgramme
) -> None:
    """Write a programme anew, but for its code. Raises NotFoundError, InvalidError.

    What was registered before keeps the shares it was registered with.
    """
    require_to_add(actor)
    await get_programme(conn, actor, programme_id)
    await check_programme(conn, new)
    columns = {name: getattr(new, name) for name in _PROGRAMME - {"implementer_id"}}
    columns["implementer_id"] = new.implementer
    await change_programme(conn, actor, programme_id, columns, new.shares)


async def _keep_kind(conn: AsyncConnection, party_id: UUID, kind: str) -> None:
    """What pays for a programme stays a donor, what carries one out an implementer."""
    pays = select(funding_share.c.donor_id).where(funding_share.c.donor_id == party_id).exists()
    carries = select(programme.c.id).where(programme.c.implementer_id == party_id).exists()
    row = (await conn.execute(select(pays.label("pays"), carries.label("carries")))).one()
    if (row.pays and kind != "donor") or (row.carries and kind != "implementer"):
        raise InvalidError(errors=(FieldError("kind", "A programme uses it as what it is now."),))


@by_system
async def change_party(
    conn: AsyncConnection, actor: Actor, party_id: UUID, changed: Mapping[str, Any]
) -> None:
    """Write what a party is called and where it is, by column. Raises NotFoundError, ConflictError."""
    require(actor, "programme.manage")
    told = await _write(
        conn, party, party_id, changed, _PARTY, "There is already a party with this EDRPOU code."
    )
    if told:
        await records.record(conn, actor, "party_changed", f"party {party_id}", told)


@by_system
async def remove_party(conn: AsyncConnection, actor: Actor, party_id: UUID) -> None:
    """Take away a party that was added by mistake. Raises ConflictError once anything names it."""
    require(actor, "programme.manage")
    paid = select(asset_share.c.asset_id).where(asset_share.c.donor_id == party_id).exists()
    await _remove(conn, party, party_id, paid)


@by_system
async def change_programme(
    conn: AsyncConnection,
    actor: Actor,
    programme_id: UUID,
    changed: Mapping[str, Any],
    shares: Sequence[Share] | None = None,
) -> None:
    """Write what a programme is, by column, and who funds it.

    What was registered before keeps the shares it was registered with. Raises InvalidError unless the shares sum
    to 100, NotFoundError.
    """
    require_to_add(actor)
    if shares is not None and not sum_to_100(shares):
        raise InvalidError(errors=(FieldError("shares", "The funding shares must sum to 100 per cent."),))
    told = await _write(conn, programme, programme_id, changed, _PROGRAMME, _NAMED) if changed else ""
    if shares is not None and (before := await _shares(conn, programme_id)) != _told_shares(shares):
        told = "; ".join(filter(None, (told, f"shares: {before} → {_told_shares(shares)}")))
        await conn.execute(delete(funding_share).where(funding_share.c.programme_id == programme_id))
        rows = [{"programme_id": programme_id, "donor_id": s.donor, "percent": s.percent} for s in shares]
        await conn.execute(insert(funding_share), rows)
    if told:
        await records.record(conn, actor, "programme_changed", f"programme {programme_id}", told)


async def _shares(conn: AsyncConnection, programme_id: UUID) -> str:
    s = funding_share.c
    rows = await conn.execute(select(s.donor_id, s.percent).where(s.programme_id == programme_id))
    return _told_shares([Share(row.donor_id, row.percent) for row in rows])


def _told_shares(shares: Sequence[Share]) -> str:
    return ", ".join(sorted(f"{each.donor} {each.percent.normalize():f}" for each in shares))


@by_system
async def remove_programme(conn: AsyncConnection, actor: Actor, programme_id: UUID) -> None:
    """Take away a programme that was added by mistake, with its shares and rules.

    Raises ConflictError once anything names it.
    """
    require_to_add(actor)
    registered = select(asset.c.id).where(asset.c.programme_id == programme_id).exists()
    begun = select(asset_head.c.asset_id).where(asset_head.c.programme_id == programme_id).exists()
    if await conn.scalar(select(or_(registered, begun))) or await reaches(conn, programme_id):
        raise ConflictError(_NAMED)
    try:
        async with conn.begin_nested():
            await conn.execute(delete(policy_rule).where(policy_rule.c.programme_id == programme_id))
            await conn.execute(delete(funding_share).where(funding_share.c.programme_id == programme_id))
            await conn.execute(delete(programme).where(programme.c.id == programme_id))
    except IntegrityError as error:
        raise ConflictError(_NAMED) from error


async def _write(
    conn: AsyncConnection,
    table: Table,
    id_: UUID,
    changed: Mapping[str, Any],
    allowed: frozenset[str],
    clash: str,
) -> str:
    """Writes the columns, and tells what of them is another than before: ``name_en: Old → New; ...``."""
    if not changed.keys() <= allowed:
        raise InvalidError
    held = (await conn.execute(select(table).where(table.c.id == id_).with_for_update())).first()
    if held is None:
        raise NotFoundError
    before = held._asdict()
    try:
        async with conn.begin_nested():
            await conn.execute(update(table).where(table.c.id == id_).values(dict(changed)))
    except IntegrityError as error:
        raise ConflictError(clash) from error
    differs = [name for name in sorted(changed) if changed[name] != before[name]]
    return "; ".join(f"{name}: {_said(before[name])} → {_said(changed[name])}" for name in differs)[:_LONGEST]


def _said(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


async def _remove(conn: AsyncConnection, table: Table, id_: UUID, named: ColumnElement[bool]) -> None:
    if await conn.scalar(select(named)) or await reaches(conn, id_):
        raise ConflictError(_NAMED)
    try:
        async with conn.begin_nested():
            await conn.execute(delete(table).where(table.c.id == id_))
    except IntegrityError as error:
        raise ConflictError(_NAMED) from error
