"""Server processes that give way to those that answer people.

A worker is nice to the rest of its machine, but most of what an import costs is spent by PostgreSQL on its
behalf, in a process of its own behind each connection. Where that process runs on this machine and is ours to
touch (the embedded server's is), it is made as nice as the worker. Elsewhere it stays as it is.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


def give_way(engine: AsyncEngine, niceness: int) -> None:
    """Let whatever serves the connections of this engine from now on run with this niceness (0 to 19)."""
    if sys.platform == "linux" and str(engine.url.query.get("host", "")).startswith("/"):

        def connected(connection: Any, _record: Any) -> None:
            slow_down(connection.driver_connection.get_server_pid(), niceness)

        event.listen(engine.sync_engine, "connect", connected)


def slow_down(pid: int, niceness: int) -> bool:
    """Make a PostgreSQL process of this machine nice; False where it is none, or none of ours."""
    # a socket may lead into another container, where this number names something else
    with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
            os.setpriority(os.PRIO_PROCESS, pid, niceness)
            return True
    return False
