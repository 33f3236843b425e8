"""A database that an older version made and filled goes on in this one, and nothing in its ledger is lost.

Each ``at_REVISION.sql`` holds the rows that the program of that revision wrote: an office, a consignment that was
sent and handed over with an act, facts of a phone with a photo, one in quarantine; from 0042 on also a repair, a
theft that was closed, a loan, damage, and a ledger that was sealed in part. Territory is cut down to one municipality.
``docs/upgrades.md`` names each of them.
"""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.pool import NullPool

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.app import create_app
from asset_tracker.db import migrate
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.opening import driver_of
from asset_tracker.files.tables import file_sender
from asset_tracker.ledger.tables import event, event_file
from asset_tracker.ledger.verify import verify
from asset_tracker.settings import Settings

pytestmark = pytest.mark.anyio
OLD = Path(__file__).parent
# revision: its events, and where its laptop was then
LEFT = {
    "0011": (16, ("delivered", "municipality", "working")),
    "0042": (27, ("out_of_service", "municipality", "unserviceable")),
}
LAPTOP = "5CD2381XYZ"
_MORE = """
INSERT INTO event (id, asset_id, seq, kind, occurred_at, recorded_at, actor_id, body, prev_hash, hash)
SELECT gen_random_uuid(), asset_id, {seq}, kind, occurred_at, {at}, actor_id, body, prev_hash, hash
FROM event ORDER BY id LIMIT 1"""


@pytest.fixture(params=LEFT)
async def old(request, new_database, as_owner):
    """(the address as the server has it, the same for a superuser, what LEFT says) of a database as it was left."""
    url = new_database()
    owner = as_owner(url)
    engine = make_engine(owner, poolclass=NullPool)
    async with engine.begin() as conn:
        for statement in ("DROP SCHEMA public, wall CASCADE", "CREATE SCHEMA public"):
            await conn.execute(text(statement))
    await migrate.upgrade(owner, request.param)
    async with engine.begin() as conn:
        await conn.execute(text("SET LOCAL session_replication_role = replica"))
        await driver_of(conn).execute((OLD / f"at_{request.param}.sql").read_text("utf-8"))
        await conn.execute(
            text("DELETE FROM ledger_unsealed WHERE event_id IN (SELECT event_id FROM ledger_leaf)")
        )
    await engine.dispose()
    return url, owner, *LEFT[request.param]


async def test_an_older_database_goes_on(old, tmp_path):
    url, owner, events, stood = old
    await migrate.upgrade(owner)
    assert await migrate.current(owner) == migrate.head()
    assert await migrate.check(owner) == []
    found = await verify(url)
    assert (found.findings, found.events, found.assets) == ((), events, 4)
    app = create_app(
        Settings.from_env(
            {
                "ASSET_TRACKER_DATABASE_URL": url,
                "ASSET_TRACKER_DATA_DIR": str(tmp_path),
                "ASSET_TRACKER_SECRET_KEY": "t" * 40,
            }
        )
    )
    async with app.lifespan():
        await goes_on(app, stood)
    found = await verify(url)
    assert (found.findings, found.events) == ((), events + 1)
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        # The photo that a fact named is shown on: it is taken as its sender's.
        assert list(await conn.scalars(select(file_sender.c.kinds))) == [["photo"]]
        assert set(await conn.scalars(select(event_file.c.kind))) == {"photo"}
        named = select(event_file.c.named_by, event.c.actor_id).join(
            event, event.c.id == event_file.c.event_id
        )
        assert all(by == actor for by, actor in await conn.execute(named))
    await engine.dispose()


async def lets_go(engine, part):
    """The index of ids that servers of the version before look by goes when its fortnight is over, and not before."""
    there, dropped = text("SELECT to_regclass(:name)"), text("SELECT ledger_let_go()")
    async with engine.begin() as conn:
        assert await conn.scalar(dropped) == 0
        assert await conn.scalar(there, {"name": f"{part}_pkey"})
        await conn.execute(text(f"COMMENT ON INDEX {part}_pkey IS 'kept until 2026-11-01'"))
        assert await conn.scalar(dropped) == 1
        assert await conn.scalar(there, {"name": f"{part}_pkey"}) is None
        assert await conn.scalar(dropped) == 0


async def test_its_events_are_divided_where_they_lie_and_put_together_again(old):
    """What was recorded in years of their own, and in none, comes back into the one table that there was before."""
    url, owner, events, _ = old
    await migrate.upgrade(owner, "0046")
    engine = make_engine(owner, poolclass=NullPool)
    asked = "SELECT count(*) FROM event_key", "SELECT pg_relation_filenode('{}')"
    async with engine.begin() as conn:
        assert await conn.scalar(text(asked[0])) == 0
        await conn.execute(text(_MORE.format(at="now()", seq=100)))
        assert await conn.scalar(text(asked[0])) == 1  # from now on
        lies = await conn.scalar(text(asked[1].format("event")))
    await migrate.upgrade(owner)
    async with engine.begin() as conn:
        first = await conn.scalar(text("SELECT DISTINCT tableoid::regclass::text FROM event"))
        assert first.startswith("event_until_")
        assert await conn.scalar(text(asked[1].format(first))) == lies
        for n, years in enumerate((2, 40)):
            at = f"now() + interval '{years} years'"
            await conn.execute(text(_MORE.format(at=at, seq=101 + n)))
        assert await conn.scalar(text(asked[0])) == events + 3
        waits = await conn.scalar(text("SELECT count(*) FROM ledger_unsealed"))
    await lets_go(engine, first)
    await migrate.downgrade(owner, "0045")
    async with engine.begin() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM event")) == events + 3
        assert await conn.scalar(text("SELECT count(*) FROM ledger_unsealed")) == waits
    await migrate.upgrade(owner)
    assert await migrate.check(owner) == []
    async with engine.begin() as conn:
        assert await conn.scalar(text(asked[0])) == events + 3
    await engine.dispose()
    assert (await verify(url)).counts.keys() <= {
        "column-changed",
        "chain-broken",
        "gap",
        "reordered",
        "bytes-changed",
    }


async def goes_on(app, stood):
    """Who had an account logs in, sees what was recorded, and records more."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        form = {"email": "coordinator@example.org", "password": "a long enough password"}
        assert (await client.post("/login", data=form)).status_code == 303
        async with transaction(app.state.engine) as conn:
            user = await users.by_email(conn, form["email"])
            made = await tokens.make_token(conn, COMMAND_LINE, "tests", user=user)
        client.headers["authorization"] = f"Bearer {made.token}"
        (laptop,) = (await client.get("/api/v1/assets", params={"q": LAPTOP})).json()["items"]
        assert (laptop["stage"], laptop["place"], laptop["condition"]) == stood
        path = f"/api/v1/assets/{laptop['tag']}"
        kinds = {each["kind"] for each in (await client.get(f"{path}/events")).json()}
        assert {"registered", "delivered", "installed", "lost", "found"} <= kinds
        fact = {
            "id": "019b0000-0000-7000-8000-0000000000ff",
            "asset": laptop["tag"],
            "occurred_at": "2026-11-22T02:00:00Z",
            "payload": {"kind": "note", "note": "після оновлення"},
        }
        (told,) = (await client.post("/api/v1/events", json=[fact])).json()
        assert told["outcome"] == "recorded", told
        assert len((await client.get("/api/v1/quarantine")).json()) == 1
