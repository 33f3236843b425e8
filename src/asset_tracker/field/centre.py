"""The centre itself: a link with which its staff, who have no accounts, confirm that their things are there.

The link serves one purpose: it shows what the centre is asked about, by name and without tags, so that one
must look at the label; it takes each thing once, and ends on its day. What comes by it is recorded as
*attested* (worth less than a visit) in the name of the link, which is nobody's account.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import centre_link, centre_link_asset
from asset_tracker.db.wall import by_system
from asset_tracker.errors import (
    FieldError,
    InvalidError,
    NotFoundError,
    RefusedError,
    ThrottledError,
)
from asset_tracker.field.ticks import tag_in
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import asset, tag
from asset_tracker.territory.queries import get_municipality, get_service_point

LASTS: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=60)
MAX_MISSES: Final = 30
_WINDOW: Final = timedelta(minutes=15)
_l, _x, _a = centre_link.c, centre_link_asset.c, asset.c
CONDITIONS: Final[tuple[Literal["working", "needs_attention", "unserviceable"], ...]] = (
    "working",
    "needs_attention",
    "unserviceable",
)


class LinkMade(msgspec.Struct, frozen=True):
    """A new link; this is the only time that its token is known."""

    id: UUID
    token: str
    expires_at: datetime


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link as those who made it see it."""

    id: UUID
    service_point: UUID
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    open: bool
    asked: int
    confirmed: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the centre is asked about, as it is shown: no tag, no serial number, no place."""

    name_uk: str
    name_en: str | None
    made: str
    quantity: int
    confirmed_at: datetime | None


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a link shows."""

    id: UUID
    service_point: UUID
    point_uk: str
    point_en: str
    municipality_uk: str
    municipality_en: str
    expires_at: datetime
    asked: tuple[Asked, ...]


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one tag: the thing, and whether it was confirmed before."""

    outcome: Literal["confirmed", "already", "unknown"]
    name_uk: str = ""
    name_en: str | None = None


@by_system
async def make_link(
    conn: AsyncConnection, actor: Actor, service_point: UUID, *, lasts: timedelta = LASTS
) -> LinkMade:
    """A link for a service point; what the centre is asked about is frozen now.

    Raises NotFoundError, InvalidError for a time that is too long, RefusedError when nothing of the actor's
    stands there.
    """
    require(actor, "verification.manage")
    if not timedelta(hours=1) <= lasts <= LONGEST:
        wrong = FieldError("days", "A number of days from 1 to %(n)s is expected.", {"n": LONGEST.days})
        raise InvalidError(errors=(wrong,))
    point = await get_service_point(conn, service_point)
    there = select(_a.id).where(
        _a.service_point_id == service_point,
        _a.gone_reason.is_(None),
        scope.assets(actor, "verification.manage"),
    )
    assets = (await conn.scalars(there.order_by(_a.id))).all()
    if not assets:
        raise RefusedError("There is nothing there that you may see.")
    made = LinkMade(uuid7(), secrets.token_urlsafe(24), datetime.now(UTC) + lasts)
    await conn.execute(
        insert(centre_link).values(
            id=made.id,
            token_hash=sessions.digest(made.token),
            service_point_id=service_point,
            municipality_code=point.municipality_code,
            made_by=actor.id,
            expires_at=made.expires_at,
        )
    )
    await conn.execute(insert(centre_link_asset), [{"link_id": made.id, "asset_id": each} for each in assets])
    return made


@by_system
async def list_links(conn: AsyncConnection, actor: Actor, service_point: UUID) -> list[LinkView]:
    """The links for a service point that ask about something in reach, newest first. Raises NotFoundError."""
    require(actor, "verification.manage")
    await get_service_point(conn, service_point)
    asked = func.count(_x.asset_id)
    confirmed = func.count(_x.confirmed_at)
    wanted = (
        select(centre_link, asked.label("asked"), confirmed.label("confirmed"), _is_open().label("open"))
        .join(centre_link_asset, _x.link_id == _l.id)
        .where(_l.service_point_id == service_point, _in_reach(actor))
        .group_by(_l.id)
        .order_by(_l.created_at.desc(), _l.id)
    )
    return [
        LinkView(
            id=row.id,
            service_point=row.service_point_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            open=row.open,
            asked=row.asked,
            confirmed=row.confirmed,
        )
        for row in await conn.execute(wanted)
    ]


@by_system
async def revoke_link(conn: AsyncConnection, actor: Actor, link: UUID) -> UUID:
    """End a link at once; answers its service point. What was confirmed stays. Raises NotFoundError."""
    require(actor, "verification.manage")
    ended = (
        update(centre_link)
        .where(_l.id == link, _in_reach(actor))
        .values(revoked_at=func.coalesce(_l.revoked_at, func.now()), revoked_by=actor.id)
        .returning(_l.service_point_id)
    )
    point = await conn.scalar(ended)
    if point is None:
        raise NotFoundError
    return UUID(str(point))


@by_system
async def open_link(conn: AsyncConnection, token: str) -> Opened:
    """What the link shows to whoever has it. Raises NotFoundError for one that is none, or has ended."""
    row = await link_row(conn, token)
    point = await get_service_point(conn, row.service_point_id)
    place = await get_municipality(conn, row.municipality_code)
    things = (
        select(_a.name_uk, _a.name_en, _a.manufacturer, _a.model, _a.quantity, _x.confirmed_at)
        .join(centre_link_asset, _x.asset_id == _a.id)
        .where(_x.link_id == row.id)
        .order_by(_x.confirmed_at.is_not(None), in_ukrainian_order(_a.name_uk), _a.id)
    )
    return Opened(
        id=row.id,
        service_point=row.service_point_id,
        point_uk=point.name_uk,
        point_en=point.name_en,
        municipality_uk=place.title("uk"),
        municipality_en=place.title("en"),
        expires_at=row.expires_at,
        asked=tuple(
            Asked(
                name_uk=each.name_uk,
                name_en=each.name_en,
                made=" ".join(part for part in (each.manufacturer, each.model) if part),
                quantity=each.quantity,
                confirmed_at=each.confirmed_at,
            )
            for each in await conn.execute(things)
        ),
    )


@by_system
async def confirm(
    conn: AsyncConnection, token: str, code: str, condition: str, note: str | None = None
) -> Confirmed:
    """Record that the thing of this label is there, by the centre's own word.

    A label that the centre is not asked about is answered like one that does not exist, and counted: after
    too many, raises ThrottledError. Raises NotFoundError for a link that is none, InvalidError.
    """
    stated = next((each for each in CONDITIONS if each == condition), None)
    if stated is None:
        raise InvalidError(errors=(FieldError("condition", "Choose one of the answers."),))
    if note is not None and (len(note) > 1000 or "\x00" in note):
        raise InvalidError(errors=(FieldError("note", "This is too long or has a wrong character."),))
    row = await link_row(conn, token, lock=True)
    _check_misses(row)
    found = await _asked_about(conn, row.id, code)
    if found is None:
        await _missed(conn, row.id)
        return Confirmed(outcome="unknown")
    named = {"name_uk": found.name_uk, "name_en": found.name_en}
    if found.confirmed_at is not None:
        return Confirmed(outcome="already", **named)
    fact = ev.Verified(
        method="attested",
        service_point=row.service_point_id,
        municipality=row.municipality_code,
        condition=stated,
        note=note or None,
    )
    now = datetime.now(UTC)
    draft = Draft(id=uuid7(), asset=found.asset_id, occurred_at=now, payload=fact)
    # In the name of the link: whoever has it has no account, and who made it did not see the thing.
    await store.append(conn, row.id, [draft])
    done = update(centre_link_asset).where(_x.link_id == row.id, _x.asset_id == found.asset_id)
    await conn.execute(done.values(confirmed_at=now, event_id=draft.id))
    return Confirmed(outcome="confirmed", **named)


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Something that the link asks about is in the actor's reach."""
    inner = centre_link_asset.alias("inner_asset")
    theirs = (
        select(inner.c.asset_id)
        .join(asset, _a.id == inner.c.asset_id)
        .where(inner.c.link_id == _l.id, scope.assets(actor, "verification.manage"))
    )
    return theirs.correlate(centre_link).exists()


