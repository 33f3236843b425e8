"""Which account somebody of an organisation has here. No account and no role is made by logging in."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import links, records, sessions
from asset_tracker.access.oidc import Person
from asset_tracker.access.tables import user_account, user_identity
from asset_tracker.settings import Settings

_i, _u = user_identity.c, user_account.c


async def user_of(
    conn: AsyncConnection, settings: Settings, person: Person, link: UUID | None = None
) -> UUID | None:
    """The open account of this person, None when there is none.

    Known by issuer and subject. Else linked now: to the account that an unused invitation (``link``) is
    for, or to the one whose e-mail address the provider has verified, in a domain that is allowed and
    as long as that account is nobody else's there.
    """
    if link is not None:
        user = await links.use_id(conn, link)
        if user is None or not await _link(conn, person, user):
            return None
    else:
        known = await conn.scalar(
            select(_i.user_id).where(_i.issuer == person.issuer, _i.subject == person.subject)
        )
        user = known or await _by_email(conn, settings, person)
    return user if user is not None and await sessions.hold_user(conn, user) else None


async def _by_email(conn: AsyncConnection, settings: Settings, person: Person) -> UUID | None:
    email = (person.email or "").strip().lower()
    if email.count("@") != 1 or email.partition("@")[2] not in settings.oidc_domains:
        return None
    user: UUID | None = await conn.scalar(
        select(_u.id).where(
            func.lower(_u.email) == email,
            _u.disabled_at.is_(None),
            ~exists().where(_i.user_id == _u.id, _i.issuer == person.issuer),
        )
    )
    return user if user is not None and await _link(conn, person, user) else None


async def _link(conn: AsyncConnection, person: Person, user: UUID) -> bool:
    """Remember them; False when this person or this account is linked otherwise."""
    row = insert(user_identity).values(issuer=person.issuer, subject=person.subject, user_id=user)
    made = await conn.execute(row.on_conflict_do_nothing())
    if made.rowcount:
        actor = await sessions.actor_of(conn, user)
        await records.record(conn, actor, "identity_linked", f"user {user}")
        return True
    same = exists().where(_i.issuer == person.issuer, _i.subject == person.subject, _i.user_id == user)
    return bool(await conn.scalar(select(same)))
