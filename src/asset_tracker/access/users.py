"""User accounts: made, granted, shut and opened again, forgotten; one's own password."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, delete, exists, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import credentials, devices, passwords, records, sessions
from asset_tracker.access.actors import ROLES, Actor, Grant, Role
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import (
    IN_FORCE,
    api_token,
    one_time_link,
    recovery_code,
    second_factor,
    session,
    user_account,
    user_grant,
    user_identity,
)
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.i18n import Lang
from asset_tracker.ledger import erasure
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import event
from asset_tracker.mail import outbox
from asset_tracker.settings import Settings


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as administrators see it; ``roles`` that have not run out, ``secured``: a log-in needs a code too."""

    id: UUID
    email: str
    name: str
    roles: tuple[Role, ...]
    disabled: bool
    secured: bool


class UserPage(msgspec.Struct, frozen=True):
    """One page; ``next`` is what to pass as ``after``."""

    items: tuple[UserView, ...]
    next: UUID | None


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """One of one's own grants, for giving a token no more than it."""

    id: UUID
    grant: Grant


@by_system
async def add_user(
    conn: AsyncConnection,
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str | None,
    grants: tuple[Grant, ...],
    lang: Lang = "uk",
    user_id: UUID | None = None,
) -> UUID:
    """A new account. Raises InvalidError for an unusable e-mail or grant, ConflictError for a known e-mail."""
    require(actor, "user.manage")
    _check(email, name, grants)
    if password is not None:
        passwords.check_new(password)
    user = user_id or uuid7()
    hashed = None if password is None else await passwords.hash_password(password)
    try:
        async with conn.begin_nested():
            await conn.execute(
                insert(user_account).values(
                    id=user, email=email.strip(), name=name.strip(), password_hash=hashed, lang=lang
                )
            )
    except IntegrityError as error:
        raise ConflictError("There is already an account with this e-mail address.") from error
    await _grant(conn, user, grants)
    return user


@by_system
async def disable_user(conn: AsyncConnection, actor: Actor, user: UUID) -> None:
    """Shut an account at once: its sessions end and whatever it handed out, its events stay."""
    require(actor, "user.manage")
    await must_exist(conn, user)
    await conn.execute(update(user_account).where(user_account.c.id == user).values(disabled_at=func.now()))
    await keep_an_administrator(conn)
    await sessions.end_all(conn, user)
    await credentials.end_all(conn, user)
    await records.record(conn, actor, "account_shut", f"user {user}")


@by_system
async def reopen_user(conn: AsyncConnection, actor: Actor, user: UUID) -> None:
    """Open a shut account again, with the roles that it had. Raises NotFoundError, ConflictError once it was erased.

    Why it was shut may have been a password that others knew: it is forgotten, as its sessions and tokens are, and
    a link to a new one is to be handed over. The second factor and the log-in of an organisation stay.
    """
    require(actor, "user.manage")
    await must_exist(conn, user)
    u = user_account.c
    opened = update(user_account).where(u.id == user, u.disabled_at.is_not(None), u.email != f"erased-{user}")
    done = await conn.execute(opened.values(disabled_at=None, password_hash=None))
    if not done.rowcount:
        raise ConflictError("This account is open, or its person was erased for good.")
    await records.record(conn, actor, "account_reopened", f"user {user}")


@by_system
async def erase_user(
    conn: AsyncConnection, actor: Actor, user: UUID, settings: Settings, reason: str = ""
) -> int:
    """Forget who somebody was: the account is shut and says nobody's name, and no event names their device.

    Their events stay, recorded by an id that stands for nobody; so do their messages in quarantine. Letters that
    were not sent yet, such as an invitation, are not sent any more, and the links in those that were lead nowhere.
    Answers how many events and messages lost a device's name.
    """
    await disable_user(conn, actor, user)
    await outbox.take_back(conn, settings, await email_of(conn, user))
    gone = {"name": "—", "email": f"erased-{user}", "password_hash": None}
    await conn.execute(update(user_account).where(user_account.c.id == user).values(**gone))
    for table in (user_grant, second_factor, recovery_code, user_identity, one_time_link):
        await conn.execute(delete(table).where(table.c.user_id == user))
    await devices.forget_owner(conn, user)
    await records.record(conn, actor, "erased", f"user {user}", reason)
    named = await erasure.devices_of(conn, user)
    await erasure.erase(conn, named)
    aside = await erasure.aside_devices_of(conn, user)
    await erasure.erase_aside(conn, aside)
    return len(named) + len({each.quarantined for each in aside})


