"""Time-based one-time codes (RFC 6238 over RFC 4226): SHA-1, six digits, thirty seconds [pure].

These parameters are the ones that every authenticator app knows; others are ignored by some of them.
"""

import base64
import hmac
import struct
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
# A phone's clock may be half a minute off, and typing takes its time (RFC 6238, 5.2).
DRIFT = 1
KEY_BYTES = 20  # as long as the hash (RFC 4226, 4, R6)


def code_at(key: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (seconds since 1970 // 30)."""
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(key: bytes, code: str, now: float, after: int | None = None) -> int | None:
    """The time step that ``code`` belongs to, None when it is wrong, too old or was used.

    ``now``: seconds since 1970. ``after``: the last step that was used; it and all before it are over.
    All steps are compared, so that the time taken tells nothing.
    """
    typed = "".join(code.split()).encode()
    found = None
    here = int(now) // STEP
    for step in range(here - DRIFT, here + DRIFT + 1):
        right = hmac.compare_digest(code_at(key, step).encode(), typed)
        if right and (after is None or step > after):
            found = step
    return found


def key_text(key: bytes) -> str:
    """The key as people type it: base 32 in groups of four."""
    text = base64.b32encode(key).decode().rstrip("=")
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def address(key: bytes, account: str, issuer: str) -> str:
    """The ``otpauth://`` address that an authenticator app reads from a QR code."""
    named = quote(f"{issuer}:{account}")
    query = {
        "secret": base64.b32encode(key).decode().rstrip("="),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP,
    }
    return f"otpauth://totp/{named}?{urlencode(query, quote_via=quote)}"
