"""Links by which somebody sets their own password: used once.

They go by mail; where none is set up, the administrator who makes one is shown it, once.
"""

import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access import passwords, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import one_time_link, user_account
from asset_tracker.db.engine import transaction
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail import outbox
from asset_tracker.mail.letters import Item, Letter
from asset_tracker.settings import Settings

LASTS = timedelta(days=3)
PAUSE = timedelta(minutes=5)
_l, _u = one_time_link.c, user_account.c


class LinkMade(msgspec.Struct, frozen=True):
    """A new link. ``token``: None when it went by mail; else this is the only time that it is shown."""

    token: str | None
    name: str
    email: str
    expires_at: datetime


@by_system
async def make_link(conn: AsyncConnection, actor: Actor, user: UUID, settings: Settings) -> LinkMade:
    """A link for somebody who cannot log in yet, or no longer; earlier ones end. Raises NotFoundError."""
    require(actor, "user.manage")
    known = select(_u.id, _u.name, _u.email, _u.lang, _u.password_hash)
    found = (
        await conn.execute(known.where(_u.id == user, _u.disabled_at.is_(None)).with_for_update())
    ).first()
    if found is None:
        raise NotFoundError
    await _end_all(conn, user)
    token, expires_at = await _make(conn, user, actor.id)
    letter = _letter("reset" if found.password_hash else "invitation", found, token)
    mailed = await outbox.enqueue(conn, settings, letter, expires_at=expires_at)
    return LinkMade(None if mailed else token, found.name, found.email, expires_at)


@by_system
async def count_reset(conn: AsyncConnection, email: str, whence: str) -> None:
    """Somebody says that they forgot their password: counted alike for every address. Raises ThrottledError."""
    account = sessions.digest(f"reset {email.strip().lower()}")
    await sessions.throttle(conn, account, whence)
    await sessions.count_attempt(conn, account, whence, succeeded=False)


async def send_reset(engine: AsyncEngine, settings: Settings, email: str) -> None:
    """A letter with a link, if there is such an account; to be done once whoever asked is answered.

    So neither the answer nor the time that it takes tells who has an account. A mailbox gets one letter in five
    minutes, whoever asks, and what an administrator sent stays good.
    """
    if not outbox.is_set_up(settings):
        return
    async with transaction(engine) as conn:
        await _send_reset(conn, settings, email)


async def _send_reset(conn: AsyncConnection, settings: Settings, email: str) -> None:
    wanted = select(_u.id, _u.name, _u.email, _u.lang).where(
        func.lower(_u.email) == email.strip().lower(), _u.disabled_at.is_(None)
    )
    found = (await conn.execute(wanted.with_for_update())).first()
    if found is None:
        return
    lately = exists().where(
        _l.user_id == found.id, _l.made_by == found.id, _l.created_at > func.now() - PAUSE
    )
    if await conn.scalar(select(lately)):
        return
    await _end_all(conn, found.id, made_by=found.id)
    token, expires_at = await _make(conn, found.id, found.id)
    await outbox.enqueue(conn, settings, _letter("reset", found, token), expires_at=expires_at)


@by_system
async def whose(conn: AsyncConnection, token: str) -> str:
    """The e-mail address of the account that an unused link is for. Raises NotFoundError."""
    wanted = select(_u.email).join(one_time_link, _l.user_id == _u.id)
    found = await conn.scalar(wanted.where(*_usable(token)))
    if found is None:
        raise NotFoundError("This link has been used or has expired. Ask for a new one.")
    return str(found)


@by_system
async def set_password(conn: AsyncConnection, token: str, password: str) -> None:
    """Use the link up: set the password, end what was open. Raises NotFoundError and InvalidError."""
    await whose(conn, token)
    passwords.check_new(password)
    hashed = await passwords.hash_password(password)
    user = await use(conn, token)
    await conn.execute(update(user_account).where(_u.id == user).values(password_hash=hashed))
    await _end_all(conn, user)
    await sessions.end_all(conn, user)


@by_system
async def use(conn: AsyncConnection, token: str) -> UUID:
    """Use the link up; whose it was. Raises NotFoundError."""
    used = (
        update(one_time_link)
        .where(_l.user_id == _u.id, *_usable(token))
        .values(used_at=func.now())
        .returning(_l.user_id)
    )
    user: UUID | None = await conn.scalar(used)
    if user is None:
        raise NotFoundError("This link has been used or has expired. Ask for a new one.")
    return user


async def id_of(conn: AsyncConnection, token: str) -> UUID:
    """The id of an unused link, by which it is used up later. Raises NotFoundError."""
    wanted = select(_l.id).join(user_account, _l.user_id == _u.id)
    found: UUID | None = await conn.scalar(wanted.where(*_usable(token)))
    if found is None:
        raise NotFoundError("This link has been used or has expired. Ask for a new one.")
    return found


async def use_id(conn: AsyncConnection, link: UUID) -> UUID | None:
    """Use up the link of this id; whose it was, None when it is over."""
    used = (
        update(one_time_link)
        .where(_l.user_id == _u.id, _l.id == link, *_OPEN)
        .values(used_at=func.now())
        .returning(_l.user_id)
    )
    user: UUID | None = await conn.scalar(used)
    return user


async def _make(conn: AsyncConnection, user: UUID, made_by: UUID) -> tuple[str, datetime]:
    token, expires_at = secrets.token_urlsafe(32), datetime.now(UTC) + LASTS
    await conn.execute(
        insert(one_time_link).values(
            id=uuid7(),
            token_hash=sessions.digest(token),
            user_id=user,
            made_by=made_by,
            expires_at=expires_at,
        )
    )
    return token, expires_at


def _letter(kind: str, account: Any, token: str) -> Letter:
    say = partial(gettext, account.lang)
    if kind == "invitation":
        subject = say("You are invited to the asset tracker")
        told = say("An account was made for you. Choose a password, and you can log in.")
    else:
        subject = say("Choose a new password")
        told = say("Somebody asked for a new password for your account.")
    return Letter(
        kind=kind,
        to=account.email,
        lang=account.lang,
        subject=subject,
        paragraphs=(say("Good day, %(name)s!", name=account.name), told),
        button=Item(say("Choose a password"), f"/password/{token}"),
        after=(
            say("The link works once, within three days."),
            say("If you did not expect this letter, do nothing: without the link nobody can do anything."),
        ),
    )


_OPEN = (_l.used_at.is_(None), _l.expires_at > func.now(), _u.disabled_at.is_(None))


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (_l.token_hash == sessions.digest(token), *_OPEN)


async def _end_all(conn: AsyncConnection, user: UUID, made_by: UUID | None = None) -> None:
    unused = update(one_time_link).where(_l.user_id == user, _l.used_at.is_(None), _l.expires_at > func.now())
    if made_by is not None:
        unused = unused.where(_l.made_by == made_by)
    await conn.execute(unused.values(expires_at=func.now()))
