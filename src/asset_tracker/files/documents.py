"""PDF scans: kept as they were signed, never opened by the server [pure].

A signed paper must stay what it was, so it is not encoded anew; whatever is inside reaches a reader only
as a download (``service.StoredFile.headers``).
"""

from typing import Final

from asset_tracker.errors import TooLargeError
from asset_tracker.files.kinds import SEND_SCAN, not_taken, sniff

MAX_BYTES: Final = 25_000_000
"""Bytes of a PDF."""

_TAIL: Final = 2048


def check_pdf(data: bytes) -> None:
    """Raise InvalidError or TooLargeError unless ``data`` begins and ends as a PDF does."""
    if len(data) > MAX_BYTES:
        raise TooLargeError("The PDF is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // 1_000_000)
    if sniff(data, SEND_SCAN) != "pdf":
        raise not_taken("This is a picture, not a PDF", SEND_SCAN)
    if b"%%EOF" not in data[-_TAIL:]:
        raise not_taken("The PDF is damaged or cut short", SEND_SCAN)
