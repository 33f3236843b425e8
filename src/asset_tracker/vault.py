"""Secrets at rest [pure]: what must be read again later, and so cannot be stored as a hash.

Each purpose has a key of its own, derived from the installation's secret key (HKDF-SHA256, RFC 5869); a
sealed text is bound to what it belongs to, so that it cannot be put into another row. A lost or changed
secret key makes what was sealed unreadable, never wrong.
"""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes (NIST SP 800-38D, 8.2.2)


class UnreadableError(Exception):
    """What was sealed cannot be read: another secret key, another place, or changed bytes."""


def seal(secret_key: str, purpose: str, bound_to: str, content: bytes) -> bytes:
    """``content`` encrypted and vouched for; ``bound_to`` is what it belongs to (the id of its row)."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _key(secret_key, purpose).encrypt(nonce, content, bound_to.encode())


def unseal(secret_key: str, purpose: str, bound_to: str, sealed: bytes) -> bytes:
    """What was sealed. Raises UnreadableError."""
    try:
        return _key(secret_key, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise UnreadableError from error


@lru_cache(maxsize=16)
def _key(secret_key: str, purpose: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=f"asset-tracker {purpose}".encode())
    return AESGCM(derived.derive(secret_key.encode()))
