"""UUIDv7 (RFC 9562, section 5.7): identifiers that sort by the time they were made, wherever that was."""

import secrets
import time
from uuid import UUID


def uuid7(at_ms: int | None = None) -> UUID:
    """A new identifier; ``at_ms`` (milliseconds since 1970, UTC) stands in for the clock.

    The twelve bits behind the milliseconds are a fraction of one (RFC 9562, 6.2, method 3), so that of two
    made here one after the other the later is the greater.
    """
    if at_ms is None:
        ms, rest = divmod(time.time_ns(), 1_000_000)
        fraction = (rest << 12) // 1_000_000
    else:
        ms, fraction = at_ms, secrets.randbits(12)
    return UUID(int=(ms & (2**48 - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62))
