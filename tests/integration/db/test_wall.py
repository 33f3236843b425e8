"""Row-level security, with ``access.scope`` left out on purpose: raw SQL on an actor's connection."""

import asyncio
import random
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from asset_tracker.access import scope, sessions, users
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.app import create_app
from asset_tracker.db import migrate, raising
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.db.policies import POLICIES, SECRET, Open, Walled
from asset_tracker.db.roles import APP, OWNER, READER, SYSTEM
from asset_tracker.db.wall import NOTHING, as_system
from asset_tracker.edge.transaction import provide_conn
from asset_tracker.settings import Settings
from factories.office import BARANIVKA, PEOPLE, furnish

pytestmark = pytest.mark.anyio
WALLED = [name for name, entry in POLICIES.items() if isinstance(entry, Walled)]
ASSETS = text("SELECT name_uk FROM asset ORDER BY name_uk")
OURS = ["Вебкамера", "Комплект", "Ноутбук"]
THEIRS = ["Чужий"]
# Everything there is waits for the same municipality, so a custodian's and a technician's area holds it all.
SEES = {
    "administrator": OURS + THEIRS,
    "auditor": OURS + THEIRS,
    "coordinator": OURS,
    "stranger": THEIRS,
    "technician": OURS + THEIRS,
    "custodian": OURS + THEIRS,
    "donor": OURS,
}


@pytest.fixture(scope="module")
async def home(new_database, as_owner, anyio_backend):
    """A furnished installation as in production, where nobody sees anything who does not say who."""
    url = new_database(seen=False)
    engine = make_engine(url, pool_size=1, max_overflow=0)
    async with transaction(engine) as conn:
        office = await furnish(conn)
        ids = {name: await users.by_email(conn, f"{name}@example.org") for name in PEOPLE}
        people = {name: await sessions.actor_of(conn, each) for name, each in ids.items()}
    yield SimpleNamespace(url=url, owner=as_owner(url), engine=engine, office=office, people=people)
    await engine.dispose()


def elsewhere(role="technician", **reach):
    """Somebody whose grant reaches nothing that there is."""
    return Actor(id=uuid4(), name="elsewhere", grants=(Grant(role=role, **reach),))


async def seen(conn, statement=ASSETS):
    return list((await conn.execute(statement)).scalars())


# --- who sees what


@pytest.mark.parametrize("table", WALLED)
async def test_who_does_not_say_who_sees_nothing(home, table):
    async with home.engine.begin() as conn:
        # Of some tables not every column may be read, and not every table has an id.
        assert await seen(conn, text(f"SELECT 1 FROM {table}")) == []


async def test_a_stranger_sees_nothing(home):
    async with transaction_for(home.engine, NOTHING) as conn:
        for table in ("asset", "event", "consignment", "programme", "funding_share", "user_grant"):
            assert await seen(conn, text(f"SELECT * FROM {table}")) == [], table


@pytest.mark.parametrize("who", SEES)
async def test_everybody_sees_their_own_and_nothing_else(home, who):
    async with transaction_for(home.engine, scope.reach(home.people[who])) as conn:
        assert await seen(conn) == sorted(SEES[who])
        of_assets = "SELECT DISTINCT a.name_uk FROM {t} AS t JOIN asset AS a ON a.id = t.asset_id ORDER BY 1"
        for table in ("event", "asset_period", "asset_share", "asset_head", "tag"):
            assert await seen(conn, text(of_assets.format(t=table))) == sorted(SEES[who]), table
            foreign = f"SELECT asset_id FROM {table} WHERE asset_id NOT IN (SELECT id FROM asset)"
            assert await seen(conn, text(foreign)) == [], table


@pytest.mark.parametrize(
    "actor",
    [
        elsewhere(area="UA46"),
        elsewhere(area=f"{BARANIVKA[:-1]}9"),
        elsewhere("custodian", area="UA46060370000065699"),
        elsewhere(programme=uuid4()),
        elsewhere("coordinator", programme=uuid4()),
        elsewhere("coordinator", area=BARANIVKA),  # without a programme it reaches nothing
        elsewhere("custodian", programme=uuid4()),
        elsewhere("donor", donor=uuid4()),
        elsewhere("donor"),
        Actor(id=uuid4(), name="nobody"),
    ],
    ids=lambda actor: (
        " ".join(f"{g.role} {g.area or ''} {bool(g.programme)}" for g in actor.grants) or "nobody"
    ),
)
async def test_a_grant_elsewhere_reaches_nothing(home, actor):
    async with transaction_for(home.engine, scope.reach(actor)) as conn:
        for table in ("asset", "event", "asset_period", "asset_share", "consignment", "programme"):
            assert await seen(conn, text(f"SELECT * FROM {table}")) == [], table


async def test_a_programme_within_an_area_is_both(home):
    for programme, area, expected in (
        (home.office.programme, "UA18", OURS),
        (home.office.programme, "UA46", []),
        (uuid4(), "UA18", []),
    ):
        reach = scope.reach(elsewhere(programme=programme, area=area))
        async with transaction_for(home.engine, reach) as conn:
            assert await seen(conn) == expected


