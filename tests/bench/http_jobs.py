"""The jobs of a day over HTTP, at an address and with a token: for this product, and for other trackers.

    python tests/bench/http_jobs.py --base http://127.0.0.1:8000 --token at_... [--jobs jobs.json] [--seconds 5]

Without ``--jobs`` it does the jobs of this product: it asks for a page of assets and takes from it what to look
up. For another tracker write the same jobs with its own paths, as ``http_jobs_nautobot.json`` does: a list of
``{"name", "method", "path", "json", "at_once"}``, where ``{tag}`` stands for a tag from ``--tag``. A job is done
again and again for the seconds given, by ``at_once`` clients on connections that stay open; it must answer 2xx.
Prints answers a second, and milliseconds of the middle one and of the slowest of twenty. With ``--below FOLDER``
also milliseconds of processor for an answer, of all processes that work in that folder or below it (Linux): start
the tracker, its database and whatever else it needs there, on the machine of this script. Nothing is judged.

Reads only; ``--events`` also records batches of 100 notes, which nobody can take out again.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID, uuid4

import httpx
from tables import show

AT_ONCE = 8
Job = dict[str, Any]


async def our_jobs(client: httpx.AsyncClient, *, municipality: str, events: bool) -> list[Job]:
    """The jobs of this product, about what it holds; reports of ``municipality``, or of the first asset's."""
    page = (await client.get("/api/v1/assets", params={"limit": 100})).raise_for_status().json()["items"]
    if not page:
        raise SystemExit("It holds no assets that this token may see.")
    first = page[0]
    code = municipality or next((each["municipality"] for each in page if each.get("municipality")), None)
    word = str(first["name_uk"]).split()[0]
    made: list[Job] = [
        {"name": "look-up by tag", "path": f"/api/v1/assets/{first['tag']}", "at_once": AT_ONCE},
        {"name": "history of an asset", "path": f"/api/v1/assets/{first['tag']}/events", "at_once": AT_ONCE},
        {"name": "list page of 100", "path": "/api/v1/assets?limit=100", "at_once": AT_ONCE},
        {"name": "search, page of 100", "path": f"/api/v1/assets?limit=100&q={word}", "at_once": AT_ONCE},
        {"name": "what is due", "path": "/api/v1/due", "at_once": 1},
    ]
    if code:
        made += [
            {
                "name": f"municipality report as {form}",
                "path": f"/api/v1/reports/municipalities/{code}.{form}",
            }
            for form in ("json", "csv", "pdf", "xlsx")
        ]
    if events:
        tags = [each["tag"] for each in page]
        made.append(
            {"name": "100 events", "method": "POST", "path": "/api/v1/events", "make": lambda: _notes(tags)}
        )
    return made


def _notes(tags: list[str]) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {
            "id": str(_uuid7()),
            "asset": tags[n % len(tags)],
            "occurred_at": now,
            "payload": {"kind": "note", "note": "bench"},
        }
        for n in range(100)
    ]


def _uuid7() -> UUID:
    value = (time.time_ns() // 1_000_000 << 80) | (uuid4().int & (1 << 80) - 1)
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)


async def done(client: httpx.AsyncClient, job: Job, seconds: float) -> list[float]:
    """Seconds that each of the answers took."""
    took: list[float] = []
    make: Callable[[], Any] | None = job.get("make")
    until = time.perf_counter() + seconds

    async def one() -> None:
        while True:
            body = make() if make else job.get("json")
            began = time.perf_counter()
            answer = await client.request(job.get("method", "GET"), job["path"], json=body)
            took.append(time.perf_counter() - began)
            if not answer.is_success:
                raise SystemExit(f"{job['name']}: {answer.status_code} {answer.text[:300]}")
            if time.perf_counter() >= until:
                return

    await asyncio.gather(*(one() for _ in range(job.get("at_once", 1))))
    return took


def processor(folder: Path | None) -> float:
    """Seconds that the processes have spent whose working directory is ``folder`` or lies below it."""
    ticks = 0
    for each in Path("/proc").glob("[0-9]*") if folder else ():
        with suppress(OSError):  # it ended meanwhile
            if (each / "cwd").readlink().is_relative_to(folder):
                ticks += sum(map(int, (each / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def told(job: Job, took: list[float], wall: float, spent: float) -> tuple[str, ...]:
    slow = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    return (
        job["name"],
        str(job.get("at_once", 1)),
        f"{len(took) / wall:,.4g}",
        f"{median(took) * 1000:.1f}",
        f"{slow * 1000:.1f}",
        f"{spent / len(took) * 1000:.1f}" if spent else "",
    )


async def timed(given: argparse.Namespace) -> list[tuple[str, ...]]:
    headers = {"authorization": f"{given.scheme} {given.token}", "accept": "application/json, */*"}
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(
        base_url=given.base, headers=headers, timeout=120, limits=limits, follow_redirects=True
    ) as client:
        if given.jobs:
            text = given.jobs.read_text("utf-8").replace("{tag}", given.tag)
            jobs = json.loads(text)
        else:
            jobs = await our_jobs(client, municipality=given.municipality, events=given.events)
        found = []
        for job in jobs:
            await done(client, job, 0)
            before, began = processor(given.below), time.perf_counter()
            took = await done(client, job, given.seconds)
            wall, spent = time.perf_counter() - began, processor(given.below) - before
            found.append(told(job, took, wall, spent))
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", required=True, help="such as http://127.0.0.1:8000")
    parser.add_argument("--token", required=True)
    parser.add_argument("--scheme", default="Bearer", help="the word before the token in its header")
    parser.add_argument("--jobs", type=Path, help="a file with the jobs of another tracker")
    parser.add_argument("--tag", default="", help="what {tag} stands for in it")
    parser.add_argument("--municipality", default="", help="whose report ours is asked for, by its code")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each job")
    parser.add_argument("--below", type=Path, help="the folder in which the tracker's processes work")
    parser.add_argument("--events", action="store_true", help="record notes, which stay")
    rows = asyncio.run(timed(parser.parse_args()))
    heads = ("job", "at once", "answers a second", "middle, ms", "slowest of twenty, ms", "by processor, ms")
    show("jobs", heads, rows, None)


if __name__ == "__main__":
    main()
