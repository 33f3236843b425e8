"""A disk that is really full: a file system of 200 MB in memory, filled to the last block.

Needs the right to mount one (root), as in ``.ci/run``; ``test_waiting`` shows the same with a disk that
only says so.
"""

import asyncio
import shutil
import subprocess
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text

from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.edge import admission
from factories.siege import behind_the_wall, besieged, fact, furnished, recorded

pytestmark = pytest.mark.anyio
NEXT = "/api/v1/assets"


@pytest.fixture
def small_disk(folder):
    """An embedded server whose folder is a disk of its own."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m,mode=755", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    server = EmbeddedServer(folder)
    yield server
    server.leave()
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder):
    """Take all that is free, to the last block."""
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    assert shutil.disk_usage(folder).free == 0


def photo():
    out = BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(out, "JPEG", quality=95)
    return {"file": ("p.jpg", out.getvalue(), "image/jpeg")}


async def until_refused(held):
    """Facts until one batch is refused; the refusal, what was acknowledged, and what was not."""
    acknowledged = set()
    for _ in range(60):
        batch = [fact(held.office.laptop, kind="note", note="x" * 1900) for _ in range(20)]
        answer = await held.ask("technician", "POST", "/api/v1/events", json=batch)
        ids = {each["id"] for each in batch}
        if answer.status_code != 200:
            return answer, acknowledged, ids
        acknowledged |= ids
    pytest.fail("it never was full")


async def test_a_full_disk_takes_nothing_loses_nothing_and_is_read(small_disk, monkeypatch):
    url, disk = await behind_the_wall(small_disk), small_disk.data_dir
    office, tokens = await furnished(url)
    async with besieged(url, disk, office, tokens) as held:
        answer, _ = await held.note()
        assert answer.status_code == 200
        fill(disk)
        await asyncio.sleep(admission._LOOK_EVERY)
        answer, ids = await held.note()
        assert (answer.status_code, answer.headers["retry-after"]) == (507, "5")
        assert (await held.ask("donor", "GET", NEXT)).status_code == 200

        # Without our reserve it is PostgreSQL and the store of photos that find no room.
        monkeypatch.setattr(admission, "RESERVE_BYTES", 0)
        monkeypatch.setattr(admission, "_LOOK_EVERY", 0)
        refused, acknowledged, not_acknowledged = await until_refused(held)
        assert (refused.status_code, refused.headers["retry-after"]) == (507, "5"), refused.text
        picture = await held.ask("technician", "POST", "/api/v1/photos", files=photo())
        assert (picture.status_code, picture.headers["retry-after"]) == (507, "5"), picture.text
        assert (await held.ask("donor", "GET", NEXT)).status_code == 200
        assert (await held.ask("coordinator", "GET", f"/a/{office.laptop}")).status_code == 200
        assert (await recorded(held.app.state.engine, acknowledged))[1] == len(acknowledged)
        assert await recorded(held.app.state.engine, ids | not_acknowledged) == (set(), 0)

        (disk / "filler").unlink()
        assert (await held.note())[0].status_code == 200
        assert (await held.ask("technician", "POST", "/api/v1/photos", files=photo())).status_code == 201
        assert held.in_use == 0
        async with held.app.state.engine.connect() as conn:
            # It never went down: the server that found no room is the one that answers now.
            assert await conn.scalar(text("SELECT pg_postmaster_start_time() < now() - interval '1 second'"))