@by_system
async def remove_user(conn: AsyncConnection, actor: Actor, user: UUID) -> None:
    """Take away an account that was made by mistake. Raises ConflictError once its owner came, or anything names it."""
    require(actor, "user.manage")
    await must_exist(conn, user)
    u, s, t, e, g = user_account.c, session.c, api_token.c, event.c, user_grant.c
    came = select(u.id).where(u.id == user, u.password_hash.is_not(None)).exists()
    used = (
        select(s.id).where(s.user_id == user).exists(),
        select(t.id).where(t.user_id == user).exists(),
        select(e.id).where(e.actor_id == user).exists(),
    )
    named = ConflictError("This account has already been used; close it instead.")
    if await conn.scalar(select(or_(came, *used))):
        raise named
    try:
        async with conn.begin_nested():
            await conn.execute(delete(one_time_link).where(one_time_link.c.user_id == user))
            await conn.execute(delete(user_grant).where(g.user_id == user))
            await conn.execute(delete(user_account).where(u.id == user))
    except IntegrityError as error:
        raise named from error


@by_system
async def grants_of(conn: AsyncConnection, user: UUID) -> list[GrantView]:
    """What somebody was granted and still has."""
    g = user_grant.c
    rows = await conn.execute(
        select(g.id, g.role, g.programme_id, g.area, g.donor_id)
        .where(g.user_id == user, IN_FORCE)
        .order_by(g.id)
    )
    return [
        GrantView(
            id=row.id,
            grant=Grant(role=row.role, programme=row.programme_id, area=row.area, donor=row.donor_id),
        )
        for row in rows
    ]


async def set_lang(conn: AsyncConnection, actor: Actor, lang: Lang) -> None:
    """Keep the language that somebody chose for themselves."""
    await conn.execute(update(user_account).where(user_account.c.id == actor.id).values(lang=lang))


@by_system
async def change_password(
    conn: AsyncConnection, actor: Actor, old: str, new: str, whence: str
) -> tuple[FieldError, ...]:
    """Change one's own password, and end one's sessions everywhere; or what is wrong with what was typed.

    A wrong one is counted as at a log-in, so the transaction must be kept in either case: who finds a session open
    guesses no faster than anybody. ``whence`` as for a log-in. Raises ThrottledError after too many.
    """
    if actor.only is not None:
        raise ForbiddenError
    try:
        passwords.check_new(new)
    except InvalidError as wrong:
        return wrong.errors
    if await sessions.check_password(conn, await email_of(conn, actor.id), old, whence) is None:
        return (FieldError("old", "This is not your current password."),)
    u = user_account.c
    hashed = await passwords.hash_password(new)
    await conn.execute(update(user_account).where(u.id == actor.id).values(password_hash=hashed))
    await sessions.end_all(conn, actor.id)
    return ()


@by_system
async def list_users(
    conn: AsyncConnection, actor: Actor, *, q: str = "", after: UUID | None = None, limit: int = 50
) -> UserPage:
    """A page of all accounts by name; ``q``: what the name or the address has in it."""
    require(actor, "user.manage")
    u, g = user_account.c, user_grant.c
    order = in_ukrainian_order(u.name)
    roles = select(func.array_agg(g.role.distinct())).where(g.user_id == u.id, IN_FORCE).scalar_subquery()
    secured = exists().where(second_factor.c.user_id == u.id, second_factor.c.confirmed_at.is_not(None))
    wanted = select(u.id, u.email, u.name, u.disabled_at, roles.label("roles"), secured.label("secured"))
    if q:
        wanted = wanted.where(
            or_(u.name.icontains(q, autoescape=True), u.email.icontains(q, autoescape=True))
        )
    if after and (mark := await conn.scalar(select(order).where(u.id == after))) is not None:
        wanted = wanted.where(tuple_(order, u.id) > tuple_(literal(mark, Text), literal(after, Uuid)))
    rows = (await conn.execute(wanted.order_by(order, u.id).limit(limit + 1))).all()
    items = tuple(
        UserView(
            id=r.id,
            email=r.email,
            name=r.name,
            roles=tuple(r.roles or ()),
            disabled=r.disabled_at is not None,
            secured=r.secured,
        )
        for r in rows[:limit]
    )
    return UserPage(items, items[-1].id if len(rows) > limit else None)


