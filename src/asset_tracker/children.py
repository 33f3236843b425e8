"""Processes of our own for one piece of work each: what it takes of memory goes with them, and no secret comes along."""

import os
import sys
from pathlib import Path


def command(module: str, *arguments: str) -> list[str]:
    """How a module of ours is run by this interpreter; arguments never go through a shell."""
    return [sys.executable, "-m", module, *arguments]


def environment() -> dict[str, str]:
    """All that it is told of ours: where code lies. No setting and no secret of the server is in its reach."""
    return {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, sys.path)]),
        "MALLOC_ARENA_MAX": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
