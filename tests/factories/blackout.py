"""The hour after a blackout: phones send what they kept, all at once, while donors read reports."""

import asyncio
import random
import time
from collections import Counter
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

import httpx
from PIL import Image

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import register
from asset_tracker.ledger.tags import format_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.queries import list_parties
from factories.office import BARANIVKA, asset, furnish
from factories.siege import fact, token_of

ASSETS = 10  # that each phone tells of
BATCH = 50
READS = (
    f"/api/v1/reports/municipalities/{BARANIVKA}.json",
    "/api/v1/reports/programmes/PROSTO.csv",
    "/api/v1/assets?limit=50",
    f"/municipalities/{BARANIVKA}",
)


class Scene(NamedTuple):
    """Who takes part: a bearer token and tags for each phone, and a donor's token."""

    phones: list[tuple[str, list[str]]]
    donor: str


class Figures:
    """What was answered, how long it took, and what was acknowledged."""

    def __init__(self):
        self.statuses, self.seconds = Counter(), {"events": [], "photos": [], "reading": []}
        self.events, self.photos, self.wrong = set(), set(), []
        self.whole = 0.0

    def percentiles(self, kind):
        """p50, p95, p99 in seconds, of the answers that were not a request to come back."""
        found = sorted(self.seconds[kind]) or [0.0]
        return [found[min(len(found) - 1, int(len(found) * share))] for share in (0.5, 0.95, 0.99)]


async def set_the_scene(conn, phones):
    """An office with assets of its own for each phone."""
    office = await furnish(conn)
    donor = next(each.id for each in await list_parties(conn, COMMAND_LINE, "donor"))
    new = [
        asset(
            (Share(donor, Decimal(100)),), office.consignment, None, category="laptop", name_uk=f"Ноутбук {n}"
        )
        for n in range(phones * ASSETS)
    ]
    await register(conn, COMMAND_LINE, office.programme, new)
    tags = [format_tag(each.fact.tag) for each in new]
    tokens = [await token_of(conn, "technician") for _ in range(phones)]
    return Scene(
        [(token, tags[n * ASSETS : (n + 1) * ASSETS]) for n, token in enumerate(tokens)],
        await token_of(conn, "donor"),
    )


async def blackout(address, scene, *, events, photos, readers, pictures):
    """Every phone sends ``events`` facts and ``photos`` pictures of those given; ``readers`` read meanwhile."""
    figures, over = Figures(), asyncio.Event()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as http:
        reading = [asyncio.create_task(read(http, figures, scene.donor, over)) for _ in range(readers)]
        began = time.perf_counter()
        sending = [
            phone(http, figures, token, tags, events, [pictures(n, each) for each in range(photos)])
            for n, (token, tags) in enumerate(scene.phones)
        ]
        await asyncio.gather(*sending)
        figures.whole = time.perf_counter() - began
        over.set()
        await asyncio.gather(*reading)
    return figures


async def phone(http, figures, token, tags, events, pictures):
    """Facts in batches, one after another, and photos beside them, as the phone does it."""
    facts = [fact(tags[n % len(tags)]) for n in range(events)]
    batches = [facts[n : n + BATCH] for n in range(0, events, BATCH)]

    async def send_facts():
        for batch in batches:
            told = await until_taken(http, figures, "events", token, "/api/v1/events", json=batch)
            for each in told.json():
                if each["outcome"] in ("recorded", "duplicate"):
                    figures.events.add(each["id"])
                else:
                    figures.wrong.append(each)

    async def send_photos():
        for picture in pictures:
            sent = {"file": ("p.jpg", picture, "image/jpeg")}
            told = await until_taken(http, figures, "photos", token, "/api/v1/photos", files=sent)
            figures.photos.add(told.json()["sha256"])

    await asyncio.gather(send_facts(), send_photos())


async def until_taken(http, figures, kind, token, path, **more):
    """Send it until it is taken, coming back when told to."""
    while True:
        began = time.perf_counter()
        answer = await http.post(path, headers={"Authorization": f"Bearer {token}"}, **more)
        figures.statuses[kind, answer.status_code] += 1
        if answer.status_code in (200, 201):
            figures.seconds[kind].append(time.perf_counter() - began)
            return answer
        await come_back(answer)


async def read(http, figures, token, over):
    """One report after another, with a look at it in between."""
    asked = 0
    while not over.is_set():
        began = time.perf_counter()
        path = READS[asked % len(READS)]
        answer = await http.get(path, headers={"Authorization": f"Bearer {token}"})
        figures.statuses["reading", answer.status_code] += 1
        if answer.status_code == 200:
            figures.seconds["reading"].append(time.perf_counter() - began)
            asked += 1
            await asyncio.sleep(0.2)
        else:
            await come_back(answer)


async def come_back(answer):
    """Wait as long as asked; whatever else is an error."""
    assert answer.status_code in (429, 503), (answer.status_code, answer.text)
    await asyncio.sleep(int(answer.headers["retry-after"]) * random.uniform(0.5, 1))  # noqa: S311 - so that not all come at once


def photo_maker(width, height):
    """A function that makes a photo as a phone would, another for each phone and number."""
    whole = Image.effect_noise((width, height), 40).convert("RGB")

    def make(n, number):
        out = BytesIO()
        whole.paste((n * 5 % 256, number * 6 % 256, (n + number) % 256), (0, 0, 64, 64))
        whole.save(out, "JPEG", quality=80)
        return out.getvalue()

    return make
