"""Links for an auditor: one report, as of one day by what was known then, until a day; without an account.

The token is 256 random bits and is kept as a hash. Whoever opens the link sees what its maker might see when
they made it and still may; each opening is written down for the maker.
"""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.tables import report_link, report_link_opening
from asset_tracker.db.wall import as_system, by_system
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.i18n import Lang
from asset_tracker.ledger.ids import uuid7
from asset_tracker.reports import subjects
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.subjects import Subject

LONGEST: Final = 366
_l, _o = report_link.c, report_link_opening.c


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link as its maker sees it; ``openings`` are the newest."""

    id: UUID
    about: Subject
    as_of: date
    purpose: str
    made_at: datetime
    expires_at: datetime
    open: bool
    openings: tuple[tuple[datetime, str], ...] = ()


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a link opens: in whose name, about what, and the question."""

    id: UUID
    actor: Actor
    about: Subject
    ask: Ask
    purpose: str
    expires_at: datetime


async def make_link(
    conn: AsyncConnection,
    actor: Actor,
    about: Subject,
    *,
    as_of: date,
    purpose: str,
    days: int,
    now: datetime,
) -> str:
    """The token of a new link, told this once. Raises InvalidError, NotFoundError."""
    await subjects.check(conn, actor, about)
    purpose = " ".join(purpose.split())
    errors = []
    if not 3 <= len(purpose) <= 200:
        errors.append(FieldError("purpose", "Say whom the link is for."))
    if not 1 <= days <= LONGEST:
        errors.append(FieldError("days", "A link lasts from one day to a year."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    token = secrets.token_urlsafe(32)
    values = {
        "id": uuid7(),
        "token_hash": sessions.digest(token),
        "made_by": actor.id,
        "rights": sessions.rights_of(actor),
        **msgspec.structs.asdict(about),
        "as_of": as_of,
        "known_on": now,
        "purpose": purpose,
        "expires_at": now + timedelta(days=days),
    }
    async with as_system(conn):
        await conn.execute(insert(report_link).values(values))
    return token


@by_system
async def open_link(conn: AsyncConnection, token: str, *, form: str, lang: Lang) -> Opened:
    """Whom and what a link stands for; writes down that it was opened. Raises NotFoundError."""
    wanted = select(report_link).where(
        _l.token_hash == sessions.digest(token), _l.revoked_at.is_(None), _l.expires_at > func.now()
    )
    row = (await conn.execute(wanted)).first()
    actor = await sessions.active_actor(conn, row.made_by, row.rights) if row else None
    if row is None or actor is None:
        raise NotFoundError("This link no longer opens anything.")
    await conn.execute(insert(report_link_opening).values(link_id=row.id, form=form))
    return Opened(
        id=row.id,
        actor=actor,
        about=Subject(subject=row.subject, code=row.code, donor=row.donor),
        ask=Ask(as_of=row.as_of, known_on=row.known_on.astimezone(UTC), donor=row.donor, lang=lang),
        purpose=row.purpose,
        expires_at=row.expires_at,
    )


@by_system
async def list_links(conn: AsyncConnection, actor: Actor) -> list[LinkView]:
    """The actor's own, the newest first, with who opened them when."""
    rows = (
        await conn.execute(select(report_link).where(_l.made_by == actor.id).order_by(_l.made_at.desc()))
    ).all()
    opened: dict[UUID, list[tuple[datetime, str]]] = {}
    of_mine = _o.link_id.in_([row.id for row in rows])
    for each in await conn.execute(select(report_link_opening).where(of_mine).order_by(_o.id.desc())):
        opened.setdefault(each.link_id, []).append((each.opened_at, each.form))
    now = datetime.now(UTC)
    return [
        LinkView(
            id=row.id,
            about=Subject(subject=row.subject, code=row.code, donor=row.donor),
            as_of=row.as_of,
            purpose=row.purpose,
            made_at=row.made_at,
            expires_at=row.expires_at,
            open=row.revoked_at is None and row.expires_at > now,
            openings=tuple(opened.get(row.id, ())[:20]),
        )
        for row in rows
    ]


@by_system
async def revoke(conn: AsyncConnection, actor: Actor, link: UUID) -> None:
    """End one of the actor's. Raises NotFoundError."""
    own = update(report_link).where(_l.id == link, _l.made_by == actor.id, _l.revoked_at.is_(None))
    if not (await conn.execute(own.values(revoked_at=func.now()))).rowcount:
        raise NotFoundError