async def test_a_donor_sees_no_other_donors_share(home):
    async with transaction_for(home.engine, scope.reach(home.people["donor"])) as conn:
        assert set(await seen(conn, text("SELECT percent::int FROM asset_share"))) == {60}


async def test_people_are_seen_by_those_who_may_see_people(home):
    names = text("SELECT name FROM user_account ORDER BY name")
    async with transaction_for(home.engine, scope.reach(home.people["donor"])) as conn:
        assert await seen(conn, names) == ["Donor"]
    async with transaction_for(home.engine, scope.reach(home.people["technician"])) as conn:
        assert len(await seen(conn, names)) == len(PEOPLE)


@pytest.mark.parametrize(
    "column", [f"{table}.{column}" for table, columns in SECRET.items() for column in columns]
)
async def test_what_proves_an_identity_is_read_by_the_system_alone(home, column):
    table, name = column.split(".")
    async with home.engine.connect() as conn:
        await raises(conn, f"SELECT {name} FROM {table}", "permission denied")


async def test_the_connection_of_a_request_sees_what_its_actor_may(home):
    request = SimpleNamespace(
        method="GET",
        scope={"user": home.people["stranger"]},
        route_handler=SimpleNamespace(opt={}),
    )
    opened = provide_conn(request, SimpleNamespace(engine=home.engine, replica=None))
    assert await seen(await anext(opened)) == THEIRS
    await opened.aclose()


# --- what may be written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET {c} = {c}",
        "DELETE FROM {t}",
        "TRUNCATE {t}",
        "ALTER TABLE {t} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {t} DISABLE TRIGGER ALL",
        "DROP TABLE {t}",
    ],
)
@pytest.mark.parametrize(
    "table",
    ["event.kind", "ledger_leaf.hash", "ledger_checkpoint.root", "ledger_key.name", "ledger_tile.level"],
)
@pytest.mark.parametrize("whole", [False, True], ids=["request", "system"])
async def test_nobody_rewrites_what_only_grows(home, table, statement, whole):
    name, column = table.split(".")
    async with home.engine.connect() as conn:
        if whole:
            await conn.execute(text(f"SET LOCAL ROLE {SYSTEM}"))
        await raises(conn, statement.format(t=name, c=column), "permission denied|must be owner")


async def test_a_request_writes_no_event_and_no_projection(home):
    async with transaction_for(home.engine, scope.reach(home.people["administrator"])) as conn:
        for table in ("event", "asset", "asset_head", "asset_period", "asset_share", "tag"):
            await raises(conn, f"INSERT INTO {table} SELECT * FROM {table}", "permission denied")
            await raises(conn, f"DELETE FROM {table}", "permission denied")


async def test_nothing_is_written_out_of_reach(home):
    async with transaction_for(home.engine, scope.reach(home.people["stranger"])) as conn:
        foreign = {"c": home.office.consignment}
        renamed = text("UPDATE consignment SET number = 'mine' WHERE id = :c")
        assert (await conn.execute(renamed, foreign)).rowcount == 0
        await raises(
            conn,
            "INSERT INTO consignment (id, programme_id, number, municipality_code)"
            f" VALUES (gen_random_uuid(), '{home.office.programme}', 'X', '{BARANIVKA}')",
            "row-level security",
        )


async def test_a_request_becomes_nobody_else(home):
    async with home.engine.connect() as conn:
        for role in (OWNER, "asset_tracker", "postgres"):
            await raises(conn, f"SET ROLE {role}", "permission denied|does not exist")
        await raises(conn, "SET SESSION AUTHORIZATION asset_tracker", "permission denied|does not exist")


async def raises(conn, statement, match):
    with pytest.raises(DBAPIError, match=match):
        async with conn.begin_nested():
            await conn.execute(text(statement))


# --- nothing is carried over


async def test_a_connection_that_is_used_again_takes_nothing_along(home):
    """The pool has one connection; what was set comes back as '', not NULL, and is nothing either way."""
    for who in ("donor", "administrator", "coordinator"):
        async with transaction_for(home.engine, scope.reach(home.people[who])) as conn:
            assert await seen(conn) == sorted(SEES[who])
        async with home.engine.begin() as conn:
            left = await conn.execute(
                text("SELECT current_setting('asset_tracker.programmes', true), current_user")
            )
            assert left.one() == ("", APP)
            assert await seen(conn) == []
    async with transaction(home.engine) as conn:
        assert await seen(conn) == OURS + THEIRS
    async with transaction_for(home.engine, scope.reach(home.people["stranger"])) as conn:
        assert await seen(conn) == THEIRS


