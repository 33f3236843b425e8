"""After a blackout: 50 phones send 200 events and 40 photos each at once, while donors read reports.

Run it as ``PYTHONPATH=tests python tests/bench/blackout.py [PHONES]`` (``make blackout``). A server of its own is started as people start it.
Prints what was answered and how long it took; ends with 1 when something was lost, or was answered with
anything but 429 and 503 with ``Retry-After``.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.pool import NullPool

from asset_tracker.db.embedded import database_url
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.files.tables import file
from asset_tracker.settings import Settings
from factories.blackout import Figures, blackout, photo_maker, set_the_scene
from factories.siege import recorded

EVENTS, PHOTOS, READERS = 200, 40, 5


def serve(folder: Path, port: int) -> subprocess.Popen[str]:
    """The server, once it answers."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ASSET_TRACKER_")}
    env |= {
        "ASSET_TRACKER_DATA_DIR": str(folder),
        "ASSET_TRACKER_PORT": str(port),
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "asset_tracker", "serve"], env=env, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout or ():
        if str(port) in line:
            break
    return process


async def prepare(url: str, phones: int) -> object:
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        scene = await set_the_scene(conn, phones)
    await engine.dispose()
    return scene


async def lost(url: str, figures: Figures) -> tuple[int, int]:
    """How many of the acknowledged events and photos are not there."""
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        there = set(await conn.scalars(select(file.c.sha256).where(file.c.sha256.in_(figures.photos))))
    events = (await recorded(engine, figures.events))[0]
    await engine.dispose()
    return len(figures.events - events), len(figures.photos - there)


def tell(figures: Figures, missing: tuple[int, int]) -> None:
    print(f"all sent after {figures.whole:.0f} s; lost: {missing[0]} events, {missing[1]} photos")
    for kind in figures.seconds:
        p50, p95, p99 = figures.percentiles(kind)
        told = {status: n for (each, status), n in sorted(figures.statuses.items()) if each == kind}
        print(f"{kind:8} p50 {p50:6.2f} s   p95 {p95:6.2f} s   p99 {p99:6.2f} s   answers {told}")


def main(phones: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="blackout-"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = serve(folder, port)
    try:
        with database_url(Settings.from_env({"ASSET_TRACKER_DATA_DIR": str(folder)})) as url:
            scene = asyncio.run(prepare(url, phones))
            pictures = photo_maker(1280, 960)
            size = len(pictures(0, 0)) // 1024
            print(f"{phones} phones, {EVENTS} events and {PHOTOS} photos ({size} kB) each, {READERS} readers")
            figures = asyncio.run(
                blackout(
                    f"http://127.0.0.1:{port}",
                    scene,
                    events=EVENTS,
                    photos=PHOTOS,
                    readers=READERS,
                    pictures=pictures,
                )
            )
            missing = asyncio.run(lost(url, figures))
    finally:
        server.terminate()
        server.communicate(timeout=60)
        shutil.rmtree(folder)
    tell(figures, missing)
    return 1 if any(missing) or figures.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
