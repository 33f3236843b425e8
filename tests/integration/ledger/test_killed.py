"""kill -9 of the server and of PostgreSQL while eight clients write: what was acknowledged is there, once."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from asset_tracker.db.embedded import EmbeddedServer, database_url
from asset_tracker.ledger.checkpoints import kept_witness
from asset_tracker.ledger.verify import verify
from asset_tracker.settings import Settings
from factories.load import Client, prepared, stored
from factories.ports import free_port

SOURCES = Path(__file__).parents[3] / "src"
CLIENTS, SECONDS, AT_MOST = 8, 0.7, 120
# The server first, the database first, the server first; ``make faults`` goes on longer.
CYCLES = int(os.environ.get("CYCLES", "3"))


@pytest.fixture
def address():
    return f"http://127.0.0.1:{free_port()}"


def serve(folder, address):
    env = {name: value for name, value in os.environ.items() if not name.startswith("ASSET_TRACKER_")}
    port = address.rpartition(":")[2]
    env |= {"ASSET_TRACKER_DATA_DIR": str(folder), "ASSET_TRACKER_PORT": port, "PYTHONPATH": str(SOURCES)}
    process = subprocess.Popen(
        [sys.executable, "-m", "asset_tracker", "serve"], env=env, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if address in line:
            break
    return process


def write_on(clients):
    """Let them write for a moment, which on a machine with other work is until something of it came back."""
    begun, before = time.monotonic(), written(clients)
    time.sleep(SECONDS)
    while written(clients) - before <= CLIENTS and time.monotonic() - begun < AT_MOST:
        time.sleep(0.05)


def written(clients):
    return sum(len(client.acknowledged) for client in clients)


def test_nothing_acknowledged_is_lost_or_doubled(folder, address):
    settings = Settings.from_env({"ASSET_TRACKER_DATA_DIR": str(folder)})
    over = threading.Event()
    server = serve(folder, address)
    with database_url(settings) as url:
        token, assets = asyncio.run(prepared(url, CLIENTS))
    clients = [Client(n, [address], token, assets, over) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for cycle in range(CYCLES):
        write_on(clients)
        killed = [EmbeddedServer(folder).status().pid, server.pid]
        # Now the database first, now the server: each sees the other gone in the middle of something.
        for pid in killed if cycle % 2 else reversed(killed):
            os.kill(pid, signal.SIGKILL)
        server.communicate()
        server = serve(folder, address)
    write_on(clients)
    over.set()
    for client in clients:
        client.join(timeout=120)
        assert not client.is_alive()
    acknowledged = {}
    for client in clients:
        acknowledged |= client.acknowledged
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=120)
    with database_url(settings) as url:
        there, count = asyncio.run(stored(url))
        found = asyncio.run(verify(url, kept=[kept_witness(folder)]))
    assert there == acknowledged
    assert count == len(acknowledged) > CLIENTS * CYCLES
    assert sum(client.resent for client in clients) >= CYCLES
    assert found.clean, found.findings
