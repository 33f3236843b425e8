"""How long others wait while somebody imports: the 95th percentile of a small page, idle and beside an import.

    python tests/bench/imports_beside.py [--rows 10000]

One server process with its worker, one import at a time, one request after another all the while. ``idle``
is measured anew between the two, since a machine that others use is never idle for long.
"""

import asyncio
import logging
import os
import resource
import sys
import time
from pathlib import Path

import httpx
from imports import bench, prepared, write

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.app import create_app
from asset_tracker.db.engine import transaction
from asset_tracker.jobs import queue
from asset_tracker.settings import Settings


def main() -> None:
    bench(__doc__, measure)


async def measure(folder: Path, rows: int) -> None:
    path = write(folder / "list.xlsx", rows)
    url = await prepared(folder)
    settings = {"DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "SECRET_KEY": "b" * 40}
    environment = os.environ | {f"ASSET_TRACKER_{name}": value for name, value in settings.items()}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2] / "src")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "asset_tracker", "worker", env=environment
    )
    try:
        sent = (path.name, path.read_bytes())
        await measure_beside(Settings.from_env(only_ours(environment)), sent, rows)
    finally:
        worker.terminate()
        await worker.wait()


def only_ours(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("ASSET_TRACKER_")}


async def measure_beside(settings: Settings, sent: tuple[str, bytes], rows: int) -> None:
    app = create_app(settings)
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000", timeout=300
        ) as client,
    ):
        async with transaction(app.state.engine) as conn:
            user = await users.add_user(
                conn,
                COMMAND_LINE,
                email="bench@example.org",
                name="Bench",
                password=None,
                grants=(Grant(role="administrator"),),
                lang="en",
            )
            token = (await tokens.make_token(conn, COMMAND_LINE, "bench", user=user)).token
        client.headers["Authorization"] = f"Bearer {token}"
        for _ in range(100):
            if await working(app):
                break
            await asyncio.sleep(0.1)
        logging.getLogger("httpx").setLevel(logging.WARNING)
        await beside(client, asyncio.sleep(1))
        began = peak()
        idle = await beside(client, asyncio.sleep(4))
        print(f"idle: {told(idle)}")
        posted = client.post("/api/v1/imports", files={"file": sent}, data={"programme": "BENCH"})
        answer, waits = await answered_beside(client, posted)
        print(f"beside the plan of {rows} rows: {told(waits)}, {p95(waits) / p95(idle):.1f} of idle")
        batch = answer.json()["batch"]["id"]
        idle = await beside(client, asyncio.sleep(4))
        print(f"idle: {told(idle)}")
        _, waits = await answered_beside(client, client.post(f"/api/v1/imports/{batch}/commit", json={}))
        print(f"beside its commit: {told(waits)}, {p95(waits) / p95(idle):.1f} of idle")
        print(f"memory of the server, with the sender in it: {began} MB before, {peak()} MB at its peak")


async def working(app) -> bool:
    async with app.state.engine.connect() as conn:
        return bool(await queue.workers(conn))


async def beside(client, work) -> list[float]:
    return (await answered_beside(client, work))[1]


async def answered_beside(client, work) -> tuple[httpx.Response, list[float]]:
    task = asyncio.ensure_future(work)
    waits = []
    while not task.done():
        begun = time.perf_counter()
        (await client.get("/api/v1/programmes")).raise_for_status()
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.01)
    return task.result(), waits


def peak() -> int:
    """MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def p95(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)]


def told(waits: list[float]) -> str:
    middle = sorted(waits)[len(waits) // 2]
    return f"{len(waits)} requests, median {middle * 1000:.1f} ms, p95 {p95(waits) * 1000:.1f} ms"


if __name__ == "__main__":
    main()
