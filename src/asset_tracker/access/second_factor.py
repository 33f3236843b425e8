"""The second factor: a key in somebody's authenticator app, and codes on paper for when the phone is gone.

The key must be read again to check a code, so it is sealed; recovery codes are hashed, shown once, used
once. A code is taken once: the step it belongs to is written down in the same statement that checks it.
"""

import secrets
import time
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import vault
from asset_tracker.access import records, sessions, totp
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import recovery_code, second_factor, user_account
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is mistaken for something else
_PURPOSE = "second factor"
_f, _c = second_factor.c, recovery_code.c


class FactorView(msgspec.Struct, frozen=True):
    """One's own second factor: since when, and how many recovery codes are left."""

    confirmed_at: datetime | None
    codes_left: int


class Offered(msgspec.Struct, frozen=True):
    """A key that waits for its first code. ``key``: as typed by hand; ``address``: as a QR code."""

    key: str
    address: str


@by_system
async def state(conn: AsyncConnection, user: UUID) -> FactorView:
    """Whether somebody has a second factor."""
    since = await conn.scalar(select(_f.confirmed_at).where(_f.user_id == user))
    left = await conn.scalar(
        select(func.count()).select_from(recovery_code).where(_c.user_id == user, _c.used_at.is_(None))
    )
    return FactorView(since, left or 0)


@by_system
async def is_set(conn: AsyncConnection, user: UUID) -> bool:
    """Whether a log-in of this user needs a code."""
    return bool(await conn.scalar(select(exists().where(_f.user_id == user, _f.confirmed_at.is_not(None)))))


@by_system
async def offer(conn: AsyncConnection, secret_key: str, actor: Actor, issuer: str) -> Offered:
    """The key that waits to be confirmed, made if there is none. Raises ConflictError when one is in use."""
    row = (
        await conn.execute(select(_f.sealed, _f.confirmed_at).where(_f.user_id == actor.id).with_for_update())
    ).first()
    if row is not None and row.confirmed_at is not None:
        raise ConflictError("You have a second factor already. Remove it first.")
    if row is not None:
        key = vault.unseal(secret_key, _PURPOSE, str(actor.id), row.sealed)
    else:
        key = secrets.token_bytes(totp.KEY_BYTES)
        sealed = vault.seal(secret_key, _PURPOSE, str(actor.id), key)
        await conn.execute(insert(second_factor).values(user_id=actor.id, sealed=sealed))
    account = await conn.scalar(select(user_account.c.email).where(user_account.c.id == actor.id))
    return Offered(totp.key_text(key), totp.address(key, str(account), issuer))


@by_system
async def confirm(
    conn: AsyncConnection, secret_key: str, actor: Actor, code: str, *, keep: UUID | None = None
) -> tuple[str, ...]:
    """Put the offered key into use by its first right code; answers the recovery codes, shown this once.

    Ends all other sessions (ASVS 5.0, 7.4.3). Raises InvalidError for a wrong code.
    """
    row = (
        await conn.execute(select(_f.sealed, _f.confirmed_at).where(_f.user_id == actor.id).with_for_update())
    ).first()
    if row is None or row.confirmed_at is not None:
        raise NotFoundError
    key = vault.unseal(secret_key, _PURPOSE, str(actor.id), row.sealed)
    step = totp.matching_step(key, code, time.time())
    if step is None:
        raise InvalidError(
            errors=(FieldError("code", "This code is wrong or has expired. Type the newest one."),)
        )
    await conn.execute(
        update(second_factor).where(_f.user_id == actor.id).values(confirmed_at=func.now(), last_step=step)
    )
    await records.record(conn, actor, "second_factor_set", f"user {actor.id}")
    await sessions.end_all(conn, actor.id, but=keep)
    return await new_codes(conn, actor)


@by_system
async def check_code(conn: AsyncConnection, secret_key: str, user: UUID, code: str) -> bool:
    """Whether the code, or a recovery code, is right; either is used up by it."""
    row = (
        await conn.execute(
            select(_f.sealed, _f.last_step)
            .where(_f.user_id == user, _f.confirmed_at.is_not(None))
            .with_for_update()
        )
    ).first()
    if row is None:
        return False
    key = vault.unseal(secret_key, _PURPOSE, str(user), row.sealed)
    step = totp.matching_step(key, code, time.time(), row.last_step)
    if step is not None:
        await conn.execute(update(second_factor).where(_f.user_id == user).values(last_step=step))
        return True
    used = (
        update(recovery_code)
        .where(_c.user_id == user, _c.code_hash == _hashed(user, code), _c.used_at.is_(None))
        .values(used_at=func.now())
    )
    return bool((await conn.execute(used)).rowcount)


@by_system
async def new_codes(conn: AsyncConnection, actor: Actor) -> tuple[str, ...]:
    """New recovery codes for oneself; the earlier ones are void. Raises NotFoundError without a factor."""
    if not await is_set(conn, actor.id):
        raise NotFoundError
    made = tuple(_new_code() for _ in range(RECOVERY_CODES))
    await conn.execute(delete(recovery_code).where(_c.user_id == actor.id))
    rows = [{"id": uuid7(), "user_id": actor.id, "code_hash": _hashed(actor.id, code)} for code in made]
    await conn.execute(insert(recovery_code), rows)
    return made


@by_system
async def remove_own(conn: AsyncConnection, secret_key: str, actor: Actor, code: str) -> None:
    """Remove one's own second factor; a code proves that it is oneself. Raises InvalidError."""
    if not await check_code(conn, secret_key, actor.id, code):
        raise InvalidError(
            errors=(FieldError("code", "This code is wrong or has expired. Type the newest one."),)
        )
    await _remove(conn, actor, actor.id, "")


@by_system
async def remove(conn: AsyncConnection, actor: Actor, user: UUID, reason: str) -> None:
    """An administrator removes somebody's second factor (a lost phone): recorded, and their sessions end."""
    require(actor, "user.manage")
    told = records.check_reason(reason)
    await _remove(conn, actor, user, told)
    await sessions.end_all(conn, user)


async def _remove(conn: AsyncConnection, actor: Actor, user: UUID, reason: str) -> None:
    gone = delete(second_factor).where(_f.user_id == user, or_(_f.confirmed_at.is_not(None)))
    if not (await conn.execute(gone)).rowcount:
        raise NotFoundError
    await conn.execute(delete(recovery_code).where(_c.user_id == user))
    await records.record(conn, actor, "second_factor_removed", f"user {user}", reason)


def _new_code() -> str:
    """Sixty bits: ten guesses a minute would take longer than anybody lives."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _hashed(user: UUID, code: str) -> bytes:
    plain = "".join(sign for sign in code.lower() if sign in _ALPHABET)
    return sessions.digest(f"recovery {user} {plain}")
