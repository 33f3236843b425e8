"""The calendar and the clock of Kyiv, where the equipment stands; instants are kept in UTC [pure]."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

NAME: Final = "Europe/Kyiv"
"""As PostgreSQL knows it."""
ZONE: Final = ZoneInfo(NAME)


def today() -> date:
    """The day that it is in Kyiv."""
    return datetime.now(ZONE).date()


def day_of(instant: datetime) -> date:
    """The day that it is in Kyiv at an instant (with a zone)."""
    return instant.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The last instant (UTC) of a day in Kyiv."""
    return datetime.combine(day, time.max, ZONE).astimezone(UTC)


def instant_of(shown: datetime) -> datetime:
    """The instant (UTC) at which the clocks show this; one that they skip in spring is an hour later."""
    return shown.replace(tzinfo=ZONE).astimezone(UTC)
