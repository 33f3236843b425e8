"""How soon ``serve`` answers, and what the whole stack keeps in memory while nobody asks anything.

    python tests/bench/stack.py

The stack is what ``serve`` starts: the server, its worker, and the embedded PostgreSQL. Memory is the sum of
the proportional set sizes (PSS) of all its processes, so that a page that several share counts once. Beside it
stands a bare Litestar route behind uvicorn with an embedded PostgreSQL of its own, started and measured alike.
The start is the second one: the first makes the database, loads 1,469 municipalities, and leaves the compiled
modules that an installed package has.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import make_url
from tables import show

from asset_tracker.db.embedded import EmbeddedServer

SOURCE = Path(__file__).parents[2] / "src"
STARTS, PATIENCE, SETTLED = 3, 90.0, 6.0  # times, seconds, seconds


class Stack(NamedTuple):
    """``start``: seconds until ``/readyz`` answers 200, ``start_cpu`` of processor, the best of three; ``memory`` in MB."""

    start: float
    start_cpu: float
    memory: float


def measure() -> tuple[Stack, Stack]:
    """Ours and the bare one."""
    return _measured(_serve), _measured(_bare)


def _measured(started: object) -> Stack:
    assert callable(started)
    with TemporaryDirectory(prefix="at-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with started(folder):  # makes the database
            pass
        starts, spent, memory = [], [], 0.0
        for _ in range(STARTS):
            began = time.perf_counter()
            with started(folder) as processes:
                starts.append(time.perf_counter() - began)
                spent.append(sum(_cpu(each) for each in _with_children(processes)))
                if len(starts) == STARTS:
                    time.sleep(SETTLED)  # the worker has come up, and looked for work
                    memory = sum(_pss(each) for each in _with_children(processes)) / 1024
        return Stack(min(starts), min(spent), memory)


@contextmanager
def _serve(folder: Path) -> Iterator[list[int]]:
    """``asset-tracker serve`` with what it brings along; its process and PostgreSQL's, once it answers."""
    port = _free_port()
    env = {
        "PYTHONPATH": str(SOURCE),
        "ASSET_TRACKER_DATA_DIR": str(folder),
        "ASSET_TRACKER_PORT": str(port),
    }
    with _running([sys.executable, "-m", "asset_tracker", "serve"], env, folder, port) as pid:
        yield [pid, EmbeddedServer(folder).status().pid or 0]


@contextmanager
def _bare(folder: Path) -> Iterator[list[int]]:
    server = EmbeddedServer(folder)
    at = make_url(server.start())
    port = _free_port()
    script = Path(__file__).with_name("bare_server.py")
    told = (port, at.username, at.database, at.query["host"], at.query["port"])
    try:
        with _running([sys.executable, str(script), *map(str, told)], {}, folder, port) as pid:
            yield [pid, server.status().pid or 0]
    finally:
        server.leave()


@contextmanager
def _running(command: list[str], more: dict[str, str], folder: Path, port: int) -> Iterator[int]:
    ours = ("ASSET_TRACKER_", "PYTHONDONTWRITEBYTECODE")
    env = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    env |= more | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.01)
    raise TimeoutError(process.args)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _with_children(roots: list[int]) -> list[int]:
    """The processes, and all that descend from them."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            except OSError:
                continue
    found = list(roots)
    for each in found:
        found += [pid for pid, parent in parents.items() if parent == each and pid not in found]
    return found


def _cpu(pid: int) -> float:
    """Seconds that the process has spent, with its children that have ended."""
    fields = _read(pid, "stat").rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> int:
    """kB that the process has of its own, with its part of what it shares."""
    return sum(int(line.split()[1]) for line in _read(pid, "smaps_rollup").splitlines() if line[:4] == "Pss:")


def _read(pid: int, name: str) -> str:
    try:
        return Path("/proc", str(pid), name).read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended, and holds nothing any more
        return ""


def main() -> None:
    ours, bare = measure()
    rows = [
        (
            "start until it answers",
            f"{ours.start:.2f} s",
            f"{bare.start:.2f} s",
            f"{ours.start / bare.start:.1f}",
        ),
        (
            "the same by processor",
            f"{ours.start_cpu:.2f} s",
            f"{bare.start_cpu:.2f} s",
            f"{ours.start_cpu / bare.start_cpu:.1f}",
        ),
        (
            "memory, idle",
            f"{ours.memory:.0f} MB",
            f"{bare.memory:.0f} MB",
            f"{ours.memory / bare.memory:.1f}",
        ),
    ]
    show("stack", ("what", "ours", "bare", "ratio"), rows, None)


if __name__ == "__main__":
    main()
