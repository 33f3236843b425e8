"""Questions in SQL: each is answered what its asker reaches, and no text makes it more."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from asset_tracker.access import panic, reading_keys
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.access.users import by_email, disable_user
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.views import VIEWS
from asset_tracker.errors import ForbiddenError, InvalidError
from asset_tracker.programmes.budgets import NewBudget, add_budget
from asset_tracker.reports import questions, tabular
from asset_tracker.reports.prepared import PREPARED
from asset_tracker.settings import Settings
from asset_tracker.territory.situations import NewSituation, add_situations
from factories.office import BARANIVKA, furnish

GRANTS = {
    "administrator": Grant(role="administrator"),
    "auditor": Grant(role="auditor"),
    "coordinator": Grant(role="coordinator"),
    "donor": Grant(role="donor"),
    "technician": Grant(role="technician"),
}


class Scene:
    def __init__(self, engine, reader, office):
        self.engine, self.reader, self.office = engine, reader, office

    async def key_of(self, who):
        """By the permissions of ``who``; what they reach is read from their grants in the database."""
        async with transaction(self.engine) as conn:
            user = await by_email(conn, f"{who}@example.org")
            actor = Actor(id=user, name=who, grants=(GRANTS[who],))
            return await reading_keys.for_one_question(conn, actor)

    async def ask(self, who, sql, **more):
        return await questions.ask(self.reader, await self.key_of(who), sql, **more)


@pytest.fixture(scope="module")
async def scene(new_database, anyio_backend):
    engine = make_engine(new_database())
    async with transaction(engine) as conn:
        office = await furnish(conn)
    reader = questions.reader_engine(Settings.from_env({}), engine)
    yield Scene(engine, reader, office)
    await reader.dispose()
    await engine.dispose()


async def tags(scene, who):
    return {row[0] for row in (await scene.ask(who, "SELECT tag FROM assets")).rows}


async def test_everybody_is_answered_what_their_roles_reach(scene):
    office = scene.office
    everything = await tags(scene, "administrator")
    assert {office.laptop, office.kit, office.foreign} <= everything
    assert await tags(scene, "auditor") == everything
    ours = await tags(scene, "coordinator")
    assert {office.laptop, office.kit} <= ours
    assert office.foreign not in ours


@pytest.mark.parametrize("who", ["donor", "technician"])
async def test_who_may_not_ask_gets_no_key(scene, who):
    with pytest.raises(ForbiddenError):
        await scene.key_of(who)


FORGED = (
    "SELECT set_config('asset_tracker.everything', 'on', true), tag FROM assets",
    "SELECT tag FROM (SELECT set_config('asset_tracker.everything', 'on', false)) AS x, assets",
    "SELECT set_config('asset_tracker.programmes', (SELECT string_agg(programme_id::text, ',') FROM programmes), true), tag FROM assets",
)


@pytest.mark.parametrize("sql", FORGED)
async def test_what_a_question_sets_is_not_believed(scene, sql):
    answer = await scene.ask("coordinator", sql)
    assert scene.office.foreign not in {cell for row in answer.rows for cell in row}


REFUSED = (
    "SELECT set_config('role', 'asset_tracker_system', true)",
    "SELECT set_config('session_authorization', 'asset_tracker_app', true)",
    "SELECT * FROM public.asset",
    "SELECT * FROM public.user_account",
    "SELECT * FROM public.event",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT 1; DELETE FROM public.asset",
    "SELECT 1) AS x; DELETE FROM public.asset; SELECT (1",
    "DELETE FROM public.asset RETURNING 1",
    "WITH gone AS (DELETE FROM public.asset RETURNING 1) SELECT * FROM gone",
    "UPDATE assets SET tag = 'x'",
    "CREATE TEMP TABLE x AS SELECT 1",
    "SELECT * FROM assets FOR UPDATE",
    "COPY assets TO STDOUT",
    "SELECT nothing FROM nowhere",
    "",
    "\0",
    "SELECT 1 FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b",
)


@pytest.mark.parametrize("sql", REFUSED)
async def test_what_is_no_question_is_refused_with_the_reason(scene, sql):
    with pytest.raises(InvalidError) as caught:
        await scene.ask("administrator", sql)
    assert [error.field for error in caught.value.errors] == ["sql"]


async def test_a_comment_ends_with_its_line(scene):
    answer = await scene.ask("administrator", "SELECT 1 AS one -- ) AS asked; SELECT 2")
    assert (answer.heads, list(answer.rows)) == (("one",), [(1,)])


async def test_budgets_are_told_to_those_of_the_programme_and_situations_to_all(scene):
    office = scene.office
    programmes = [row[0] for row in (await scene.ask("auditor", "SELECT programme_id FROM programmes")).rows]
    new = NewBudget(amount=Decimal(60_000), currency="EUR", since=date(2025, 1, 1))
    place = NewSituation(municipality=BARANIVKA, situation="possible", since=new.since, source="Перелік 309")
    async with transaction(scene.engine) as conn:
        for programme in programmes:
            await add_budget(conn, COMMAND_LINE, programme, new)
        await add_situations(conn, COMMAND_LINE, [place])
    asked = "SELECT programme_id, amount, currency FROM budgets"
    theirs = (office.programme, Decimal(60_000), "EUR")
    assert (await scene.ask("coordinator", asked)).rows == [theirs]
    assert len((await scene.ask("auditor", asked)).rows) == len(programmes) > 1
    assert (await questions.ask(scene.reader, "no such key", asked)).rows == []
    for who in ("coordinator", "auditor"):
        answer = await scene.ask(who, "SELECT municipality_code, situation, source FROM situations")
        assert answer.rows == [(BARANIVKA, "possible", "Перелік 309")]


async def test_a_key_opens_until_it_is_revoked_or_its_owner_is_disabled(scene):
    counted = "SELECT count(*) FROM assets"
    assert (await questions.ask(scene.reader, "no such key", counted)).rows[0][0] == 0
    async with transaction(scene.engine) as conn:
        user = await by_email(conn, "auditor@example.org")
        actor = Actor(id=user, name="x", grants=(GRANTS["auditor"],))
        key = await reading_keys.make(conn, actor, "psql", 30)
        (mine,) = await reading_keys.list_own(conn, actor)
    assert (await questions.ask(scene.reader, key, counted)).rows[0][0] > 0
    async with transaction(scene.engine) as conn:
        await reading_keys.revoke(conn, actor, mine.id)
    assert (await questions.ask(scene.reader, key, counted)).rows[0][0] == 0
    async with scene.engine.connect() as conn:
        key = await reading_keys.make(conn, actor, "again", 30)
        await conn.commit()
        await disable_user(conn, COMMAND_LINE, user)
        await conn.commit()
    assert (await questions.ask(scene.reader, key, counted)).rows[0][0] == 0


async def test_every_view_and_every_prepared_question_answers(scene):
    for name, view in VIEWS.items():
        answer = await scene.ask("administrator", f"SELECT * FROM {name}", most=5)
        assert answer.heads == tuple(column.name for column in view.columns)
    for _, sql in PREPARED.values():
        await scene.ask("administrator", sql)


async def test_an_answer_ends_and_says_so(scene):
    answer = await scene.ask("administrator", "SELECT * FROM generate_series(1, 10) AS n", most=3)
    assert (len(answer.rows), answer.more) == (3, True)


async def test_an_answer_is_taken_along_with_its_types(scene):
    sql = "SELECT tag, quantity, unit_price, '=1+1' AS text, current_date AS day, now() AS at, NULL AS none FROM assets ORDER BY tag"
    answer = await scene.ask("administrator", sql)
    book = load_workbook(io.BytesIO(tabular.write_xlsx(answer)))
    cells = list(book.active.iter_rows(min_row=2))
    assert len(cells) == len(answer.rows)
    assert cells[0][3].data_type == "s"
    assert cells[0][1].value == 1
    assert "'=1+1" in tabular.write_csv(answer).decode("utf-8-sig")
    table = parquet.read_table(io.BytesIO(tabular.write_parquet(answer)))
    assert table.column_names == list(answer.heads)
    assert table.column("quantity").to_pylist() == [row[1] for row in answer.rows]
    assert table.column("unit_price").to_pylist() == [row[2] for row in answer.rows]
    assert table.column("at").to_pylist() == [row[5] for row in answer.rows]


async def test_the_emergency_brake_ends_keys(scene):
    async with transaction(scene.engine) as conn:
        user = await by_email(conn, "administrator@example.org")
        key = await reading_keys.make(
            conn, Actor(id=user, name="x", grants=(GRANTS["administrator"],)), "tool", 1
        )
        await panic.begin(conn)
    assert (await questions.ask(scene.reader, key, "SELECT count(*) FROM assets")).rows[0][0] == 0
