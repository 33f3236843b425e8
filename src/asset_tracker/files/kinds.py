"""What a file is by its first bytes and by who names it as what, and why some kinds are not taken [pure]."""

from collections.abc import Collection
from typing import Final, Literal

from asset_tracker.errors import FieldError, InvalidError

Kind = Literal["photo", "scan", "signature"]
Format = Literal["jpeg", "png", "webp", "pdf"]

SEND_JPEG: Final = "a photo as JPEG, PNG or WebP"
SEND_SCAN: Final = "a PDF, or a photo as JPEG, PNG or WebP"

_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_REFUSED_BY_START: Final = (
    ((b"GIF87a", b"GIF89a"), "This is a GIF picture"),
    ((b"II*\0", b"MM\0*"), "This is a TIFF picture"),
    ((b"BM",), "This is a BMP picture"),
    ((b"PK\x03\x04",), "This is an archive or an office document"),
    ((b"\xd0\xcf\x11\xe0",), "This is an old office document"),
    ((b"\xff\xfb", b"ID3", b"OggS", b"RIFF"), "This is a sound or video recording"),
)


def sniff(data: bytes, expected: str = SEND_JPEG) -> Format:
    """The format of ``data`` by its content, whatever its name or declared type says.

    Raises InvalidError that names what it is instead.
    """
    if not data:
        raise not_taken("The file is empty", expected)
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"%PDF-"):
        return "pdf"
    raise not_taken(_what_it_is(data), expected)


def kind_of_link(named_as: str | None, had_as: Collection[Kind]) -> Kind | None:
    """What a file is where a fact names it; None where whoever named it never had it, so that it is shown to nobody.

    What an act names as its scan is one. Among the photos of a fact stand signatures and, seldom, scans as well: what
    is named there is what whoever named it had it as, a signature before a photo before a scan.
    """
    if had_as and named_as == "scan":
        return "scan"
    order: tuple[Kind, ...] = ("signature", "photo", "scan")
    return next((kind for kind in order if kind in had_as), None)


def not_taken(message: str, expected: str | None = None, /, **params: str | int) -> InvalidError:
    """The error of a file that is not taken."""
    return InvalidError("This file cannot be taken.", errors=(FieldError("file", message, params, expected),))


def _what_it_is(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    for starts, name in _REFUSED_BY_START:
        if data.startswith(starts):
            return name
    head = data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").lower()
    if head.startswith(b"<"):
        return "This is a web page or a drawing (HTML, SVG or XML)"
    return "This is not a picture that we know"


def _iso_media(data: bytes) -> str:
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))}
    if brands & _AVIF_BRANDS:
        return "This is an AVIF picture"
    if brands & _HEIC_BRANDS:
        return (
            "This is a HEIC photo. On an iPhone choose Settings, Camera, Formats, Most Compatible, "
            "or share it as JPEG"
        )
    return "This is a sound or video recording"
