"""Requests that end in the middle: cancelled where they stand, and clients that hang up.

``CANCELLED`` says how many (``make faults``: 5,000). What was acknowledged is there, once; what was not is
there or not, and sending it again tells; no connection is left behind; nobody is answered for another.
"""

import asyncio
import os
import random
import re
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.db.engine import transaction
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from factories.office import BARANIVKA, furnish
from factories.served import served
from factories.siege import fact, recorded, token_of

pytestmark = pytest.mark.anyio
NEXT = "/api/v1/assets"
CANCELLED = int(os.environ.get("CANCELLED", "300"))
AT_ONCE = 8
WHO = ("technician", "coordinator", "stranger", "donor", "custodian")


class Told:
    """What came of all the requests."""

    def __init__(self):
        self.acknowledged, self.unknown, self.cancelled = set(), [], 0
        self.may_see, self.bled = {}, []


async def test_cancelled_in_the_middle(siege):
    told = Told()
    dice = random.Random(11)  # noqa: S311 - the same moments each time
    async with siege() as held:
        held.assets = await many_assets(held)
        told.may_see = {who: seen(await held.ask(who, "GET", NEXT)) for who in WHO}
        assert len(set(told.may_see.values())) > 1
        await asyncio.gather(*(torment(held, told, dice) for _ in range(AT_ONCE)))
        async with asyncio.timeout(120):  # the last ones are still being rolled back
            while held.in_use:  # noqa: ASYNC110 - a pool has no event to wait for
                await asyncio.sleep(0.02)
        assert told.bled == []
        assert told.cancelled >= CANCELLED
        assert told.acknowledged
        engine = held.app.state.engine
        assert await recorded(engine, told.acknowledged) == (told.acknowledged, len(told.acknowledged))
        # An unknown outcome is resolved by sending the same again: recorded now, or long since.
        for batch in batched(told.unknown, 200):
            again = await held.ask("technician", "POST", "/api/v1/events", json=batch)
            assert {each["outcome"] for each in again.json()} <= {"recorded", "duplicate"}
        unknown = {each["id"] for each in told.unknown}
        assert await recorded(engine, unknown) == (unknown, len(unknown))
        assert (await held.ask(None, "GET", "/readyz")).status_code == 200


async def many_assets(held):
    """As many as keep each one's history short: a fact is folded into all that its asset went through."""
    made = [
        NewAsset(
            id=uuid7(),
            fact=Registered(category="laptop", name_uk="Ноутбук", tag=new_tag(), destination=BARANIVKA),
        )
        for _ in range(max(2, CANCELLED // 50))
    ]
    async with transaction(held.app.state.engine) as conn:
        await register(conn, COMMAND_LINE, held.office.programme, made)
    return [str(each.id) for each in made]


def batched(facts, size):
    return [facts[n : n + size] for n in range(0, len(facts), size)]


async def torment(held, told, dice):
    """Reads and writes that are cut off at any moment; some get through, and show how long to wait."""
    longest = {True: 0.2, False: 0.1}
    while told.cancelled < CANCELLED or not told.acknowledged:
        before, writing = told.cancelled, dice.random() < 0.5
        after = dice.random() * longest[writing]
        await (writes(held, told, dice, after) if writing else reads(held, told, dice.choice(WHO), after))
        # Longer when it was cut off, shorter when it was not: some two in three are.
        longest[writing] *= 1.05 if told.cancelled > before else 0.9


async def writes(held, told, dice, after):
    batch = [fact(each) for each in dice.sample(held.assets, 2)]
    ids = {each["id"] for each in batch}
    asked = asyncio.create_task(held.ask("technician", "POST", "/api/v1/events", json=batch))
    answer = await cut_off(asked, after)
    if answer is None:
        told.cancelled += 1
        told.unknown += batch
    else:
        assert answer.status_code == 200, answer.text
        told.acknowledged |= ids


async def reads(held, told, who, after):
    asked = asyncio.create_task(held.ask(who, "GET", NEXT))
    answer = await cut_off(asked, after)
    if answer is None:
        told.cancelled += 1
        return
    assert answer.status_code == 200, answer.text
    if seen(answer) != told.may_see[who]:
        told.bled.append((who, answer.text))


def seen(answer):
    return frozenset(each["id"] for each in answer.json()["items"])


async def cut_off(task, after):
    """The answer, or None when it was not there after so many seconds."""
    await asyncio.wait([task], timeout=after)
    task.cancel()
    with suppress(asyncio.CancelledError):
        return await task
    return None


async def furnish_with_token(conn):
    office = await furnish(conn)
    return office, await token_of(conn, "technician")


def test_clients_that_hang_up(new_database, tmp_path_factory):
    """Over the wire: half a request, or a whole one whose answer nobody waits for."""
    with served(new_database(), tmp_path_factory.mktemp("data"), furnish_with_token) as (url, made):
        office, token = made
        place = (urlsplit(url).hostname, urlsplit(url).port)
        for n in range(max(40, CANCELLED // 20)):
            body = msgspec.json.encode([fact(office.laptop)])
            head = (
                f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            whole = head + body
            with socket.create_connection(place, timeout=120) as client:
                client.sendall(whole[: len(whole) * (n % 5) // 4])
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120) as http:
            answer = http.post("/api/v1/events", json=[fact(office.laptop)])
            assert answer.json()[0]["outcome"] == "recorded"
            until = time.monotonic() + 120  # those that were whole are still being recorded
            while (told := in_use(http)) and time.monotonic() < until:
                time.sleep(0.05)
            assert told == 0


def in_use(http):
    return float(
        re.search(r"^asset_tracker_db_connections_in_use (.*)$", http.get("/metrics").text, re.MULTILINE)[1]
    )
