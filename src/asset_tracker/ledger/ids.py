"""UUIDv7 (RFC 9562, section 5.7): identifiers that sort by the time they were made, wherever that was."""

import secrets
import time
from uuid import UUID


def uuid7(at_ms: int | None = None) -> UUID:
    """A new identifier; ``at_ms`` (milliseconds since 1970, UTC) stands in for the clock."""
    ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    return UUID(
        int=(ms & (2**48 - 1)) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    )