def _is_open() -> ColumnElement[bool]:
    return _l.revoked_at.is_(None) & (_l.expires_at > func.now())


async def link_row(conn: AsyncConnection, token: str, *, lock: bool = False) -> Any:
    """The link that a token opens. Raises NotFoundError for one that is none, or has ended."""
    wanted = select(centre_link).where(_l.token_hash == sessions.digest(token[:200]), _is_open())
    row = (await conn.execute(wanted.with_for_update() if lock else wanted)).first()
    if row is None:
        raise NotFoundError("This link has ended or is not valid. Ask for a new one.")
    return row


def _check_misses(row: Any) -> None:
    left = row.misses_since + _WINDOW - datetime.now(UTC)
    if row.misses >= MAX_MISSES and left > timedelta(0):
        raise ThrottledError(retry_after=int(left.total_seconds()) + 1)


async def _missed(conn: AsyncConnection, link: UUID) -> None:
    old = _l.misses_since < func.now() - _WINDOW
    counted = {
        "misses": case((old, 1), else_=_l.misses + 1),
        "misses_since": case((old, func.now()), else_=_l.misses_since),
    }
    await conn.execute(update(centre_link).where(_l.id == link).values(**counted))


async def _asked_about(conn: AsyncConnection, link: UUID, code: str) -> Any:
    scanned = tag_in(code[:300])
    if scanned is None:
        return None
    wanted = (
        select(_x.asset_id, _x.confirmed_at, _a.name_uk, _a.name_en)
        .join(asset, _a.id == _x.asset_id)
        .join(tag, tag.c.asset_id == _a.id)
        .where(_x.link_id == link, tag.c.tag == scanned)
    )
    return (await conn.execute(wanted)).first()
