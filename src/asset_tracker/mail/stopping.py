"""The link in a letter that ends letters of its sort: signed, so that nothing has to be kept for it [pure]."""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Final
from uuid import UUID

from asset_tracker.errors import NotFoundError

_SIGNED: Final = 16


def stop_token(secret_key: str, sort: str, subject: UUID) -> str:
    """What the link bears: it ends letters of this sort to or about ``subject``, and does nothing else."""
    return (
        base64.urlsafe_b64encode(subject.bytes + _signature(secret_key, sort, subject)).decode().rstrip("=")
    )


def stopped(secret_key: str, sort: str, token: str) -> UUID:
    """The subject of such a link. Raises NotFoundError."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii", "replace") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise NotFoundError from error
    if len(raw) != 16 + _SIGNED:
        raise NotFoundError
    subject = UUID(bytes=raw[:16])
    if not hmac.compare_digest(raw[16:], _signature(secret_key, sort, subject)):
        raise NotFoundError
    return subject


def _signature(secret_key: str, sort: str, subject: UUID) -> bytes:
    return hmac.digest(f"{sort}:{secret_key}".encode(), subject.bytes, sha256)[:_SIGNED]
