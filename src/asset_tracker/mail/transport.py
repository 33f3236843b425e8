"""The way to the mail server: TLS from the start or by STARTTLS, in the clear only on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

import aiosmtplib

from asset_tracker.settings import LOOPBACK, Settings

TIMEOUT = 20.0  # seconds, for each step


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection to the server of ``smtp_url``. Raises SMTPException and OSError."""
    server = client_of(settings.smtp_url or "")
    async with server:
        yield server


def client_of(smtp_url: str) -> aiosmtplib.SMTP:
    """``smtp://`` demands STARTTLS unless the host is this machine; ``smtps://`` is TLS from the start."""
    parts = urlsplit(smtp_url)
    at_once = parts.scheme == "smtps"
    here = parts.hostname in LOOPBACK
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if at_once else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=at_once,
        # None: if the server offers it. True: refuse to go on without.
        start_tls=False if at_once else (None if here else True),
        timeout=TIMEOUT,
    )
