"""All stored files to another place, such as from the folder of a laptop to an object store."""

from collections.abc import Callable

import msgspec

from asset_tracker.errors import NotFoundError
from asset_tracker.files.storage import Storage


class MovedFiles(msgspec.Struct, frozen=True):
    """How many files were copied, and how many an earlier call had copied."""

    copied: int
    there: int


async def move_files(source: Storage, target: Storage, progress: Callable[[int, int], None]) -> MovedFiles:
    """Copy each file that ``target`` lacks, and read it back there; ``source`` keeps what it has.

    Both readings compare the bytes with their hash. ``progress(done, all)``. Given again after it was cut off,
    it copies the rest. Raises UnavailableError for a damaged file and when a place does not answer.
    """
    names = sorted([name async for name in source.names()])
    copied = 0
    for done, name in enumerate(names):
        progress(done, len(names))
        try:
            await target.get(name)
        except NotFoundError:
            await target.put(name, await source.get(name))
            await target.get(name)
            copied += 1
    progress(len(names), len(names))
    return MovedFiles(copied, len(names) - copied)
