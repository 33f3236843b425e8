"""Parties, programmes and support activities: read."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.tables import funding_share, party, programme, support_activity


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    """A legal body."""

    id: UUID
    kind: str
    name_uk: str
    name_en: str
    short_name: str | None
    edrpou: str | None
    address: str | None
    municipality: str | None
    currency: str | None = None


class ShareView(msgspec.Struct, frozen=True):
    """Who paid what per cent."""

    donor: UUID
    name_uk: str
    name_en: str
    percent: Decimal


class ProgrammeView(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its implementer and who funds it."""

    id: UUID
    code: str
    name_uk: str
    name_en: str
    agreement: str | None
    implementer: UUID
    implementer_uk: str
    implementer_en: str
    legal_regime: str
    title_passes: str
    currency: str
    starts_on: date | None
    ends_on: date | None
    demonstration: bool
    shares: tuple[ShareView, ...]


class ActivityView(msgspec.Struct, frozen=True, kw_only=True):
    """Support given to a municipality that is not a thing."""

    id: UUID
    programme: UUID
    municipality: str
    kind: str
    title_uk: str
    title_en: str
    starts_on: date
    ends_on: date
    women: int
    men: int


def in_reach(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor may see a programme: granted, funded, or with an asset in the area."""
    granted = scope.within(actor, "programme.read", programme=programme.c.id, funded=_funded)
    has_asset = exists(select(asset.c.id).where(asset.c.programme_id == programme.c.id, scope.assets(actor)))
    return or_(granted, has_asset)


def _funded(parties: Sequence[UUID]) -> ColumnElement[bool]:
    paid = select(funding_share.c.programme_id).where(
        funding_share.c.programme_id == programme.c.id, funding_share.c.donor_id.in_(parties)
    )
    return exists(paid)


async def list_programmes(conn: AsyncConnection, actor: Actor) -> list[ProgrammeView]:
    """The programmes in reach, by code."""
    require(actor, "programme.read")
    return await _programmes(conn, in_reach(actor))


async def get_programme(conn: AsyncConnection, actor: Actor, programme_id: UUID) -> ProgrammeView:
    """One programme in reach. Raises NotFoundError."""
    require(actor, "programme.read")
    found = await _programmes(conn, in_reach(actor) & (programme.c.id == programme_id))
    if not found:
        raise NotFoundError
    return found[0]


async def programme_by_code(conn: AsyncConnection, actor: Actor, code: str) -> ProgrammeView:
    """One programme in reach by its code, in any case. Raises NotFoundError."""
    require(actor, "programme.read")
    found = await _programmes(conn, in_reach(actor) & (programme.c.code == code.strip().upper()))
    if not found:
        raise NotFoundError("There is no programme %(code)s.", code=code)
    return found[0]


async def has_demonstration(conn: AsyncConnection) -> bool:
    """Whether anything here is made up for a demonstration; pages say so."""
    return bool(await conn.scalar(select(exists().where(programme.c.demonstration))))


async def list_parties(conn: AsyncConnection, actor: Actor, kind: str | None = None) -> list[PartyView]:
    """All parties, by name; they are public bodies."""
    require(actor, "programme.read")
    where = party.c.kind == kind if kind else party.c.id.is_not(None)
    return [
        _party(row)
        for row in await conn.execute(
            _parties().where(where).order_by(in_ukrainian_order(party.c.name_uk), party.c.id)
        )
    ]


async def get_parties(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, PartyView]:
    """Parties by id; unknown ones are left out."""
    rows = await conn.execute(_parties().where(party.c.id.in_(ids)))
    return {row.id: _party(row) for row in rows}


async def councils_of(conn: AsyncConnection, municipalities: Sequence[str]) -> dict[str, PartyView]:
    """The councils that hold the balance of the municipalities, by code; those not known are left out."""
    wanted = _parties().where(party.c.municipality_code.in_(municipalities), party.c.kind == "council")
    rows = await conn.execute(wanted.order_by(party.c.id.desc()))
    return {row.municipality_code: _party(row) for row in rows}


async def list_activities(
    conn: AsyncConnection, actor: Actor, *, municipality: str | None = None, programme_id: UUID | None = None
) -> list[ActivityView]:
    """Support activities of the programmes in reach, oldest first."""
    require(actor, "programme.read")
    a = support_activity.c
    wanted = select(support_activity).join(programme, programme.c.id == a.programme_id).where(in_reach(actor))
    if municipality:
        wanted = wanted.where(a.municipality_code == municipality)
    if programme_id:
        wanted = wanted.where(a.programme_id == programme_id)
    return [_activity(row) for row in await conn.execute(wanted.order_by(a.starts_on, a.id))]


async def _programmes(conn: AsyncConnection, where: ColumnElement[bool]) -> list[ProgrammeView]:
    implementer = party.alias()
    wanted = (
        select(programme, implementer.c.name_uk.label("i_uk"), implementer.c.name_en.label("i_en"))
        .join(implementer, implementer.c.id == programme.c.implementer_id)
        .where(where)
        .order_by(programme.c.code)
    )
    rows = (await conn.execute(wanted)).all()
    shares = await _shares(conn, [row.id for row in rows])
    return [_programme(row, tuple(shares.get(row.id, ()))) for row in rows]


async def _shares(conn: AsyncConnection, programmes: Sequence[UUID]) -> dict[UUID, list[ShareView]]:
    f = funding_share.c
    found: dict[UUID, list[ShareView]] = {}
    rows = await conn.execute(
        select(f.programme_id, f.donor_id, f.percent, party.c.name_uk, party.c.name_en)
        .join(party, party.c.id == f.donor_id)
        .where(f.programme_id.in_(programmes))
        .order_by(f.percent.desc(), party.c.name_en)
    )
    for row in rows:
        share = ShareView(row.donor_id, row.name_uk, row.name_en, row.percent)
        found.setdefault(row.programme_id, []).append(share)
    return found


def _parties() -> Select[Any]:
    return select(party)


def _party(row: Any) -> PartyView:
    return PartyView(
        id=row.id,
        kind=row.kind,
        name_uk=row.name_uk,
        name_en=row.name_en,
        short_name=row.short_name,
        edrpou=row.edrpou,
        address=row.address,
        municipality=row.municipality_code,
        currency=row.currency,
    )


def _programme(row: Any, shares: tuple[ShareView, ...]) -> ProgrammeView:
    return ProgrammeView(
        id=row.id,
        code=row.code,
        name_uk=row.name_uk,
        name_en=row.name_en,
        agreement=row.agreement,
        implementer=row.implementer_id,
        implementer_uk=row.i_uk,
        implementer_en=row.i_en,
        legal_regime=row.legal_regime,
        title_passes=row.title_passes,
        currency=row.currency,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        demonstration=row.demonstration,
        shares=shares,
    )


def _activity(row: Any) -> ActivityView:
    return ActivityView(
        id=row.id,
        programme=row.programme_id,
        municipality=row.municipality_code,
        kind=row.kind,
        title_uk=row.title_uk,
        title_en=row.title_en,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        women=row.women,
        men=row.men,
    )
