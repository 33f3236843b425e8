"""No question that is asked often reads a large table from one end to the other.

PostgreSQL reads a small table whole whatever indexes there are, and is right to. So sequential scans are made
dear here (``enable_seqscan = off``): one that is left in a plan says that no index can serve. That alone would let
an index through that is merely walked from end to end; so each scan of a large table must be bounded as well, by
a condition of its index, by being of a partial index, or by a LIMIT that it can stop at. The plans are those of
the statements that requests really send, behind the wall, as auto_explain tells them; what those statements cost
at a million assets is ``tests/bench/scale.py``'s.
"""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from asset_tracker.access import sessions, users
from asset_tracker.app import create_app
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.ledger.ids import uuid7
from asset_tracker.settings import Settings
from factories.office import BARANIVKA, furnish
from factories.plans import Plans, tell_plans

pytestmark = pytest.mark.anyio

# Partial indexes hold what waits, which somebody works off: they stay small however much there is.
WAITING = (
    "asset_case_open_idx",
    "asset_disputed_idx",
    "asset_lent_idx",
    "asset_broken_idx",
    "asset_to_install_idx",
    "asset_unpublished_idx",
    "asset_unmarked_idx",
    "asset_unaccepted_idx",
    "asset_vehicle_idx",
    "asset_attributes_idx",
    "asset_open_idx",
    "asset_unproved_idx",
)


@pytest.fixture(scope="module")
async def home(new_database, as_owner, tmp_path_factory, anyio_backend):
    """The application as in production, with somebody logged in in each role, and what PostgreSQL planned."""
    url = new_database(seen=False)
    # Which of two forms of a subplan is taken goes by costs alone, so those of reading on must be high as well.
    await tell_plans(as_owner(url), enable_seqscan="off", seq_page_cost="1000000")
    env = {"ASSET_TRACKER_DATABASE_URL": url, "ASSET_TRACKER_SECRET_KEY": "t" * 40}
    settings = Settings.from_env(env | {"ASSET_TRACKER_DATA_DIR": str(tmp_path_factory.mktemp("data"))})
    engine = make_engine(url)
    plans = Plans(engine)
    app = create_app(settings, engine=engine)
    async with transaction(engine) as conn:
        office = await furnish(conn)
        people = {}
        for role in ("coordinator", "technician", "donor", "administrator"):
            user = await users.by_email(conn, f"{role}@example.org")
            people[role] = (await sessions.begin_session(conn, user)).token
    await filled(as_owner(url))
    async with clients(app, people) as made:
        yield SimpleNamespace(office=office, plans=plans, clients=made)
    await engine.dispose()


_ENDS = "INSERT INTO asset_head SELECT id, 1, head_hash, programme_id FROM asset ON CONFLICT DO NOTHING"
_PERIODS = """
INSERT INTO asset_period
SELECT id, changed_at, NULL, destination_code, municipality_code, service_point_id, place, stage, condition, title
FROM asset ON CONFLICT DO NOTHING
"""


async def filled(owner):
    """Some thousand assets of other programmes in other places, so that one index is better than another."""
    engine = make_engine(owner, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        columns = await conn.scalars(
            text("SELECT attname FROM pg_attribute WHERE attrelid = 'asset'::regclass AND attnum > 0")
        )
        others = {"id": "gen_random_uuid()", "tag": "tag || n", "serial_key": "serial_key || n"}
        others |= {"programme_id": "md5((n % 40)::text)::uuid", "consignment_id": "md5(n::text)::uuid"}
        others |= dict.fromkeys(("municipality_code", "destination_code"), "'UA' || n % 900")
        others |= {"delivered_at": "now()", "accepted_at": "CASE WHEN n % 50 > 0 THEN now() END"}
        values = ", ".join(others.get(name, name) for name in columns)
        await conn.execute(text(f"INSERT INTO asset SELECT {values} FROM asset, generate_series(1, 1000) n"))
        await conn.execute(text(_ENDS))
        await conn.execute(text(_PERIODS))
        await conn.execute(text("ANALYZE"))
    await engine.dispose()


@asynccontextmanager
async def clients(app, people):
    """A browser for each, with the cookie of a log-in."""
    transport = httpx.ASGITransport(app=app)
    made = {}
    for role, token in people.items():
        headers = {"Cookie": f"session={token}", "Sec-Fetch-Site": "same-origin"}
        made[role] = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)
    yield made
    for client in made.values():
        await client.aclose()


