"""kill -9 of the server and of PostgreSQL while eight clients write: what was acknowledged is there, once."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.pool import NullPool

from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.db.embedded import EmbeddedServer, database_url
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.ledger import store
from asset_tracker.ledger.checkpoints import kept_witness
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event
from asset_tracker.ledger.verify import verify
from asset_tracker.settings import Settings
from factories.facts import DAY, draft, registered

SOURCES = Path(__file__).parents[3] / "src"
CLIENTS, CYCLES, SECONDS = 8, 5, 0.7


class Client(threading.Thread):
    """Sends small batches, each until it is acknowledged, as a phone does; some to assets that all share."""

    def __init__(self, number, address, token, assets, over):
        super().__init__(daemon=True)
        self.device, self.address, self.over = f"client {number}", address, over
        self.headers = {"Authorization": f"Bearer {token}"}
        self.assets = [assets[number], assets[-1]]
        self.acknowledged = {}
        self.resent = 0

    def run(self):
        with httpx.Client(base_url=self.address, headers=self.headers, timeout=5) as http:
            while not self.over.is_set():
                batch = [self.fact(n) for n in range(4)]
                while not self.sent(http, batch):
                    self.resent += 1
                    time.sleep(0.05)

    def fact(self, n):
        return {
            "id": str(uuid7()),
            "asset": str(self.assets[n % 2]),
            "occurred_at": DAY.isoformat(),
            "payload": {"kind": "verified", "method": "sight"},
            "device": self.device,
        }

    def sent(self, http, batch):
        try:
            answer = http.post("/api/v1/events", json=batch)
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            assert answer.status_code in (429, 503, 500), answer.text
            return False
        outcomes = answer.json()
        assert {each["outcome"] for each in outcomes} <= {"recorded", "duplicate"}, outcomes
        self.acknowledged |= {each["id"]: each["receipt"]["hash"] for each in outcomes}
        return True


@pytest.fixture
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


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


async def prepared(url):
    """A token of somebody who may record everything, and an asset for each client and one for all."""
    engine = make_engine(url, poolclass=NullPool)
    assets = [uuid7() for _ in range(CLIENTS + 1)]
    async with transaction(engine) as conn:
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email="phones@example.org",
            name="Телефони",
            password=None,
            grants=(Grant(role="administrator"),),
        )
        token = (await users.make_token(conn, COMMAND_LINE, "phones", user=user)).token
        await store.append(
            conn, COMMAND_LINE.id, [draft(each, registered()) for each in assets], programme=uuid7()
        )
    await engine.dispose()
    return token, assets


async def stored(url):
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        rows = (await conn.execute(select(event.c.id, event.c.hash).where(event.c.kind == "verified"))).all()
    await engine.dispose()
    return {str(row.id): row.hash.hex() for row in rows}, len(rows)


def test_nothing_acknowledged_is_lost_or_doubled(folder, address):
    settings = Settings.from_env({"ASSET_TRACKER_DATA_DIR": str(folder)})
    over = threading.Event()
    server = serve(folder, address)
    with database_url(settings) as url:
        token, assets = asyncio.run(prepared(url))
    clients = [Client(n, address, token, assets, over) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for cycle in range(CYCLES):
        time.sleep(SECONDS)
        killed = [EmbeddedServer(folder).status().pid, server.pid]
        # Now the database first, now the server: each sees the other gone in the middle of something.
        for pid in killed if cycle % 2 else reversed(killed):
            os.kill(pid, signal.SIGKILL)
        server.communicate()
        server = serve(folder, address)
    time.sleep(SECONDS)
    over.set()
    for client in clients:
        client.join(timeout=30)
        assert not client.is_alive()
    acknowledged = {}
    for client in clients:
        acknowledged |= client.acknowledged
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    with database_url(settings) as url:
        there, count = asyncio.run(stored(url))
        found = asyncio.run(verify(url, kept=[kept_witness(folder)]))
    assert there == acknowledged
    assert count == len(acknowledged) > CLIENTS * CYCLES
    assert sum(client.resent for client in clients) >= CYCLES
    assert found.clean, found.findings
