"""Events lie in a part for each year, and whatever held for one table holds over all of them."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from asset_tracker.db import raising
from asset_tracker.db.engine import make_engine
from asset_tracker.db.roles import APP, SYSTEM
from asset_tracker.edge.parts import MakeParts, make_parts
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import KEYED_EVENT, event, event_key
from integration.ledger.test_store import add, draft, registered

pytestmark = pytest.mark.anyio

THIS_YEAR = datetime.now(UTC).year
NEXT_YEAR = f"{THIS_YEAR + 1}-06-01 00:00:00+00"
PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass"
COPIED = """
INSERT INTO {table} SELECT {id}, {asset}, {seq}, kind, occurred_at, '{at}', actor_id, programme_id, operation,
supersedes, body, private, prev_hash, hash FROM event WHERE id = '{like}'"""


async def recorded(conn):
    """The id of one event, recorded now."""
    return (await add(conn, draft(uuid7(), registered())))[0].id


def copied(like, *, table="event", at=NEXT_YEAR, id="gen_random_uuid()", asset="gen_random_uuid()", seq="1"):  # noqa: A002 - the column's name
    return text(COPIED.format(table=table, at=at, id=id, asset=asset, seq=seq, like=like))


async def part_of(conn, at):
    return await conn.scalar(
        text("SELECT tableoid::regclass::text FROM event WHERE recorded_at = :at"), {"at": at}
    )


async def refused(conn, statement, why):
    with pytest.raises(DBAPIError, match=why):
        async with conn.begin_nested():
            await conn.execute(text(statement) if isinstance(statement, str) else statement)


@pytest.mark.parametrize("table", ["event", "the part itself"])
async def test_an_id_and_a_place_in_a_chain_are_there_once_in_all_years(superuser, table):
    one = await recorded(superuser)
    table = "event" if table == "event" else await part_of(superuser, await next_year(superuser, one))
    await refused(superuser, copied(one, table=table, id="id"), "event_key_pkey")
    await refused(
        superuser, copied(one, table=table, asset="asset_id", seq="seq"), "event_key_asset_id_seq_key"
    )
    await superuser.execute(copied(one, table=table, asset="asset_id", seq="2"))


async def next_year(conn, like):
    """When another event was recorded, in another part."""
    at = datetime.fromisoformat(NEXT_YEAR) - timedelta(days=1)
    await conn.execute(copied(like, at=at.isoformat()))
    return at


async def test_whatever_is_put_into_a_part_has_its_key_and_waits_to_be_sealed(superuser):
    one = await recorded(superuser)
    part = await part_of(superuser, await next_year(superuser, one))
    assert part != await superuser.scalar(text("SELECT tableoid::regclass::text FROM event LIMIT 1"))
    new = uuid7()
    await superuser.execute(copied(one, table=part, id=f"'{new}'"))
    assert (
        await superuser.scalar(select(event.c.id).select_from(KEYED_EVENT).where(event_key.c.id == new))
        == new
    )
    waiting = text("SELECT count(*) FROM ledger_unsealed WHERE event_id = :new")
    assert await superuser.scalar(waiting, {"new": new}) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET recorded_at = recorded_at - interval '1 year'",
        "UPDATE {t} SET kind = 'note'",
        "DELETE FROM {t}",
        "TRUNCATE {t}",
    ],
)
async def test_no_part_and_no_key_is_rewritten_even_by_its_owner(superuser, statement):
    one = await recorded(superuser)
    part = await part_of(superuser, await next_year(superuser, one))
    for table in (part, "event") + (("event_key",) if "kind" not in statement else ()):
        await refused(superuser, statement.format(t=table), "only grows")


@pytest.mark.parametrize("role", [APP, SYSTEM])
async def test_servers_pass_by_no_table_into_its_parts(superuser, role):
    parts = await superuser.scalars(text(PARTS))
    for part in parts.all():
        await superuser.execute(text(f"SET LOCAL ROLE {role}"))
        for what in (
            "INSERT INTO {t} SELECT * FROM {t}",
            "UPDATE {t} SET private = NULL",
            "DELETE FROM {t}",
            "TRUNCATE {t}",
        ):
            await refused(superuser, what.format(t=part), "permission denied")
        for what in ("DETACH PARTITION {t}", "ATTACH PARTITION {t} DEFAULT"):
            await refused(superuser, f"ALTER TABLE event {what.format(t=part)}", "must be owner")
        for what in (
            "DROP TABLE {t}",
            "ALTER TABLE {t} DISABLE TRIGGER ALL",
            "ALTER TABLE {t} NO FORCE ROW LEVEL SECURITY",
        ):
            await refused(superuser, what.format(t=part), "must be owner")
        if role == APP:
            await refused(superuser, f"SELECT FROM {part}", "permission denied")
    await refused(superuser, "INSERT INTO event_key SELECT * FROM event_key", "permission denied")
    await superuser.execute(text("RESET ROLE"))


async def test_a_year_ends_where_the_next_begins(superuser):
    one = await recorded(superuser)
    midnight = datetime(THIS_YEAR + 1, 1, 1, tzinfo=UTC)
    before = midnight - timedelta(microseconds=1)
    for at in (before, midnight):
        await superuser.execute(copied(one, at=at.isoformat()))
    assert await part_of(superuser, before) == f"event_until_{THIS_YEAR}"
    assert await part_of(superuser, midnight) in (f"event_{THIS_YEAR + 1}", "event_other")


async def test_what_no_year_is_there_for_is_kept_and_read(superuser):
    one = await recorded(superuser)
    at, new, asset_id = datetime(THIS_YEAR + 40, 5, 1, tzinfo=UTC), uuid7(), uuid7()
    await superuser.execute(copied(one, at=at.isoformat(), id=f"'{new}'", asset=f"'{asset_id}'"))
    assert await part_of(superuser, at) == "event_other"
    assert [each.id for each in (await store.history(superuser, [asset_id]))[asset_id]] == [
        one
    ]  # a copy of its body
    assert [each.id for each in await store.receipts(superuser, [asset_id], new)] == [new]


async def made(conn):
    """Which parts there are after the nightly job."""

    @asynccontextmanager
    async def last():
        await conn.execute(text(f"SET LOCAL ROLE {SYSTEM}"))
        yield conn
        await conn.execute(text("RESET ROLE"))

    await make_parts(SimpleNamespace(last=last), MakeParts())
    return set(await conn.scalars(text(PARTS)))


async def test_parts_are_made_ahead_and_guarded(superuser):
    years = await superuser.scalars(text(f"{PARTS} AND inhrelid <> 'event_other'::regclass"))
    await superuser.execute(text("DROP TABLE " + ", ".join(years.all())))
    there = await made(superuser)
    assert len(there) in (2, 3)  # from July on the next year's is there
    assert {f"event_until_{THIS_YEAR}", "event_other"} <= there
    assert [gap.what for gap in await raising.gaps(superuser)] == ["logs in as a superuser"]
    for part in there:
        await refused(superuser, f"TRUNCATE {part}", "only grows")
    assert await made(superuser) == there


async def test_a_year_that_began_without_its_part_goes_on_in_the_other(superuser):
    one = await recorded(superuser)
    await superuser.execute(text("CREATE TEMPORARY TABLE aside ON COMMIT DROP AS SELECT * FROM event"))
    years = await superuser.scalars(text(f"{PARTS} AND inhrelid <> 'event_other'::regclass"))
    await superuser.execute(text("DROP TABLE " + ", ".join(years.all())))
    at = datetime(THIS_YEAR, 1, 2, tzinfo=UTC)
    await superuser.execute(text(COPIED.replace("FROM event", "FROM aside").format(
        table="event", at=at.isoformat(), id="gen_random_uuid()", asset="gen_random_uuid()", seq="1", like=one
    )))  # fmt: skip
    assert f"event_until_{THIS_YEAR}" not in await made(superuser)
    assert await part_of(superuser, at) == "event_other"


async def test_two_that_record_the_same_at_once_record_it_once(new_database):
    """Whoever is second is told to try again, and then finds it recorded."""
    engine = make_engine(new_database(seen=False), poolclass=NullPool)
    fact = draft(uuid7(), registered())

    async def record():
        async with engine.begin() as conn:
            return (await add(conn, fact))[0].outcome

    outcomes = await asyncio.gather(*(record() for _ in range(6)), return_exceptions=True)
    assert outcomes.count("recorded") == 1
    assert all(each in ("recorded", "duplicate") or isinstance(each, store.RacedError) for each in outcomes)
    await engine.dispose()