QUESTIONS = {
    "look-up by tag, with its log-in": ("technician", "/api/v1/assets/{laptop}"),
    "an asset's page": ("coordinator", "/a/{laptop}"),
    "the events of an asset": ("donor", "/api/v1/assets/{laptop}/events"),
    "a page of the list": ("coordinator", "/api/v1/assets?limit=100"),
    "the list of a municipality": ("technician", f"/api/v1/assets?municipality={BARANIVKA}"),
    "search by a word": ("coordinator", "/api/v1/assets?q=Ноутбук"),
    "search by two letters": ("coordinator", "/api/v1/assets?q=ЧБ"),
    "search by a serial number": ("donor", "/api/v1/assets?q=5CD2381XYZ"),
    "a municipality's report as of a day": (
        "donor",
        f"/api/v1/reports/municipalities/{BARANIVKA}.json?as_of=2026-01-01",
    ),
    "what is due": ("coordinator", "/api/v1/due"),
    "how much is due": ("coordinator", "/api/v1/due/counts"),
    "the desk": ("coordinator", "/"),
    "finding anything by a number": ("coordinator", "/find?q=CN-1"),
    "finding anything by two letters": ("coordinator", "/find?q=qz"),
    "consignments on their way": ("coordinator", "/consignments?status=dispatched"),
    "a municipality's page": ("technician", f"/municipalities/{BARANIVKA}"),
    "what is broken": ("coordinator", "/assets?condition=needs_attention"),
    "what is broken of a category": ("coordinator", "/assets?category=ups&condition=needs_attention"),
    "what is gone": ("coordinator", "/assets?gone=yes"),
    "the loss cases": ("coordinator", "/losses"),
    "the calendar": ("technician", "/calendar"),
    "what a phone takes along": ("technician", f"/api/v1/field/round?municipality={BARANIVKA}"),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_reads_a_large_table_whole(home, question):
    who, path = QUESTIONS[question]
    home.plans.forget()
    answer = await home.clients[who].get(path.format(**home.office._asdict()))
    assert answer.status_code == 200, answer.text
    within_bounds(home.plans)


@pytest.mark.parametrize("path", ["/map", "/map?oblast=UA18000000000041385"])
async def test_a_map_reads_kept_counts_and_no_assets(home, path):
    home.plans.forget()
    assert (await home.clients["administrator"].get(path)).status_code == 200
    assert any("FROM asset_count" in statement for statement, _ in home.plans.statements())
    assert [each for each in home.plans.scans() if each.table == "asset"] == []


async def test_recording_a_batch_reads_no_large_table_whole(home):
    batch = [fact(home.office.laptop), fact(home.office.kit), fact(home.office.laptop)]
    home.plans.forget()
    answer = await home.clients["technician"].post("/api/v1/events", json=batch)
    assert [each["outcome"] for each in answer.json()] == ["recorded"] * 3, answer.text
    within_bounds(home.plans)


def fact(tag):
    now = datetime.now(UTC).isoformat()
    return {"id": str(uuid7()), "asset": tag, "occurred_at": now, "payload": {"kind": "note", "note": "x"}}


def within_bounds(plans):
    found = list(plans.scans())
    assert found, "nothing was asked of a large table, so this test shows nothing"
    wrong = [each for each in found if each.node == "Seq Scan" or not (each.bounded or each.index in WAITING)]
    assert not wrong, "\n\n".join(
        f"{each.node} {each.index} on {each.table}: {each.statement}" for each in wrong
    )
