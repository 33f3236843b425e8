"""Events that an older app saved on a phone, brought to what is said today [pure].

A phone may come back after the server was updated twice. Its events say by ``v`` in which version they were
made; each step here brings them one version on. Nothing is taken away from this list.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

CURRENT: Final = 2
Event = dict[str, Any]


class TooNewError(ValueError):
    """The event was made by a newer app than this server knows."""


def upcast(said: Event) -> Event:
    """The event as the present version says it. Without ``v`` it is of the first version. Raises TooNewError."""
    version = said.get("v", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return said  # the decoder tells what is wrong with it
    if version > CURRENT:
        raise TooNewError
    for step in range(version, CURRENT):
        said = _STEPS[step](said)
    return {key: value for key, value in said.items() if key != "v"}


def _two(said: Event) -> Event:
    """Version 1 told the phone's number and clocks beside its name, in fields of their own."""
    beside = {name: said[name] for name in ("device_seq", "device_clock") if name in said}
    if not beside or not isinstance(said.get("device"), str):
        return said
    stamp = {"id": said["device"], "seq": beside.get("device_seq"), "clock": beside.get("device_clock")}
    rest = {key: value for key, value in said.items() if key not in beside}
    return {**rest, "device": {key: value for key, value in stamp.items() if value is not None}}


_STEPS: Mapping[int, Callable[[Event], Event]] = {1: _two}
