"""Passwords: argon2id with the parameters of RFC 9106 (second choice, 64 MiB), away from the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from asset_tracker.errors import FieldError, InvalidError

MIN_LENGTH = 10
_hasher = PasswordHasher()
# Two at a time: each takes 64 MiB and a core.
_gate = asyncio.Semaphore(2)
# Somebody unknown is checked against this, so that the time tells nothing: made as ours are, of a random password
# that nobody kept. Making one at the start would take longer than most of the start.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$8NYcbPCI5MG+ZnZC9qtXww$jVGBBfTk/Q+aqbD7spy6nT1E1Ux3BRvU5KlSNyP6ijk"


def check_new(password: str) -> None:
    """Raise InvalidError for a password that is too short (ASVS 5.0, 6.2.1) or absurdly long."""
    if not MIN_LENGTH <= len(password) <= 200:
        message = "A password of %(n)s to 200 characters is expected."
        raise InvalidError(errors=(FieldError("password", message, {"n": MIN_LENGTH}),))


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    async with _gate:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an account that does not exist."""
    async with _gate:
        return await asyncio.to_thread(_verify, stored, password)


def _verify(stored: str | None, password: str) -> bool:
    try:
        right = _hasher.verify(stored or _NOBODY, password[:200])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None
