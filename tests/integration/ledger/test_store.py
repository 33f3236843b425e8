"""The one door, against a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import structs
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from asset_tracker.db import bulk
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.errors import NotFoundError, StaleError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.chain import GENESIS, link
from asset_tracker.ledger.check import COLUMNS, Stored, check_chain
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_period, asset_share, event, tag
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share

pytestmark = pytest.mark.anyio

ACTOR, PROGRAMME, DONOR = uuid7(), uuid7(), uuid7()
BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"
DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)


def draft(asset_id, payload, *, days=0, **more):
    return Draft(id=uuid7(), asset=asset_id, occurred_at=DAY + timedelta(days=days), payload=payload, **more)


def registered(**more):
    fields = {
        "category": "laptop",
        "name_uk": "Ноутбук",
        "tag": new_tag(),
        "serial": "SN-001/А",
        "unit_price": Decimal("30000.50"),
        "currency": "UAH",
        "shares": (Share(DONOR, Decimal(100)),),
        "destination": BARANIVKA,
    }
    return ev.Registered(**(fields | more))


async def add(conn, *drafts, **more):
    return await store.append(conn, ACTOR, list(drafts), programme=PROGRAMME, **more)


async def state_of(conn, asset_id):
    return (await conn.execute(select(asset).where(asset.c.id == asset_id))).one()


async def test_a_new_asset_stands_in_every_projection(conn):
    fact = registered()
    asset_id = uuid7()
    (receipt,) = await add(conn, draft(asset_id, fact))
    row = await state_of(conn, asset_id)
    assert (receipt.outcome, receipt.seq, row.tag, row.stage) == ("recorded", 1, fact.tag, "expected")
    assert (row.serial_key, row.unit_price, row.programme_id) == ("SN001A", Decimal("30000.50"), PROGRAMME)
    assert row.head_hash.hex() == receipt.hash
    assert (
        await conn.execute(select(tag.c.status).where(tag.c.asset_id == asset_id))
    ).scalar_one() == "bound"
    assert (
        await conn.execute(select(asset_share.c.percent).where(asset_share.c.asset_id == asset_id))
    ).scalar_one() == 100
    period = (await conn.execute(select(asset_period).where(asset_period.c.asset_id == asset_id))).one()
    assert (period.valid_from, period.valid_to, period.destination_code) == (DAY, None, BARANIVKA)


async def test_each_hash_builds_on_the_one_before(conn):
    asset_id = uuid7()
    await add(conn, draft(asset_id, registered()), draft(asset_id, ev.Dispatched(), days=1))
    await add(conn, draft(asset_id, ev.Delivered(municipality=BARANIVKA, note="Прийняв сторож"), days=2))
    rows = (await conn.execute(select(event).where(event.c.asset_id == asset_id).order_by(event.c.seq))).all()
    prev = GENESIS
    for row in rows:
        assert (row.prev_hash, row.hash) == (prev, link(prev, row.body))
        prev = row.hash
    assert [row.kind for row in rows] == ["registered", "dispatched", "delivered"]


async def test_what_is_personal_or_a_place_is_not_in_the_hashed_bytes(conn):
    asset_id = uuid7()
    said = ev.Delivered(municipality=BARANIVKA, received_by="Оксана Коваль", note="Телефон 067")
    await add(conn, draft(asset_id, registered()), draft(asset_id, said))
    row = (await conn.execute(select(event).where(event.c.asset_id == asset_id, event.c.seq == 2))).one()
    assert b"sha256" in row.body
    for secret in (BARANIVKA, "Оксана", "Телефон"):
        assert secret.encode() not in row.body
    assert set(row.private) == {"municipality", "received_by", "note"}
    assert (await store.history(conn, [asset_id]))[asset_id][1].payload == said


async def test_sending_again_answers_the_first_receipt(conn):
    asset_id = uuid7()
    await add(conn, draft(asset_id, registered()))
    said = draft(asset_id, ev.Dispatched(waybill="N1"))
    (first,) = await add(conn, said)
    (again,) = await add(conn, said)
    assert (again.outcome, again.hash, again.seq) == ("duplicate", first.hash, first.seq)
    other = Draft(
        id=said.id, asset=asset_id, occurred_at=said.occurred_at, payload=ev.Dispatched(waybill="N2")
    )
    (conflict,) = await add(conn, other)
    assert conflict.outcome == "conflict"
    counted = select(func.count()).select_from(event).where(event.c.asset_id == asset_id)
    assert (await conn.execute(counted)).scalar_one() == 2


async def test_the_same_event_twice_in_a_batch_is_recorded_once(conn):
    asset_id = uuid7()
    said = draft(asset_id, ev.Note(note="раз"))
    receipts = await add(conn, draft(asset_id, registered()), said, said)
    assert [r.outcome for r in receipts] == ["recorded", "recorded", "duplicate"]


async def test_a_late_fact_stands_where_it_occurred(conn):
    asset_id = uuid7()
    await add(conn, draft(asset_id, registered()))
    await add(conn, draft(asset_id, ev.Installed(service_point=uuid7(), municipality=BARANIVKA), days=9))
    await add(conn, draft(asset_id, ev.Delivered(municipality=BARANIVKA), days=3))
    rows = await conn.execute(
        select(asset_period.c.stage, asset_period.c.valid_from)
        .where(asset_period.c.asset_id == asset_id)
        .order_by(asset_period.c.valid_from)
    )
    expected = [("expected", 0), ("delivered", 3), ("installed", 9)]
    assert [tuple(row) for row in rows] == [(stage, DAY + timedelta(days=n)) for stage, n in expected]
    assert not (await state_of(conn, asset_id)).disputed


async def test_two_receipts_make_the_asset_disputed_until_resolved(conn):
    asset_id = uuid7()
    one = draft(asset_id, ev.Delivered(municipality=BARANIVKA), days=2)
    two = draft(asset_id, ev.Delivered(municipality=OVRUCH), days=3)
    await add(conn, draft(asset_id, registered()), one, two)
    assert (await state_of(conn, asset_id)).disputed
    resolution = ev.Resolution(events=(one.id, two.id), reason="Передано далі")
    await add(conn, draft(asset_id, resolution, days=4))
    row = await state_of(conn, asset_id)
    assert (row.disputed, row.municipality_code) == (False, OVRUCH)


async def test_a_desk_that_decided_on_an_older_head_is_told_what_happened(conn):
    asset_id = uuid7()
    (first,) = await add(conn, draft(asset_id, registered()))
    await add(conn, draft(asset_id, ev.Dispatched()), heads={asset_id: first.hash})
    with pytest.raises(StaleError) as caught:
        await add(conn, draft(asset_id, ev.Dispatched()), heads={asset_id: first.hash})
    assert [each.kind for each in caught.value.happened] == ["dispatched"]


async def test_an_unknown_asset_is_named(conn):
    with pytest.raises(NotFoundError):
        await add(conn, draft(uuid7(), ev.Note(note="?")))


async def test_a_tag_that_somebody_else_took_meanwhile_can_be_tried_again(conn):
    await add(conn, draft(uuid7(), registered(tag="00000000")))
    with pytest.raises(store.RacedError):
        async with conn.begin_nested():
            await add(conn, draft(uuid7(), registered(tag="00000000")))


async def test_what_is_sent_twice_at_once_is_stored_once(new_database):
    engine = make_engine(new_database())
    asset_id = uuid7()
    note = draft(asset_id, ev.Note(note="Ключ у вартового"))

    async def once_more():
        async with transaction(engine) as conn:
            return await add(conn, note)

    async with transaction(engine) as conn:
        await add(conn, draft(asset_id, registered()))
    async with transaction(engine) as conn:
        (first,) = await add(conn, note)
        again = asyncio.create_task(once_more())
        # It asked before we commit, so that what it saw then has the id nowhere.
        while not await conn.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):  # noqa: ASYNC110 - the database tells no event
            await asyncio.sleep(0.01)
    (second,) = await again
    assert (first.outcome, second.outcome) == ("recorded", "duplicate")
    assert (second.seq, second.hash) == (first.seq, first.hash)
    await engine.dispose()


async def test_what_is_asked_with_every_fact_is_planned_once(conn):
    asset_id = uuid7()
    await add(conn, draft(asset_id, registered()))
    for day in range(8):
        await add(conn, draft(asset_id, ev.Verified(condition="working"), days=day))
    planned = text("SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE :like")
    for like in ("%locked AS MATERIALIZED%", "%max(event.occurred_at)%"):
        assert max((await conn.execute(planned, {"like": like})).scalars()) > 0


@pytest.mark.parametrize("walled", [False, True])
async def test_many_at_once_say_the_same_copied_or_inserted(conn, monkeypatch, walled):
    asked = []

    async def told(conn, table, *, ask=bulk.walled):
        asked.append(table.name)
        # Where an administrator did not free the system of the wall.
        return walled or await ask(conn, table)

    monkeypatch.setattr(bulk, "walled", told)
    drafts = [draft(uuid7(), registered()) for _ in range(600)]
    receipts = await add(conn, *drafts)
    assert "event" in asked
    assert [(r.id, r.outcome) for r in receipts] == [(d.id, "recorded") for d in drafts]
    ids = [each.asset for each in drafts]
    counted = select(func.count()).select_from(asset).where(asset.c.id.in_(ids))
    assert (await conn.execute(counted)).scalar_one() == 600
    rows = (
        await conn.execute(select(*(event.c[name] for name in COLUMNS)).where(event.c.asset_id.in_(ids)))
    ).all()
    assert {row.id: row.hash.hex() for row in rows} == {r.id: r.hash for r in receipts}
    assert [found for row in rows for found in check_chain([Stored._make(row)])] == []


async def test_very_many_sent_again_beside_new_ones_are_answered_as_before(conn):
    drafts = [draft(uuid7(), registered()) for _ in range(250)]
    first = await add(conn, *drafts)
    other = structs.replace(drafts[7], payload=registered())
    seen = [draft(each.asset, ev.Verified(condition="working"), days=1) for each in drafts]
    again = await add(conn, *drafts[:7], other, *drafts[8:], *seen)
    assert [r.outcome for r in again] == ["duplicate"] * 7 + ["conflict"] + ["duplicate"] * 242 + [
        "recorded"
    ] * 250
    assert [r.hash for r in again[:250]] == [r.hash for r in first]
    counted = select(func.count()).select_from(event).where(event.c.asset_id.in_([d.asset for d in drafts]))
    assert (await conn.execute(counted)).scalar_one() == 500


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET occurred_at = now()",
        "UPDATE event SET body = '\\x00'",
        'UPDATE event SET private = \'{"note": ["00", "x"]}\'',
        "DELETE FROM event",
        "TRUNCATE event",
    ],
)
async def test_the_database_itself_lets_nobody_rewrite_history(superuser, statement):
    asset_id = uuid7()
    await add(superuser, draft(asset_id, registered()), draft(asset_id, ev.Note(note="так")))
    with pytest.raises(DBAPIError, match="the ledger only grows"):
        async with superuser.begin_nested():
            await superuser.execute(text(statement))


async def test_an_opening_may_be_erased_and_the_chain_still_reads(conn):
    asset_id = uuid7()
    await add(
        conn,
        draft(asset_id, registered()),
        draft(asset_id, ev.Delivered(municipality=OVRUCH, received_by="Хтось")),
    )
    await conn.execute(text("UPDATE event SET private = private - 'received_by' WHERE kind = 'delivered'"))
    payload = (await store.history(conn, [asset_id]))[asset_id][1].payload
    assert (payload.municipality, payload.received_by) == (OVRUCH, None)
