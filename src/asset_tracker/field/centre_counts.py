"""What the staff of a centre count by their link: how often residents were served with its things.

It is theirs to tell or not. A count is recorded in the name of the link, like what is confirmed by it; no day is
counted twice, and none longer ago than a year.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.tables import centre_link_asset
from asset_tracker.assets.service import check_days
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.field.centre import link_row
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft, problems
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.serving import LONGEST, SERVING, counted_until
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset

_x, _a = centre_link_asset.c, asset.c
_CLOSING: Final = time(18)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A thing with which residents are served, and up to which day that is counted."""

    id: UUID
    name_uk: str
    name_en: str | None
    made: str
    until: date | None


class NewCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often, from the day ``since`` to the day ``until``; an answer that is None was not given."""

    thing: UUID
    since: date
    until: date
    trips: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    consultations: Annotated[int, Meta(ge=0, le=100_000)] | None = None


@by_system
async def list_counted(conn: AsyncConnection, token: str) -> list[Counted]:
    """The things of the link that are counted. Raises NotFoundError for a link that is none, or has ended."""
    link = await link_row(conn, token)
    wanted = _things(link.id).order_by(in_ukrainian_order(_a.name_uk), _a.id)
    return [
        Counted(
            id=row.id,
            name_uk=row.name_uk,
            name_en=row.name_en,
            made=" ".join(part for part in (row.manufacturer, row.model) if part),
            until=counted_until(as_state(row.state)),
        )
        for row in await conn.execute(wanted)
    ]


@by_system
async def count(conn: AsyncConnection, token: str, new: NewCount) -> None:
    """Record a count. Raises NotFoundError for a link that is none, InvalidError by field."""
    link = await link_row(conn, token, lock=True)
    row = (await conn.execute(_things(link.id).where(_a.id == new.thing))).first()
    if row is None:
        raise InvalidError(errors=(FieldError("thing", "Choose one of the answers."),))
    now = datetime.now(UTC)
    today = kyiv.day_of(now)
    errors = []
    if new.until > today:
        errors.append(FieldError("until", "This day is in the future."))
    if new.since < today - LONGEST:
        errors.append(FieldError("since", "Count at most the last year."))
    at = now if new.until >= today else kyiv.instant_of(datetime.combine(new.until, _CLOSING))
    fact = ev.ServiceCounted(since=new.since, trips=new.trips, consultations=new.consultations)
    if new.trips is None and new.consultations is None:
        errors.append(FieldError("trips", "Write how many; 0 is an answer, too."))
    else:
        errors += problems(fact, at)
    if errors:
        raise InvalidError(errors=tuple(errors))
    check_days(as_state(row.state), fact, at)
    draft = Draft(id=uuid7(), asset=new.thing, occurred_at=at, payload=fact)
    await store.append(conn, link.id, [draft])


def _things(link: UUID) -> Select[Any]:
    return (
        select(_a.id, _a.name_uk, _a.name_en, _a.manufacturer, _a.model, _a.state)
        .join(centre_link_asset, _x.asset_id == _a.id)
        .where(_x.link_id == link, _a.category.in_(SERVING - {"other"}), _a.gone_reason.is_(None))
    )
