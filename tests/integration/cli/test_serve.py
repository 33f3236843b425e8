"""The server as people start it: found, refused, interrupted, killed, started beside another."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from asset_tracker.db.embedded import EmbeddedServer
from factories.ports import free_port

SOURCES = Path(__file__).parents[3] / "src"
# For what comes in the end, on a machine that others use too; a test that passes never waits for so long.
PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def folder():
    """One for all of these tests: the first start finds it empty, the later ones find what was left in it."""
    path = Path(tempfile.gettempdir()) / f"at-{os.getpid()}-{time.monotonic_ns()}"
    path.mkdir(mode=0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(folder):
    """A function that starts ``asset-tracker serve`` on a free port and waits until it answers."""
    started = []

    def start_one(port=None):
        port = port or free_port()
        env = {name: value for name, value in os.environ.items() if not name.startswith("ASSET_TRACKER_")}
        env |= {
            "ASSET_TRACKER_DATA_DIR": str(folder),
            "ASSET_TRACKER_PORT": str(port),
            "PYTHONPATH": str(SOURCES),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "asset_tracker", "serve"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        process.port = port
        for line in process.stdout:
            if f"http://127.0.0.1:{port}" in line:
                break
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
    EmbeddedServer(folder).stop()


def ready(process):
    return httpx.get(f"http://127.0.0.1:{process.port}/readyz", timeout=PATIENCE).status_code


def leaves(process, ending):
    process.send_signal(ending)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_two_share_the_database_but_not_the_port_and_leave_in_order(start, folder):
    first = start()
    refused = start(first.port)
    _, said = refused.communicate(timeout=PATIENCE)
    assert refused.returncode == 3
    assert f"127.0.0.1:{first.port} cannot be used" in said
    assert "PORT=" in said
    beside = start()
    assert (ready(first), ready(beside)) == (200, 200)
    assert leaves(first, signal.SIGINT) == (0, "")
    assert EmbeddedServer(folder).running()
    assert ready(beside) == 200, "the database goes on while somebody uses it"
    assert leaves(beside, signal.SIGTERM) == (0, "")
    assert not EmbeddedServer(folder).running()


def test_what_is_killed_comes_back_or_is_followed_by_the_next(start, folder):
    first = start()
    assert eventually(lambda: workers(first) == 1)
    (companion,) = children(first.pid)
    os.kill(companion, signal.SIGKILL)
    assert eventually(lambda: workers(first) == 1 and children(first.pid) not in ([], [companion]))
    (companion,) = children(first.pid)
    database = EmbeddedServer(folder).status().pid
    first.kill()
    first.communicate(timeout=PATIENCE)
    assert eventually(lambda: not Path(f"/proc/{companion}/fd/0").exists()), "a worker goes with its server"
    second = start(first.port)
    assert ready(second) == 200
    assert EmbeddedServer(folder).status().pid == database, "the next server finds it"
    os.kill(database, signal.SIGKILL)
    assert eventually(lambda: ready(second) == 200 and EmbeddedServer(folder).running())


def eventually(true):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return False


def workers(process):
    metrics = httpx.get(f"http://127.0.0.1:{process.port}/metrics", timeout=PATIENCE).text
    return float(re.search(r"^asset_tracker_workers (\S+)$", metrics, re.MULTILINE)[1])


def children(pid):
    every = [Path(each) for each in Path(f"/proc/{pid}/task").iterdir()]
    listed = [child for each in every for child in (each / "children").read_text().split()]
    return [int(child) for child in listed if b"worker" in said_by(f"/proc/{child}/cmdline")]


def said_by(path):
    with suppress(FileNotFoundError, ProcessLookupError):  # it has gone meanwhile
        return Path(path).read_bytes()
    return b""
