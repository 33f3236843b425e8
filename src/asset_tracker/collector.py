"""How a process of ours that goes on for months keeps its memory: what it looks through, and what it gives back."""

import ctypes
import gc
import sys
from collections.abc import Callable
from typing import Final

# mallopt(3), of the C library of Linux; others know none of it.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 256 * 1024  # bytes
_ARENAS: Final = 2


def seldom() -> None:
    """Leave alone what is loaded so far, and look through the rest a hundred times less often.

    A report, an import or a verification makes very many short-lived objects; looking through everything that the
    program has loaded meanwhile took up to half of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def give_back() -> None:
    """Have the C library give memory back that is not needed any more; where it can be told, before threads begin.

    Left to itself it keeps large pieces once it has seen them freed, in a heap for each thread that asked for one:
    after forty photos of twelve megapixels the server held 240 MB of nothing. Pieces from 256 kB on are now the
    system's own, which takes them back as they are freed, and threads share two heaps.
    """
    if (tell := _c_library("mallopt")) is not None:
        tell(_MMAP_THRESHOLD, _LARGE)
        tell(_ARENA_MAX, _ARENAS)


def tidy() -> None:
    """Look through everything once, and give back what it leaves: for a process that has just done with its work.

    A minute's jobs leave some hundred objects in circles; looked for as seldom as above, they took 25 MB before
    somebody did. What was loaded at the start is left alone, so this takes some milliseconds; nothing is done where
    Python looks as often as it does by itself.
    """
    if not gc.get_freeze_count():
        return
    gc.collect()
    if (trim := _c_library("malloc_trim")) is not None:
        trim(0)


def _c_library(name: str) -> Callable[..., int] | None:
    """A function of the C library that Linux with glibc has; None elsewhere."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
