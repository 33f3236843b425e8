"""A calendar as RFC 5545 writes it: whole days, folded lines, escaped text [pure]."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

MEDIA_TYPE = "text/calendar; charset=utf-8"
_FOLDED = 75  # octets of a line, without its end (3.1)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something on a day. ``uid`` stays the same as long as it is the same thing."""

    uid: str
    day: date
    title: str
    place: str = ""
    url: str = ""


def calendar(entries: Iterable[Entry], *, name: str, made_at: datetime) -> bytes:
    """The file; ``made_at`` aware."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//asset-tracker//calendar//UK",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        *(line for entry in entries for line in _event(entry, made_at)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def escaped(text: str) -> str:
    """Text as a value (3.3.11): no control signs but line ends, which are written out."""
    plain = "".join(
        sign for sign in text.replace("\r\n", "\n") if sign == "\n" or (sign >= " " and sign != "\x7f")
    )
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which cuts a sign in two."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _FOLDED:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece])


def _event(entry: Entry, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(entry.uid)}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(entry.title)}"
    if entry.place:
        yield f"LOCATION:{escaped(entry.place)}"
    if entry.url:
        yield f"URL:{entry.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"
