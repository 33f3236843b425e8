"""What the clocks of a phone said, and when a fact really occurred [pure].

A phone has two clocks: the one on its wall, which anybody may set, and a monotonic one, which only counts.
With what both say when a fact is seen and when it is sent, the server can tell how far off the wall is.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

SLACK: Final = timedelta(hours=1)
"""How far off a clock may be before its facts are put right: below it, the phone is believed."""
ASLEEP: Final = timedelta(days=7)
"""How much more the wall may have counted than the other clock, which stands still while a phone sleeps;
beyond that, somebody set the wall."""

_Ms = Annotated[float, Meta(ge=-1e14, le=1e14)]
_Instant = Annotated[datetime, Meta(tz=True)]
_Boot = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00]*$")]


class Reading(msgspec.Struct, frozen=True):
    """Both clocks at one moment. ``mono``: milliseconds since ``boot``, which names a start of the app."""

    wall: _Instant
    mono: _Ms | None = None
    boot: _Boot | None = None


class Clock(msgspec.Struct, frozen=True):
    """Both clocks when the fact was seen, and again (``sent``) when it was sent.

    ``offset``: milliseconds that the server's clock was ahead of the wall's, as the phone measured it last.
    """

    wall: _Instant
    mono: _Ms | None = None
    boot: _Boot | None = None
    offset: _Ms | None = None
    sent: Reading | None = None


def put_right(occurred_at: datetime, clock: Clock | None, now: datetime) -> datetime:
    """When it occurred, by the server's clock. ``occurred_at`` is by the phone's wall; ``now`` the server's.

    The same as told while the clock is right within an hour, or nothing is known of it.
    """
    if clock is None:
        return occurred_at
    try:
        ahead = _ahead(occurred_at, clock, now)
        if ahead is None or abs(ahead) <= SLACK:
            return occurred_at
        # A phone that knew how far off it is may have put it right itself.
        if abs((occurred_at - clock.wall) - ahead) <= SLACK:
            return occurred_at
        return occurred_at + ahead
    except OverflowError:  # a wall at the end of time; the check of times tells
        return occurred_at


def _ahead(occurred_at: datetime, clock: Clock, now: datetime) -> timedelta | None:
    """How far the server's clock is ahead of the wall's at the moment that the fact was seen."""
    sent = clock.sent
    if sent is not None and (counted := _counted(clock, sent)) is not None:
        if counted - SLACK <= sent.wall - clock.wall <= counted + ASLEEP:
            return now - sent.wall  # nobody set the wall in between
        return now - counted - clock.wall
    # What was measured before the fact holds, unless it makes a fact of what is still to come: then the wall
    # was set after the measurement.
    if clock.offset is not None and (sent is None or occurred_at <= now + SLACK):
        return timedelta(milliseconds=clock.offset)
    return now - sent.wall if sent is not None else None


def _counted(clock: Clock, sent: Reading) -> timedelta | None:
    """What the monotonic clock counted between seeing and sending; None after a start of the app."""
    if clock.mono is None or sent.mono is None or not clock.boot or clock.boot != sent.boot:
        return None
    return timedelta(milliseconds=sent.mono - clock.mono)
