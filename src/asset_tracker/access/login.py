"""Logging in: the password, then the code of a second factor where somebody has one."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import second_factor, sessions, steps
from asset_tracker.access.sessions import LoggedIn
from asset_tracker.access.tables import login_attempt
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ThrottledError

_STEP = "code"
# Whoever guesses codes has the password already, so this limit, from wherever, shuts out nobody else's guests.
_CODES_AN_HOUR = 30
_DEVICE_LABEL = b"known device"


class CodeNeeded(msgspec.Struct, frozen=True):
    """The password was right; ``token`` goes into a cookie, and a code is asked for."""

    token: str


@by_system
async def log_in(
    conn: AsyncConnection,
    email: str,
    password: str,
    whence: str,
    *,
    old_token: str | None = None,
    agent: str | None = None,
) -> LoggedIn | CodeNeeded | None:
    """A new session, a step that waits for a code, or None when e-mail or password are wrong.

    Ends the session that the browser came with. Raises ThrottledError after too many failures.
    """
    user = await sessions.check_password(conn, email, password, whence)
    if user is None:
        return None
    if await second_factor.is_set(conn, user):
        return CodeNeeded(await steps.begin(conn, _STEP, user=user))
    return await _begin(conn, user, old_token, agent)


@by_system
async def with_code(
    conn: AsyncConnection,
    secret_key: str,
    token: str,
    code: str,
    whence: str,
    *,
    old_token: str | None = None,
    agent: str | None = None,
) -> LoggedIn | None:
    """The session that the step was waiting for, or None for a wrong code (counted).

    None, too, when the step is over (``waits_for_code`` tells). Raises ThrottledError.
    """
    step = await steps.guess(conn, _STEP, token)
    if step is None or step.user is None or not await sessions.hold_user(conn, step.user):
        return None
    account = sessions.digest(f"code {step.user}")
    await sessions.throttle(conn, account, whence)
    await _throttle_codes(conn, account)
    right = await second_factor.check_code(conn, secret_key, step.user, code)
    await sessions.count_attempt(conn, account, whence, succeeded=right)
    if not right or await steps.take(conn, _STEP, token) is None:
        return None
    return await _begin(conn, step.user, old_token, agent)


@by_system
async def waits_for_code(conn: AsyncConnection, token: str) -> bool:
    """Whether a code would still be taken in this step."""
    step = await steps.find(conn, _STEP, token)
    return step is not None and step.guesses < steps.GUESSES


def known_device(secret_key: str, email: str) -> str:
    """What a browser keeps after a log-in, to be told from strangers who try passwords for its account."""
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_mark(secret_key, email, nonce)}"


def whence_of(secret_key: str, email: str, device: str | None, address: str) -> str:
    """From where somebody tries: a browser that was logged in to this account before, or an address.

    So whoever sits behind the same address and tries passwords does not lock the account's owner out
    (OWASP: slow down online guessing attacks with device cookies).
    """
    nonce, _, mark = (device or "").partition(".")
    if mark and hmac.compare_digest(mark.encode(), _mark(secret_key, email, nonce).encode()):
        return f"device {nonce[:16]}"
    return sessions.network_of(address)


def _mark(secret_key: str, email: str, nonce: str) -> str:
    key = hmac.digest(secret_key.encode(), _DEVICE_LABEL, sha256)
    return hmac.digest(key, f"{nonce} {email.strip().lower()}".encode(), sha256).hex()


async def _begin(conn: AsyncConnection, user: UUID, old_token: str | None, agent: str | None) -> LoggedIn:
    if old_token:
        await sessions.end_session(conn, token=old_token)
    return await sessions.begin_session(conn, user, agent)


async def _throttle_codes(conn: AsyncConnection, account: bytes) -> None:
    a = login_attempt.c
    hour = datetime.now(UTC) - timedelta(hours=1)
    failed = select(func.count()).where(a.account == account, a.at > hour, a.succeeded.is_(False))
    if (await conn.scalar(failed) or 0) >= _CODES_AN_HOUR:
        raise ThrottledError(retry_after=3600)
