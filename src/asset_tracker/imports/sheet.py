"""From a file somebody sent to a book of rows, by way of a process of its own.

The rows never stand in this process all at once: the reader writes them to a file beside the upload,
and ``Book.rows`` gives them from there.
"""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from asset_tracker import children
from asset_tracker.errors import InvalidError
from asset_tracker.imports import reader
from asset_tracker.imports.cells import Limits, Opened, Refused, Row, Rows, SheetEnd, SheetInfo


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could be read; ``path`` is where its rows wait."""

    path: Path
    about: Opened
    sheets: tuple[SheetInfo, ...]

    def called(self, name: str) -> "Book":
        """The same, its only sheet named after the file where the format has no names of sheets (.csv)."""
        sheets = (msgspec.structs.replace(each, name=each.name or name) for each in self.sheets)
        return msgspec.structs.replace(self, sheets=tuple(sheets))

    def rows(self, sheet: int) -> Iterator[Row]:
        """Rows of the sheet with this index that hold a value, in order."""
        with self.path.open("rb") as file:
            for frame in reader.frames(file, sheet):
                if isinstance(frame, Rows):
                    yield from frame.rows


@contextlib.contextmanager
def opened(source: Path, limits: Limits | None = None) -> Iterator[Book]:
    """The book at ``source`` for the length of a ``with``; InvalidError says what the file is if it is none.

    Blocks for as long as the file takes (a tenth of a second for a packing list, at most ``wall_seconds``):
    from a server call it in a thread.
    """
    with tempfile.TemporaryDirectory(prefix="asset-tracker-import-") as folder:
        yield read(source, Path(folder) / "rows", limits)


def read(source: Path, target: Path, limits: Limits | None = None) -> Book:
    """As ``opened``, with the rows written to ``target``, which the caller removes."""
    limits = limits or Limits()
    in_a_process(reader.__name__, (source, target), limits)
    return _book(target)


def in_a_process(module: str, arguments: tuple[Path, ...], limits: Limits) -> None:
    """Run a module of ours on somebody's file, within limits of memory and time that it sets itself.

    The last argument is the file it must write. Raises InvalidError where it did not come to its end.
    """
    told = (*map(str, arguments), msgspec.json.encode(limits).decode())
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module; the file is an argument, never a shell word
            children.command(module, *told),
            env=children.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidError(
            "The file took too long to read; it was not opened. Split it into several files."
        ) from error
    if done.returncode != 0 or not arguments[-1].exists():
        raise InvalidError(
            "The file asked for more memory or time than is allowed; it was not opened. Split it into several files."
        )


def _book(target: Path) -> Book:
    about: Opened | None = None
    sheets: list[SheetInfo] = []
    with target.open("rb") as file:
        for frame in reader.frames(file):
            if isinstance(frame, Refused):
                params: dict[str, Any] = {**frame.params}
                raise InvalidError(frame.message, **params)
            if isinstance(frame, Opened):
                about = frame
            elif isinstance(frame, SheetEnd):
                sheets.append(frame.sheet)
    if about is None:
        raise InvalidError("The file is empty.")
    return Book(path=target, about=about, sheets=tuple(sheets))
