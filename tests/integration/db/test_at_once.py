"""One statement that proves who asks: what was ended or given meanwhile, by whichever process, holds at once."""

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import select, text

from asset_tracker.access import panic, scope, sessions, tokens, users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.app import create_app
from asset_tracker.assets import queries
from asset_tracker.assets.views import Filters
from asset_tracker.db.at_once import AtOnce, RefutedError, settings_of
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.db.hot import Hot
from asset_tracker.edge import at_once
from asset_tracker.ledger.tables import asset
from asset_tracker.settings import Settings
from factories.office import BARANIVKA, PEOPLE, furnish

pytestmark = pytest.mark.anyio
LIST = "/api/v1/assets"


@pytest.fixture(scope="module")
async def home(new_database, tmp_path_factory, anyio_backend):
    """A server as in production; ``elsewhere`` is what another process does to its database."""
    url = new_database(seen=False)
    elsewhere = make_engine(url)
    async with transaction(elsewhere) as conn:
        office = await furnish(conn)
        ids = {name: await users.by_email(conn, f"{name}@example.org") for name in PEOPLE}
    folder = str(tmp_path_factory.mktemp("data"))
    app = create_app(
        Settings.from_env(
            {
                "ASSET_TRACKER_DATABASE_URL": url,
                "ASSET_TRACKER_DATA_DIR": folder,
                "ASSET_TRACKER_SECRET_KEY": "t" * 40,
            }
        )
    )
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield SimpleNamespace(
                app=app,
                client=client,
                elsewhere=elsewhere,
                office=office,
                ids=ids,
                laptop=f"{LIST}/{office.laptop}",
            )
    await elsewhere.dispose()


@pytest.fixture
def token(home):
    """A function: the headers of a fresh token, and its id."""

    async def make(who, **only):
        async with transaction(home.elsewhere) as conn:
            made = await tokens.make_token(conn, COMMAND_LINE, "test", user=home.ids[who], **only)
        return {"Authorization": f"Bearer {made.token}"}, made.id

    return make


@pytest.fixture
def only_at_once(monkeypatch):
    """From when it is called, nothing is answered in any other way."""

    def forbid():
        monkeypatch.setattr(at_once, "transaction_for", None)
        monkeypatch.setattr(at_once, "identify", None)

    return forbid


async def test_the_second_time_it_is_one_statement(home, token, only_at_once):
    headers, _ = await token("coordinator")
    before = [(await home.client.get(path, headers=headers)).json() for path in (home.laptop, LIST)]
    only_at_once()
    after = [(await home.client.get(path, headers=headers)).json() for path in (home.laptop, LIST)]
    assert after == before
    assert after[0]["row"]["tag"] == home.office.laptop.replace("-", "")
    assert len(after[1]["items"]) == 3
    foreign = await home.client.get(f"{LIST}/{home.office.foreign}", headers=headers)
    assert foreign.status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
async def test_at_once_everybody_sees_what_they_see_in_a_transaction(home, who):
    async with transaction(home.elsewhere) as conn:
        made = await tokens.make_token(conn, COMMAND_LINE, "test", user=home.ids[who])
    claim = await sessions.by_token(home.elsewhere, made.token)
    actor, reach = claim.found.actor, scope.reach(claim.found.actor)
    asking = AtOnce(home.elsewhere, claim.proof(), reach, settings_of(reach))
    async with transaction_for(home.elsewhere, reach) as conn:
        for filters in (
            Filters(),
            Filters(programme=home.office.programme),
            Filters(
                municipality=BARANIVKA,
                category="laptop",
                title="implementer",
                disputed=False,
                consignment=home.office.consignment,
                kit=home.office.programme,
            ),
            Filters(stage="gone"),
            Filters(stage="expected", condition="working"),
            Filters(condition="unknown", programme=home.office.programme),
            Filters(oblast="UA18", gone=False),
        ):
            for after in (None, (await queries.list_assets(conn, actor, filters, limit=1)).next):
                page = await queries.list_assets(conn, actor, filters, after=after)
                assert await queries.list_assets(asking, actor, filters, after=after) == page
        for each in (await queries.list_assets(conn, actor, Filters())).items:
            seen = await queries.look_up(asking, actor, each.tag)
            assert seen == await queries.get_asset(conn, actor, each.id)
            assert seen.row == each  # made of the state, as the row of the list is of its columns
    # Without the scope the wall alone decides, and what it was told ends with the statement.
    names = Hot(select(asset.c.name_uk).order_by(asset.c.name_uk))
    async with transaction_for(home.elsewhere, reach) as conn:
        walled = list(await conn.scalars(text("SELECT name_uk FROM asset ORDER BY 1")))
    assert sorted(name for (name,) in await names.all(asking)) == walled
    async with home.elsewhere.connect() as conn:
        assert list(await conn.scalars(text("SELECT name_uk FROM asset"))) == []


