"""How a process of ours that goes on for months keeps its memory: what it looks through, and what it gives back."""

import ctypes
import gc
import sys
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
    if sys.platform == "linux" and (tell := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        tell(_MMAP_THRESHOLD, _LARGE)
        tell(_ARENA_MAX, _ARENAS)