async def test_what_was_cancelled_leaves_nothing_behind(home):
    """500 transactions of everybody, cancelled at any moment, over three connections."""
    engine = make_engine(home.url, pool_size=3, max_overflow=0)
    reaches = [scope.reach(actor) for actor in home.people.values()]
    chance = random.Random(6)  # noqa: S311 - moments at which to cancel, no secret

    async def work(reach):
        async with transaction_for(engine, reach) as conn:
            await seen(conn)
            async with as_system(conn):
                await seen(conn)

    async def cancelled(n):
        task = asyncio.create_task(work(reaches[n % len(reaches)]))
        await asyncio.sleep(chance.random() * 0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        who = chance.choice(list(SEES))
        async with engine.begin() as conn:
            assert await seen(conn) == []
        async with transaction_for(engine, scope.reach(home.people[who])) as conn:
            assert await seen(conn) == sorted(SEES[who])

    for start in range(0, 500, 10):
        await asyncio.gather(*(cancelled(n) for n in range(start, start + 10)))
    assert engine.pool.checkedout() == 0
    await engine.dispose()


async def test_the_system_is_left_however_a_block_ends(home):
    donor = scope.reach(home.people["donor"])
    role = text("SELECT current_user")
    async with transaction_for(home.engine, donor) as conn:
        async with as_system(conn), as_system(conn):
            assert await seen(conn) == OURS + THEIRS
        assert await seen(conn) == OURS
        with pytest.raises(KeyError):
            async with as_system(conn):
                raise KeyError
        assert (await conn.execute(role)).scalar_one() == APP
        # A statement that fails takes the transaction along, up to the savepoint around the block or in it.
        for inside in (False, True):
            with pytest.raises(DBAPIError):
                await fail(conn, inside=inside)
            assert (await conn.execute(role)).scalar_one() == APP
            assert await seen(conn) == OURS


async def fail(conn, *, inside):
    broken = text("SELECT 1 / 0")
    if inside:
        async with as_system(conn), conn.begin_nested():
            await conn.execute(broken)
    else:
        async with conn.begin_nested(), as_system(conn):
            await conn.execute(broken)


# --- the wall itself


async def test_the_wall_stands(home):
    async with home.engine.connect() as conn:
        assert await raising.gaps(conn) == []
        roles = await conn.execute(
            text(
                "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb, rolcanlogin, rolinherit, rolbypassrls"
                " FROM pg_roles WHERE rolname LIKE 'asset\\_tracker\\_%'"
            )
        )
        told = {row[0]: tuple(row[1:]) for row in roles}
        assert told[APP] == (False, True, False, False)
        assert told[READER][:2] == (False, True)
        assert all(each[:2] == (False, False) for name, each in told.items() if name not in (APP, READER))
        # To the system no table is walled, so that it may copy rows in.
        assert {name for name, each in told.items() if each[3]} == {SYSTEM}


async def test_every_table_is_the_owners_and_walled_or_open_for_a_reason(home):
    found = text(
        "SELECT relname, pg_get_userbyid(relowner) AS owner, relrowsecurity AND relforcerowsecurity AS forced"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    async with home.engine.connect() as conn:
        rows = (await conn.execute(found)).all()
    assert {row.relname for row in rows} == set(POLICIES)
    for row in rows:
        assert row.owner == OWNER, row.relname
        assert row.forced is isinstance(POLICIES[row.relname], Walled), row.relname
        assert not (isinstance(POLICIES[row.relname], Open) and row.forced)


async def test_a_superuser_is_refused(home):
    engine = make_engine(home.owner, poolclass=NullPool)
    async with engine.connect() as conn:
        with pytest.raises(raising.NoWallError, match="logs in as a superuser"):
            await raising.must_stand(conn)
    await engine.dispose()


async def test_a_hole_is_named_and_nothing_is_served(new_database, as_owner, tmp_path):
    url = new_database(seen=False)
    owner = make_engine(as_owner(url), poolclass=NullPool)
    async with owner.begin() as conn:
        await conn.execute(text("ALTER TABLE consignment NO FORCE ROW LEVEL SECURITY"))
        await conn.execute(text("CREATE TABLE forgotten (n int)"))
        await conn.execute(text("COMMENT ON SCHEMA wall IS 'of another version'"))
    env = {"ASSET_TRACKER_DATABASE_URL": url, "ASSET_TRACKER_DATA_DIR": str(tmp_path)}
    app = create_app(Settings.from_env(env))
    with pytest.RaisesGroup(raising.NoWallError, flatten_subgroups=True) as refused:
        async with app.lifespan():
            pass
    told = str(refused.value.exceptions[0])
    assert "consignment: row-level security is not forced" in told
    assert "forgotten: has no policy" in told
    assert "not raised by this version" in told
    assert "asset-tracker db upgrade" in told
    async with owner.begin() as conn:
        with pytest.raises(raising.PolicyMissingError, match=r"db/policies\.py"):
            await raising.steps(conn)
        await conn.execute(text("DROP TABLE forgotten"))
    await migrate.upgrade(as_owner(url))
    async with owner.begin() as conn:
        assert await raising.steps(conn) == []
    await owner.dispose()
    async with app.lifespan():
        pass


async def test_the_command_line_is_an_administrator(home):
    async with transaction_for(home.engine, scope.reach(COMMAND_LINE)) as conn:
        assert await seen(conn) == OURS + THEIRS