@by_system
async def list_grants(conn: AsyncConnection, actor: Actor) -> dict[UUID, list[Grant]]:
    """What every account may do, by account."""
    require(actor, "user.manage")
    g = user_grant.c
    found: dict[UUID, list[Grant]] = {}
    for row in await conn.execute(select(g.user_id, g.role, g.programme_id, g.area, g.donor_id)):
        grant = Grant(role=row.role, programme=row.programme_id, area=row.area, donor=row.donor_id)
        found.setdefault(row.user_id, []).append(grant)
    return found


@by_system
async def reaches(conn: AsyncConnection, thing: UUID) -> bool:
    """Whether some account's role reaches this programme or stands for this donor."""
    g = user_grant.c
    wanted = select(g.id).where(or_(g.programme_id == thing, g.donor_id == thing)).limit(1)
    return await conn.scalar(wanted) is not None


@by_system
async def email_of(conn: AsyncConnection, user: UUID) -> str:
    """The e-mail address of an account that exists."""
    return str(
        (await conn.execute(select(user_account.c.email).where(user_account.c.id == user))).scalar_one()
    )


@by_system
async def by_email(conn: AsyncConnection, email: str) -> UUID:
    """The account with this e-mail address. Raises NotFoundError."""
    found = await conn.scalar(
        select(user_account.c.id).where(func.lower(user_account.c.email) == email.strip().lower())
    )
    if found is None:
        raise NotFoundError("There is no account %(email)s.", email=email)
    return UUID(str(found))


def _check(email: str, name: str, grants: tuple[Grant, ...]) -> None:
    errors = []
    if email.count("@") != 1 or len(email) > 200 or any(c.isspace() for c in email.strip()):
        errors.append(FieldError("email", "An e-mail address is expected."))
    if not 1 <= len(name.strip()) <= 200:
        errors.append(FieldError("name", "A name of up to 200 characters is expected."))
    check_grants(grants, errors)


def check_grants(grants: tuple[Grant, ...], errors: Sequence[FieldError] = ()) -> None:
    """Raise InvalidError for a role that does not know what it reaches, and for ``errors`` found before."""
    found = list(errors)
    for n, grant in enumerate(grants):
        needed = {"coordinator": grant.programme, "custodian": grant.area, "donor": grant.donor}
        needed["technician"] = grant.programme or grant.area
        if grant.role not in ROLES or (grant.role in needed and not needed[grant.role]):
            found.append(FieldError(f"grants[{n}]", "Say what this role gives access to."))
    if found:
        raise InvalidError(errors=tuple(found))


async def _grant(conn: AsyncConnection, user: UUID, grants: tuple[Grant, ...]) -> None:
    for grant in grants:
        await conn.execute(
            insert(user_grant).values(
                id=uuid7(),
                user_id=user,
                role=grant.role,
                programme_id=grant.programme,
                area=grant.area,
                donor_id=grant.donor,
            )
        )


async def must_exist(conn: AsyncConnection, user: UUID) -> None:
    """Hold the account until the transaction ends. Raises NotFoundError."""
    if (
        await conn.scalar(select(user_account.c.id).where(user_account.c.id == user).with_for_update())
        is None
    ):
        raise NotFoundError


async def keep_an_administrator(conn: AsyncConnection) -> None:
    """Raise ConflictError when nobody would be left who may look after the accounts."""
    left = await conn.scalar(
        select(func.count())
        .select_from(user_grant.join(user_account, user_account.c.id == user_grant.c.user_id))
        .where(
            user_grant.c.role == "administrator",
            user_grant.c.valid_until.is_(None),
            user_account.c.disabled_at.is_(None),
        )
    )
    if not left:
        raise ConflictError("The last administrator cannot be removed.")