async def test_a_revoked_token_is_nobodys_at_once(home, token):
    headers, which = await token("coordinator")
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 200
    async with transaction(home.elsewhere) as conn:
        await tokens.revoke_token(conn, COMMAND_LINE, which)
    for path in (home.laptop, LIST, f"{LIST}/no-tag", f"{LIST}?sort=nothing"):
        assert (await home.client.get(path, headers=headers)).status_code == 401, path


async def test_what_was_taken_away_or_given_holds_at_once(home, token):
    headers, _ = await token("technician")
    assert len((await home.client.get(LIST, headers=headers)).json()["items"]) == 4
    grants = text("UPDATE user_grant SET area = :area WHERE user_id = :who")
    for area, sees in (("UA46", 0), ("UA18", 4)):
        async with transaction(home.elsewhere) as conn:
            await conn.execute(grants, {"area": area, "who": home.ids["technician"]})
        assert len((await home.client.get(LIST, headers=headers)).json()["items"]) == sees
        assert (await home.client.get(home.laptop, headers=headers)).status_code == (200 if sees else 404)


async def test_a_token_for_something_else_is_refused(home, token):
    headers, _ = await token("coordinator", permissions=["report.read"])
    for _ in range(2):
        assert (await home.client.get(home.laptop, headers=headers)).status_code == 403


async def test_what_an_office_shuts_is_shut(home, token):
    headers, _ = await token("custodian")
    async with transaction(home.elsewhere) as conn:
        cookie = (await sessions.begin_session(conn, home.ids["custodian"])).token
    ways = ({"headers": headers}, {"headers": {"Cookie": f"session={cookie}"}})
    for way in ways * 2:
        assert (await home.client.get(home.laptop, **way)).status_code == 200
    async with transaction(home.elsewhere) as conn:
        await users.disable_user(conn, COMMAND_LINE, home.ids["custodian"])
    for way in ways:
        assert (await home.client.get(home.laptop, **way)).status_code == 401


async def test_a_session_is_noted_as_used_again(home, only_at_once):
    async with transaction(home.elsewhere) as conn:
        cookie = (await sessions.begin_session(conn, home.ids["auditor"])).token
    headers = {"Cookie": f"session={cookie}"}
    seen = text("SELECT seen_at > now() - interval '1 minute' FROM session WHERE user_id = :who")
    earlier = text("UPDATE session SET seen_at = now() - interval '6 minutes' WHERE user_id = :who")
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 200
    async with transaction(home.elsewhere) as conn:
        await conn.execute(earlier, {"who": home.ids["auditor"]})
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 200
    async with transaction(home.elsewhere) as conn:
        assert await conn.scalar(seen, {"who": home.ids["auditor"]})


async def test_many_at_once(home, token, only_at_once):
    headers, _ = await token("administrator")
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 200
    only_at_once()
    answers = await asyncio.gather(*(home.client.get(home.laptop, headers=headers) for _ in range(20)))
    assert {each.status_code for each in answers} == {200}


async def test_who_is_somebody_else_from_the_start_proves_nothing(home, new_database):
    engine = make_engine(new_database())  # its log-in becomes the system's, whom no wall stops
    try:
        async with transaction(engine) as conn:
            await furnish(conn)
            user = await users.by_email(conn, "stranger@example.org")
            made = await tokens.make_token(conn, COMMAND_LINE, "test", user=user)
        claim = await sessions.by_token(engine, made.token)
        reach = scope.reach(claim.found.actor)
        with pytest.raises(RefutedError):
            await Hot(select(asset.c.name_uk)).all(AtOnce(engine, claim.proof(), reach, settings_of(reach)))
    finally:
        await engine.dispose()


async def test_the_emergency_brake_stops_what_was_proven_a_moment_ago(home, token):
    headers, _ = await token("donor")
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 200
    async with transaction(home.elsewhere) as conn:
        await panic.begin(conn)
    assert (await home.client.get(home.laptop, headers=headers)).status_code == 401
