"""Parties, programmes, funding shares and support activities: made and changed."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import ConflictError, FieldError, ForbiddenError, InvalidError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Currency, Name, Share, sum_to_100, wrong_days
from asset_tracker.programmes.queries import get_programme
from asset_tracker.programmes.tables import funding_share, party, programme, support_activity
from asset_tracker.programmes.words import ActivityKind, LegalRegime, PartyKind, TitleRule
from asset_tracker.territory.queries import get_municipality

People = Annotated[int, Meta(ge=0, le=100_000)]


class NewParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal body. ``edrpou``: eight digits with their check digit; ``currency``: what a donor reckons in."""

    kind: PartyKind
    name_uk: Name
    name_en: Name
    short_name: Name | None = None
    edrpou: str | None = None
    address: Name | None = None
    municipality: str | None = None
    currency: Currency | None = None


class ChangedProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A grant agreement; ``shares`` sum to 100 and hold for its assets unless they say otherwise.

    All that can be said of it but its code, which stands in the numbers of acts.
    """

    name_uk: Name
    name_en: Name
    implementer: UUID
    shares: tuple[Share, ...]
    agreement: Name | None = None
    legal_regime: LegalRegime = "technical_assistance"
    title_passes: TitleRule = "on_acceptance"
    currency: Currency = "UAH"
    starts_on: date | None = None
    ends_on: date | None = None


class NewProgramme(ChangedProgramme, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A programme that is not there yet."""

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9_-]{1,30}$")]
    demonstration: bool = False


class NewActivity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Support that is not a thing, with how many women and men took part."""

    programme: UUID
    municipality: str
    kind: ActivityKind
    title_uk: Name
    title_en: Name
    starts_on: date
    ends_on: date
    women: People = 0
    men: People = 0


async def add_party(
    conn: AsyncConnection, actor: Actor, new: NewParty, *, party_id: UUID | None = None
) -> UUID:
    """A new party. Raises InvalidError for a wrong EDRPOU, ConflictError for a known one."""
    require(actor, "programme.manage")
    values = await party_columns(conn, new)
    made = party_id or uuid7()
    try:
        async with conn.begin_nested():
            await conn.execute(insert(party).values(id=made, **values))
    except IntegrityError as error:
        raise ConflictError("There is already a party with this EDRPOU code.") from error
    return made


async def party_columns(conn: AsyncConnection, new: NewParty) -> dict[str, Any]:
    """A party by column. Raises InvalidError for a wrong EDRPOU, NotFoundError for an unknown municipality."""
    from stdnum.ua import edrpou as edrpou_number

    if new.edrpou is not None and not (new.edrpou.isascii() and edrpou_number.is_valid(new.edrpou)):
        wrong = FieldError(
            "edrpou", "This EDRPOU code is not valid.", {}, "eight digits, the last a check digit"
        )
        raise InvalidError(errors=(wrong,))
    if new.municipality is not None:
        await get_municipality(conn, new.municipality)
    values = msgspec.structs.asdict(new)
    values["municipality_code"] = values.pop("municipality")
    return values


def require_to_add(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor reaches every programme, and so may add one."""
    require(actor, "programme.manage")
    if scope.programmes(actor, "programme.manage") is not None:
        raise ForbiddenError


async def add_programme(
    conn: AsyncConnection, actor: Actor, new: NewProgramme, *, programme_id: UUID | None = None
) -> UUID:
    """A new programme. Only who reaches every programme may add one.

    Raises InvalidError unless the shares are of known donors and sum to 100, ConflictError for a known code.
    """
    require_to_add(actor)
    await check_programme(conn, new)
    made = programme_id or uuid7()
    values = msgspec.structs.asdict(new)
    shares: Sequence[Share] = values.pop("shares")
    values["implementer_id"] = values.pop("implementer")
    try:
        async with conn.begin_nested():
            await conn.execute(insert(programme).values(id=made, **values))
    except IntegrityError as error:
        raise ConflictError("There is already a programme with this code.") from error
    rows = [{"programme_id": made, "donor_id": s.donor, "percent": s.percent} for s in shares]
    await conn.execute(insert(funding_share), rows)
    return made


async def record_activity(
    conn: AsyncConnection, actor: Actor, new: NewActivity, *, activity_id: UUID | None = None
) -> UUID:
    """Record a training or other support given to a municipality."""
    require(actor, "programme.manage")
    allowed = scope.programmes(actor, "programme.manage")
    if allowed is not None and new.programme not in allowed:
        raise ForbiddenError
    await get_municipality(conn, new.municipality)
    await get_programme(conn, actor, new.programme)
    errors = wrong_days(starts_on=new.starts_on, ends_on=new.ends_on)
    if new.ends_on < new.starts_on:
        errors.append(FieldError("ends_on", "It cannot end before it begins."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    made = activity_id or uuid7()
    values = msgspec.structs.asdict(new)
    values |= {"programme_id": values.pop("programme"), "municipality_code": values.pop("municipality")}
    await conn.execute(insert(support_activity).values(id=made, recorded_by=actor.id, **values))
    return made


async def check_programme(conn: AsyncConnection, new: ChangedProgramme) -> None:
    """Raise InvalidError with everything that is wrong with a programme's shares and days."""
    errors = wrong_days(starts_on=new.starts_on, ends_on=new.ends_on)
    if not sum_to_100(new.shares):
        errors.append(FieldError("shares", "The funding shares must sum to 100 per cent."))
    if len({s.donor for s in new.shares}) != len(new.shares):
        errors.append(FieldError("shares", "The same donor appears twice."))
    wanted = {s.donor for s in new.shares} | {new.implementer}
    known = set((await conn.scalars(select(party.c.id).where(party.c.id.in_(wanted)))).all())
    if wanted - known:
        errors.append(FieldError("shares", "A donor or the implementer is not a known party."))
    if new.starts_on and new.ends_on and new.ends_on < new.starts_on:
        errors.append(FieldError("ends_on", "It cannot end before it begins."))
    if errors:
        raise InvalidError(errors=tuple(errors))
