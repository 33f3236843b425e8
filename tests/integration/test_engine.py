from datetime import UTC, date, datetime
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy import Date, DateTime, bindparam, cast, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from asset_tracker.db import opening
from asset_tracker.db.engine import ask_once, in_use, make_engine, transaction
from asset_tracker.db.hot import Fixed

DAY = date(2026, 1, 2)


async def test_a_session_is_in_utc_and_gives_up_waiting(engine):
    async with engine.connect() as conn:
        for name, value in {"TimeZone": "UTC", "lock_timeout": "5s", "statement_timeout": "30s"}.items():
            assert (await conn.execute(text(f"SHOW {name}"))).scalar() == value


async def test_json_goes_through_msgspec(conn):
    statement = text("SELECT :body AS body").bindparams(bindparam("body", type_=JSONB)).columns(body=JSONB)
    body = {"price": Decimal("12.50"), "name": "ґанок", "lines": [1, None]}
    assert (await conn.execute(statement, {"body": body})).scalar() == body | {"price": "12.50"}


async def test_of_statements_that_are_long_to_plan_the_last_few_stay_planned(conn, monkeypatch):
    when = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    told = select(
        literal("O'Neill \\ 50% :x $1").label("name"),
        cast(when, DateTime(timezone=True)).label("at"),
        cast(DAY, Date).label("day"),
    )
    many = [Fixed(union_all(told, told.where(literal(n) > 2))) for n in (1, 2, 3, 4, 5)]
    monkeypatch.setattr(opening, "_KEPT", 3 * len(many[0].sql))
    for fixed in (*many, many[-1]):
        rows = await fixed.all(conn)
        assert {(row.name, row.at, row.day) for row in rows} == {("O'Neill \\ 50% :x $1", when, DAY)}
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with conn.begin_nested():
            await Fixed(select((literal(1) / literal(0)).label("never"))).all(conn)
    kept = text("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%Neill %'")
    named = [each for each in await conn.scalars(kept) if "pg_prepared_statements" not in each]
    assert set(named) == {each.sql for each in many[-3:]}


KEEP = text("INSERT INTO codifier_edition (edition, order_number) VALUES ('2001-01-01', 'x')")


async def test_a_transaction_is_kept_or_undone_as_a_whole(new_database):
    engine = make_engine(new_database())
    with pytest.raises(DBAPIError, match="division by zero"):
        await write_and_fail(engine)
    async with engine.connect() as conn:
        assert (
            await conn.execute(text("SELECT count(*) FROM codifier_edition WHERE edition = '2001-01-01'"))
        ).scalar() == 0
    await engine.dispose()


async def write_and_fail(engine):
    async with transaction(engine) as conn:
        await conn.execute(KEEP)
        await conn.execute(text("SELECT 1 / 0"))


async def test_a_pool_renews_itself_when_the_server_has_closed_its_connections(new_database):
    engine = make_engine(new_database(), pool_size=2)
    async with engine.connect() as one, engine.connect() as other:
        pid = (await one.execute(text("SELECT pg_backend_pid()"))).scalar()
        await other.execute(text("SET LOCAL ROLE NONE"))
        await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        await one.invalidate(asyncpg.InterfaceError("closed by the test"))
    async with engine.connect() as conn:
        assert (await conn.execute(text("SELECT 1"))).scalar() == 1
    await engine.dispose()


PID = "SELECT pg_backend_pid()"


async def test_a_question_is_asked_on_a_connection_that_waits_for_the_next(new_database):
    engine = make_engine(new_database(), pool_size=2, max_overflow=0, pool_timeout=60)
    asked = await ask_once(engine, PID)
    assert (await ask_once(engine, PID), in_use(engine)) == (asked, 0)
    # It makes room for transactions where there is no other, and is none of theirs before.
    async with transaction(engine) as one, transaction(engine) as other:
        pids = {await conn.scalar(text(PID)) for conn in (one, other)}
        assert asked in pids
        assert in_use(engine) == len(pids) == 2
    # When it was cut off, the question is asked once more.
    async with transaction(engine) as conn:
        asked = await ask_once(engine, PID)
        await conn.execute(text("SET LOCAL ROLE NONE"))
        await conn.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": asked})
    assert await ask_once(engine, PID) != asked
    await engine.dispose()


@pytest.mark.parametrize("order", [1, 2])
async def test_what_a_test_writes_is_gone_for_the_next(conn, order):
    await conn.execute(KEEP)


async def test_a_statement_that_hangs_is_cut(new_database):
    engine = make_engine(new_database(), statement_timeout="50ms")
    with pytest.raises(DBAPIError, match="statement timeout"):
        async with engine.connect() as conn:
            await conn.execute(text("SELECT pg_sleep(5)"))
    await engine.dispose()
