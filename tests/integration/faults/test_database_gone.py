"""The database goes away while people work, and comes back: 503 meanwhile, and no restart of ours."""

import asyncio
import random
from collections import Counter

import pytest

from asset_tracker.db.embedded import EmbeddedServer
from factories.siege import behind_the_wall, besieged, furnished, recorded

pytestmark = pytest.mark.anyio
NEXT = "/api/v1/assets"
PHONES = 8


class Phone:
    """Sends its facts one batch after another, each until it is acknowledged."""

    def __init__(self, held, over):
        self.held, self.over = held, over
        self.acknowledged, self.statuses = set(), Counter()

    async def run(self):
        while not self.over.is_set():
            answer, ids = await self.held.note(n=3)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                assert {each["outcome"] for each in answer.json()} == {"recorded"}
                self.acknowledged |= ids
            else:
                assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text
                await asyncio.sleep(0.05 * random.random())  # noqa: S311 - so that not all come at once


async def more_is_told(phones, status):
    """Wait until some of the phones have been told this once more, which takes as long as the machine needs."""
    before = told(phones, status)
    async with asyncio.timeout(120):
        while told(phones, status) < before + PHONES:  # noqa: ASYNC110 - phones tell no event
            await asyncio.sleep(0.02)


def told(phones, status):
    return sum(phone.statuses[status] for phone in phones)


async def test_it_goes_and_comes_while_phones_send(folder):
    server = EmbeddedServer(folder)
    url = await behind_the_wall(server)
    office, tokens = await furnished(url)
    async with besieged(url, folder, office, tokens) as held:
        over = asyncio.Event()
        phones = [Phone(held, over) for _ in range(PHONES)]
        sending = [asyncio.create_task(phone.run()) for phone in phones]
        for _ in range(2):
            await more_is_told(phones, 200)
            await asyncio.to_thread(server.stop)
            read = await held.ask("donor", "GET", NEXT)
            assert (read.status_code, "retry-after" in read.headers) == (503, True), read.text
            page = await held.ask("donor", "GET", "/assets")
            assert (page.status_code, "retry-after" in page.headers) == (503, True)
            assert (await held.ask(None, "GET", "/readyz")).status_code == 503
            assert (await held.ask(None, "GET", "/healthz")).status_code == 200
            await more_is_told(phones, 503)
            await asyncio.to_thread(server.start)
            # Whatever connections the pool had are dead; the first to notice renews it.
            answers = [await held.ask("donor", "GET", NEXT) for _ in range(3)]
            assert [each.status_code for each in answers[1:]] == [200, 200]
        await more_is_told(phones, 200)
        over.set()
        await asyncio.gather(*sending)
        assert (await held.ask(None, "GET", "/readyz")).status_code == 200
        assert held.in_use == 0
        acknowledged = set().union(*(phone.acknowledged for phone in phones))
        there, rows = await recorded(held.app.state.engine, acknowledged)
    assert there == acknowledged
    assert rows == len(acknowledged) > PHONES
