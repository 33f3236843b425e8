"""A migrated database on an embedded server of its own, and the CPU that both sides of it spend."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.roles import APP


def as_app(url: str) -> str:
    """The same address for the log-in that a server must have: it stands behind the wall."""
    return make_url(url).set(username=APP).render_as_string(hide_password=False)


class Cpu:
    """Seconds of CPU since it was made: ``ours`` of this process, ``total`` with all of PostgreSQL's."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._postmaster = server.status().pid or 0
        self._began = time.process_time(), self._database()
        self.wall = time.perf_counter()

    def spent(self) -> tuple[float, float, float]:
        """(ours, total, wall clock)."""
        ours = time.process_time() - self._began[0]
        return ours, ours + self._database() - self._began[1], time.perf_counter() - self.wall

    def _database(self) -> float:
        tick = os.sysconf("SC_CLK_TCK")
        spent = 0.0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                if entry.name == str(self._postmaster):
                    spent += sum(map(int, fields[11:15])) / tick  # itself, and its children that have ended
                elif fields[1] == str(self._postmaster):
                    # In nanoseconds: each of many sessions spends less than a tick in a turn.
                    spent += int((entry / "schedstat").read_text().split()[0]) / 1e9
            except OSError:
                continue
        return spent


@contextmanager
def kept(
    folder: Path, fill: Callable[[EmbeddedServer, str], object], **options: str
) -> Iterator[tuple[EmbeddedServer, str]]:
    """The database of a folder that stays: filled the first time, used as it is from then on.

    It is filled with ``options`` and asked with the settings of the product. A folder whose filling was
    cut short is told by its mark missing, and must be removed by whoever made it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    mark = folder / "filled"
    if not mark.exists():
        if any(folder.iterdir()):
            raise SystemExit(f"{folder} is not empty, and was never filled to its end: remove it first")
        server = EmbeddedServer(folder, options=options)
        url = server.start()
        try:
            asyncio.run(migrate.upgrade(url))
            fill(server, url)
        finally:
            server.stop()
        mark.touch()
    server = EmbeddedServer(folder)
    try:
        url = server.start()
        asyncio.run(migrate.upgrade(url))
        yield server, url
    finally:
        server.stop()


@contextmanager
def folder_of(keep: Path | None = None) -> Iterator[Path]:
    """Where databases are kept, or a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="at-bench-") as folder:
        Path(folder).chmod(0o755)
        yield keep or Path(folder)


@contextmanager
def database(**options: str) -> Iterator[tuple[EmbeddedServer, str]]:
    """(server, address) in a folder that is removed afterwards."""
    with folder_of() as folder:
        server = EmbeddedServer(folder, options=options)
        url = server.start()
        try:
            asyncio.run(migrate.upgrade(url))
            yield server, url
        finally:
            server.stop()
