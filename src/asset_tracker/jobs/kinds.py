"""[pure] What a kind of job is, and when recurring ones come.

A payload is a tagged, frozen msgspec Struct; its tag is the name of the kind, and stays as it is once
jobs of it may lie in somebody's database::

    class Remind(msgspec.Struct, frozen=True, kw_only=True, tag="remind"):
        consignment: UUID
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any, Final, Protocol

import msgspec

from asset_tracker import kyiv

FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=6)


class When(Protocol):
    """When a recurring job comes."""

    def after(self, moment: datetime) -> datetime:
        """The first time later than ``moment``; both UTC."""
        ...


class Every(msgspec.Struct, frozen=True):
    """Each so often, from the first start on."""

    step: timedelta

    def after(self, moment: datetime) -> datetime:
        return moment + self.step


class Daily(msgspec.Struct, frozen=True):
    """At a time of day in Kyiv. One that the clocks skip in spring comes an hour later."""

    at: time

    def after(self, moment: datetime) -> datetime:
        day = kyiv.day_of(moment)
        today = kyiv.instant_of(datetime.combine(day, self.at))
        return (
            today if today > moment else kyiv.instant_of(datetime.combine(day + timedelta(days=1), self.at))
        )


class Monthly(msgspec.Struct, frozen=True):
    """On a day (1 to 28, which every month has) at a time of day in Kyiv."""

    day: int
    at: time

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 28:
            raise ValueError("a day that every month has: 1 to 28")

    def after(self, moment: datetime) -> datetime:
        first = kyiv.day_of(moment).replace(day=1)
        this = kyiv.instant_of(datetime.combine(first.replace(day=self.day), self.at))
        if this > moment:
            return this
        following = (first + timedelta(days=31)).replace(day=self.day)
        return kyiv.instant_of(datetime.combine(following, self.at))


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job: its payload, the function ``async work(run, payload)``, how often it is tried.

    With ``when`` it recurs; all fields of its payload have defaults then.
    """

    payload: type[msgspec.Struct]
    work: Callable[[Any, Any], Awaitable[None]]
    tries: int = 5
    when: When | None = None

    @property
    def name(self) -> str:
        return name_of(self.payload)


def name_of(payload: msgspec.Struct | type[msgspec.Struct]) -> str:
    """The name of the kind that a payload belongs to. Raises TypeError for a Struct without a tag."""
    tag = payload.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{payload!r} has no tag to name its kind of job by")
    return tag


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many failed tries: 10 s, 40 s, 160 s, ... and at most six hours."""
    factor: int = 4 ** min(max(tries - 1, 0), 10)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)
