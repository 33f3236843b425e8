"""Clients that write without pause, each batch until it is acknowledged, and what the ledger has of it."""

import threading
import time
from collections import Counter

import httpx
from sqlalchemy import select
from sqlalchemy.pool import NullPool

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event
from factories.facts import DAY, draft, registered

TRY_AGAIN = (429, 500, 503)


class Client(threading.Thread):
    """Sends small batches, as a phone does, now to one of ``addresses`` and now to another.

    ``assets``: its own, and one that all share. ``pauses``: seconds between two acknowledgements.
    ``answers``: how often each status came. ``ended``: whether it came to its end in order. ``patience``: seconds
    that it waits for an answer; ``slowest``: what it waited for one; ``unanswered``: how often none came.
    """

    def __init__(self, number, addresses, token, assets, over, patience=30):
        super().__init__(daemon=True)
        self.patience, self.slowest, self.unanswered = patience, 0.0, 0
        self.device, self.addresses, self.over = f"client {number}", addresses, over
        self.headers = {"Authorization": f"Bearer {token}"}
        self.assets = [assets[number], assets[-1]]
        self.acknowledged = {}
        self.resent = 0
        self.pauses = []
        self.turn = number
        self.answers = Counter()
        self.ended = False

    def run(self):
        last = time.monotonic()
        with httpx.Client(headers=self.headers, timeout=self.patience) as http:
            while not self.over.is_set():
                batch = [self.fact(n) for n in range(4)]
                while not self.sent(http, batch):
                    self.resent += 1
                    time.sleep(0.05)
                self.pauses.append(time.monotonic() - last)
                last = time.monotonic()
        self.ended = True

    def fact(self, n):
        return {
            "id": str(uuid7()),
            "asset": str(self.assets[n % 2]),
            "occurred_at": DAY.isoformat(),
            "payload": {"kind": "verified", "method": "sight"},
            "device": self.device,
        }

    def sent(self, http, batch):
        self.turn += 1
        address = self.addresses[self.turn % len(self.addresses)]
        asked = time.monotonic()
        try:
            answer = http.post(f"{address}/api/v1/events", json=batch)
        except httpx.TransportError:
            self.unanswered += 1
            return False
        finally:
            self.slowest = max(self.slowest, time.monotonic() - asked)
        self.answers[answer.status_code] += 1
        if answer.status_code != 200:
            assert answer.status_code in TRY_AGAIN, answer.text
            return False
        outcomes = answer.json()
        assert {each["outcome"] for each in outcomes} <= {"recorded", "duplicate"}, outcomes
        self.acknowledged |= {each["id"]: each["receipt"]["hash"] for each in outcomes}
        return True


async def prepared(url, clients):
    """A token of somebody who may record everything, and an asset for each client and one for all."""
    engine = make_engine(url, poolclass=NullPool)
    assets = [uuid7() for _ in range(clients + 1)]
    async with transaction(engine) as conn:
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email="phones@example.org",
            name="Телефони",
            password=None,
            grants=(Grant(role="administrator"),),
        )
        token = (await tokens.make_token(conn, COMMAND_LINE, "phones", user=user)).token
        await store.append(
            conn, COMMAND_LINE.id, [draft(each, registered()) for each in assets], programme=uuid7()
        )
    await engine.dispose()
    return token, assets


async def stored(url):
    """What the ledger has of the clients: hash by id, and how many there are."""
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        rows = (await conn.execute(select(event.c.id, event.c.hash).where(event.c.kind == "verified"))).all()
    await engine.dispose()
    return {str(row.id): row.hash.hex() for row in rows}, len(rows)
