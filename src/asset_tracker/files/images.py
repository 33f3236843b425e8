"""Cleaning pictures: decoded within limits, turned upright, and encoded anew as JPEG [pure].

Nothing of what was sent survives but the pixels: no EXIF, GPS, XMP, maker notes, thumbnails, comments,
colour profiles, further frames, or bytes before and after the picture.
"""

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from asset_tracker.errors import TooLargeError
from asset_tracker.files.kinds import SEND_JPEG, not_taken, sniff

# Pictures are read by few processes, and not at once.
if TYPE_CHECKING:
    from PIL import Image, ImageFile

MAX_BYTES: Final = 20_000_000
"""Bytes of a picture as sent."""

MAX_PIXELS: Final = 64_000_000
"""Pixels that are decoded at most: 64 megapixels, about 200 MB for a moment."""

MAX_SCANS: Final = 100
"""Passes over a JPEG at most; cameras and programs make some ten, and each costs as if it were the only one."""

PHOTO_EDGE: Final = 2048
"""Pixels of the longer edge of a stored photo."""

SCAN_EDGE: Final = 3508
"""Pixels of the longer edge of a stored scan: A4 at 300 dpi."""

_SCAN: Final = b"\xff\xda"
_END: Final = b"\xff\xd9"
# Those that stand inside of a scan (stuffed zeros, restarts) left aside.
_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ORIENTATION: Final = 0x0112
_BYTE_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II": "little", b"MM": "big"}
_TURNS: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


class CleanImage(msgspec.Struct, frozen=True):
    """A JPEG of ours; ``width`` and ``height`` in pixels."""

    data: bytes
    width: int
    height: int


def clean_image(data: bytes, *, edge: int = PHOTO_EDGE, expected: str = SEND_JPEG) -> CleanImage:
    """The picture in ``data`` (JPEG, PNG or WebP), upright, its longer edge at most ``edge`` pixels.

    Takes a moment of processor time: call it in a thread. Raises InvalidError, TooLargeError.
    """
    from PIL import Image

    if len(data) > MAX_BYTES:
        raise TooLargeError("The picture is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // 1_000_000)
    kind = sniff(data, expected)
    if kind == "pdf":
        raise not_taken("This is a PDF, not a photo", expected)
    if kind == "jpeg" and _scans(data) > MAX_SCANS:
        raise TooLargeError("The picture is stored in more than %(scans)s passes.", scans=MAX_SCANS)
    try:
        with Image.open(BytesIO(data), formats=[kind]) as sent:
            return _encode(_upright(_decode(sent, edge)), edge)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many_pixels() from bomb
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as broken:
        raise not_taken("The picture is damaged or cut short", expected) from broken


def _decode(sent: "ImageFile.ImageFile", edge: int) -> "Image.Image":
    if sent.width * sent.height > MAX_PIXELS:
        raise _too_many_pixels()
    sent.draft("RGB", (edge, edge))  # JPEG only: decodes at half, quarter or eighth size where that suffices
    sent.load()
    return sent


def _scans(jpeg: bytes) -> int:
    """How many passes over the picture a JPEG has, counted as far as matters.

    A pass that changes nothing takes forty bytes, and decoding it as long as any other: 20 MB of them take hours.
    """
    at, found = 2, 0
    while found <= MAX_SCANS and (marker := _MARKER.search(jpeg, at)):
        at = marker.end()
        if marker[0] == _END:
            break
        found += marker[0] == _SCAN
        # What a segment holds is passed over; what follows a scan holds no markers of its own.
        at += max(2, int.from_bytes(jpeg[at : at + 2]))
    return found


def _too_many_pixels() -> TooLargeError:
    megapixels = MAX_PIXELS // 1_000_000
    return TooLargeError("The picture has more than %(megapixels)s megapixels.", megapixels=megapixels)


def _upright(picture: "Image.Image") -> "Image.Image":
    from PIL.Image import Transpose

    turn = _TURNS.get(_orientation(picture.info.get("exif") or b""))
    return picture.transpose(Transpose[turn]) if turn is not None else picture


def _orientation(exif: bytes) -> int:
    """The orientation in an EXIF block; 1 (upright) when there is none or the block makes no sense."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = _BYTE_ORDERS.get(tiff[:2])
    if order is None:
        return 1
    first = int.from_bytes(tiff[4:8], order)
    entries = int.from_bytes(tiff[first : first + 2], order)
    for at in range(first + 2, min(first + 2 + 12 * entries, len(tiff)), 12):
        if int.from_bytes(tiff[at : at + 2], order) == _ORIENTATION:
            return int.from_bytes(tiff[at + 8 : at + 10], order)
    return 1


def _encode(picture: "Image.Image", edge: int) -> CleanImage:
    from PIL import Image

    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")  # 16 bits a pixel to 8
    clean = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        clean.paste(opaque, mask=opaque.getchannel("A"))
    else:
        clean.paste(picture.convert("RGB"))
    clean.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    target = BytesIO()
    clean.save(target, "JPEG", quality=82, optimize=True, progressive=True)
    return CleanImage(target.getvalue(), clean.width, clean.height)
