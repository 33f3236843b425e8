"""How far the reader's process is with a file: a number in a file beside the rows, for whoever waits. [pure]"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

# Takes the part of the file that is dealt with, from 0 to 1.
Seen = Callable[[float], None]
FULL: Final = 100


def unseen(part: float) -> None:
    """Nobody watches."""


class Meter:
    """Writes whole per cents to a file of its own, a few bytes at most a hundred times."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._percent = -1

    def __call__(self, part: float) -> None:
        percent = min(FULL, int(part * FULL))
        if percent > self._percent:
            self._percent = percent
            os.pwrite(self._file, b"%3d" % percent, 0)


def meter_of(rows: Path) -> Path:
    """Where the reader that writes ``rows`` tells how far it is."""
    return rows.with_name(f"{rows.name}.percent")


def percent_at(rows: Path) -> int:
    """How far the reader that writes ``rows`` is; 0 while it has said nothing."""
    try:
        return int(meter_of(rows).read_bytes() or 0)
    except FileNotFoundError:
        return 0


def stretch(seen: Seen, begin: float, end: float) -> Seen:
    """What tells of a step that reaches from ``begin`` to ``end`` of the whole."""
    return lambda part: seen(begin + (end - begin) * part)
