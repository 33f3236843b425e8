"""One POST to a webhook, signed as Standard Webhooks says, to an address that was checked a moment before.

The signature is HMAC-SHA256 over ``id.timestamp.body``; a receiver that refuses old timestamps is safe from
what somebody has recorded. Redirects are not followed, proxies of the environment not used, and of the answer
only its status is looked at.
"""

import asyncio
import base64
import hmac
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from asset_tracker.errors import InvalidError
from asset_tracker.notices import hosts

TIMEOUT: Final = 10.0  # seconds for each step
CONNECT: Final = 5.0  # seconds to reach it


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` of the answer, None without one; ``trouble`` in a word, None when it was taken (2xx)."""

    status: int | None
    trouble: str | None
    milliseconds: int


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature`` of a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()


async def post(
    url: str, secret: bytes, message_id: str, body: bytes, *, allowed: Collection[str], now: int | None = None
) -> Outcome:
    """Send it once; what came of it. Raises nothing that the other side can cause."""
    import httpx  # loaded with the first webhook: most installations have none

    begun = time.monotonic()
    status, trouble = None, None
    try:
        async with asyncio.timeout(20):
            status = await _send(url, secret, message_id, body, allowed, now or int(time.time()))
        trouble = None if 200 <= status < 300 else f"HTTP {status}"
    except InvalidError:
        trouble = "host not allowed"
    except _NotPublicError:
        trouble = "address not public"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
        trouble = type(error).__name__
    return Outcome(status=status, trouble=trouble, milliseconds=int((time.monotonic() - begun) * 1000))


class _NotPublicError(Exception):
    """The name leads into a network."""


async def _send(
    url: str, secret: bytes, message_id: str, body: bytes, allowed: Collection[str], now: int
) -> int:
    import httpx

    hosts.check_url(url, allowed)
    parts = urlsplit(url)
    address = await _resolved(parts)
    headers = {
        "host": parts.netloc,
        "content-type": "application/json",
        "user-agent": "asset-tracker",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, message_id, now, body),
    }
    # The address is spoken to, the name is what its certificate must be for.
    there = parts._replace(netloc=_netloc(address, parts.port)).geturl()
    extensions = {"sni_hostname": parts.hostname} if parts.scheme == "https" else {}
    patience = httpx.Timeout(TIMEOUT, connect=CONNECT)
    async with (
        httpx.AsyncClient(timeout=patience, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", there, content=body, headers=headers, extensions=extensions) as answer,
    ):
        return answer.status_code


async def _resolved(parts: SplitResult) -> str:
    written = hosts.literal(parts)
    if written is not None:
        return str(written)  # named by the operator, as ``check_url`` has seen
    found: list[str] = []
    loop = asyncio.get_running_loop()
    with suppress(socket.gaierror):
        told = await loop.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        found = [str(each[4][0]) for each in told]
    if not found:
        raise OSError("no such host")
    address = hosts.public(found)
    if address is None:
        raise _NotPublicError
    return address


def _netloc(address: str, port: int | None) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}" if port else host
