"""Lists and reports from a real standby: they show what was just written, or come from the primary."""

import asyncio
import subprocess
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.pool import NullPool

from asset_tracker.app import create_app
from asset_tracker.db import migrate
from asset_tracker.db import replica as replication
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.placement import find_place
from asset_tracker.db.replica import Replica
from asset_tracker.db.roles import APP
from asset_tracker.ledger.ids import uuid7
from asset_tracker.settings import Settings
from asset_tracker.territory.service import load_shipped
from factories.facts import DAY
from factories.load import prepared

pytestmark = pytest.mark.anyio

READ = (
    "/api/v1/assets",
    "/api/v1/municipalities",
    "/api/v1/consignments",
    "/api/v1/assets.xlsx",
    "/api/v1/reports/municipalities/UA18080010000090720.json",
    "/api/v1/reports/municipalities/UA18080010000090720.csv",
    "/assets",
    "/municipalities",
    "/reports",
    "/reports/municipalities/UA18080010000090720",
)


@pytest.fixture
def pair(folder):
    """The addresses of a primary and of its standby, the latter's programs, and its folder."""
    primary = EmbeddedServer(folder / "primary")
    url = primary.start()
    place = find_place(folder / "primary")
    sockets = make_url(url).query["host"]
    standby = place.base / "standby"
    copied = place.run(
        [
            place.programs / "pg_basebackup",
            "-D",
            standby,
            "-R",
            "-h",
            sockets,
            "-U",
            "asset_tracker",
            "-c",
            "fast",
        ],
        capture_output=True,
    )
    assert copied.returncode == 0, copied.stderr
    options = f"-c port=5433 -c unix_socket_directories={sockets} -c listen_addresses="
    options += f" -c hba_file={place.base}/pg_hba.conf -c ident_file={place.base}/pg_ident.conf"
    control = [place.programs / "pg_ctl", "-D", standby, "-w"]
    log = place.base / "standby.log"
    started = place.run([*control, "-l", log, "-o", options, "start"], stdout=subprocess.DEVNULL)
    assert started.returncode == 0, log.read_text()
    try:
        beside = make_url(url).update_query_dict({"port": "5433"}).render_as_string()
        yield url, beside, lambda *what: place.run([*control, *what], stdout=subprocess.DEVNULL)
    finally:
        place.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL)
        primary.stop()


@asynccontextmanager
async def engines(*urls):
    made = [make_engine(url, poolclass=NullPool) for url in urls]
    try:
        yield made
    finally:
        for engine in made:
            await engine.dispose()


async def replay(standby, what):
    async with engines(standby) as (engine,), engine.connect() as conn:
        await conn.execute(text(f"SELECT pg_wal_replay_{what}()"))


async def test_what_was_written_is_read_and_a_standby_that_lags_is_passed_over(pair, tmp_path, monkeypatch):
    url, beside, control = pair
    patience = replication.PATIENCE
    monkeypatch.setattr(replication, "PATIENCE", 120)  # until it is kept from replaying it is only slow
    await asyncio.to_thread(asyncio.run, migrate.upgrade(url))
    as_app = [make_url(each).set(username=APP).render_as_string() for each in (url, beside)]
    async with engines(as_app[0]) as (engine,), transaction(engine) as conn:
        await load_shipped(conn)
    token, assets = await prepared(as_app[0], 6)
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": as_app[0],
            "ASSET_TRACKER_REPLICA_URL": as_app[1],
            "ASSET_TRACKER_DATA_DIR": str(tmp_path),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )
    app = create_app(settings)
    replica = app.state.replica
    browser = {"base_url": settings.base_url, "headers": {"Authorization": f"Bearer {token}"}}
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), **browser) as http:
        for address in READ:
            answer = await http.get(address)
            assert answer.status_code == 200, (address, answer.text[:500])
        assert await replica.for_reading() is replica.engine
        for number in range(5):
            await report(http, assets[number])
            assert await faulty(http) == number + 1
        assert await replica.for_reading() is replica.engine
        await replay(beside, "pause")
        monkeypatch.setattr(replication, "PATIENCE", patience)
        await report(http, assets[5])
        assert await faulty(http) == 6, "the primary answers"
        assert await replica.for_reading() is app.state.engine
        await replay(beside, "resume")
        await asyncio.to_thread(control, "-m", "immediate", "stop")
        replica._alone_until = 0
        assert await faulty(http) == 6, "so it does for a dead standby"
        assert await replica.for_reading() is app.state.engine


async def report(http, asset):
    fact = {
        "id": str(uuid7()),
        "asset": str(asset),
        "occurred_at": DAY.isoformat(),
        "payload": {"kind": "fault_reported", "description": "не вмикається"},
    }
    answer = await http.post("/api/v1/events", json=[fact])
    assert answer.json()[0]["outcome"] == "recorded", answer.text


async def faulty(http):
    answer = await http.get("/api/v1/assets", params={"condition": "needs_attention"})
    return len(answer.json()["items"])


async def test_what_is_no_standby_is_never_read(engine, database_url):
    async with engines(database_url) as (other,):
        assert await Replica(engine, other).for_reading() is engine
