"""A person is forgotten, and everything is as provable as before."""

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.pool import NullPool

from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import user_account
from asset_tracker.assets import field, quarantine
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import erasure, store
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tables import quarantine as quarantine_table
from asset_tracker.ledger.verify import verify
from asset_tracker.settings import Settings
from factories.facts import add, draft, life, sealed

pytestmark = pytest.mark.anyio


async def test_a_name_is_found_wherever_it_stands_and_nothing_else_is(conn):
    one, other = uuid7(), uuid7()
    await add(conn, *life(one), *life(other))
    await add(conn, draft(one, ev.Note(note="Ключ в ОКСАНИ Коваль"), days=5))
    found = await erasure.mentions_of(conn, " оксан")
    assert sorted(each.field for each in found) == ["note", "received_by", "received_by"]
    assert {each.value for each in found} == {"Оксана Коваль", "Ключ в ОКСАНИ Коваль"}
    assert await erasure.mentions_of(conn, "UA18") == []


async def test_the_chain_stays_valid_and_the_state_forgets(new_database, tmp_path):
    url = new_database()
    engine = make_engine(url, poolclass=NullPool)
    one = uuid7()
    async with engine.begin() as conn:
        await add(conn, *life(one), draft(one, ev.Lent(to="Оксана Коваль"), days=6), *life())
        kept = await sealed(conn, tmp_path)
    async with engine.begin() as conn:
        await erasure.erase(conn, await erasure.mentions_of(conn, "12"))
        await erasure.erase(conn, await erasure.mentions_of(conn, "Оксана"))
    async with engine.begin() as conn:
        assert await erasure.mentions_of(conn, "Оксана") == []
        state = as_state((await conn.execute(select(asset.c.state).where(asset.c.id == one))).scalar_one())
        assert state.room is None
        events = (await store.history(conn, [one]))[one]
        assert (events[2].payload.received_by, events[2].payload.municipality) == (
            None,
            "UA18080010000090720",
        )
    assert (await verify(url, kept=[kept.note])).clean
    await engine.dispose()


async def test_somebody_who_recorded_things_is_forgotten(conn):
    boss = {"email": f"{uuid7().hex}@example.org", "name": "Адміністратор", "password": None}
    await users.add_user(conn, COMMAND_LINE, **boss, grants=(Grant(role="administrator"),))
    email = f"{uuid7().hex}@example.org"
    grant = Grant(role="technician", area="UA18")
    user = await users.add_user(
        conn, COMMAND_LINE, email=email, name="Оксана", password=None, grants=(grant,)
    )
    asset_id = uuid7()
    facts = [
        draft(asset_id, life()[0].payload),
        draft(asset_id, ev.Note(note="так"), device="телефон Оксани"),
    ]
    await store.append(conn, user, facts, programme=uuid7())
    assert await users.erase_user(conn, COMMAND_LINE, user, Settings.from_env({})) == 1
    row = (await conn.execute(select(user_account).where(user_account.c.id == user))).one()
    assert (row.name, row.password_hash, "example" in row.email) == ("—", None, False)
    assert row.disabled_at is not None
    (_, note) = (await store.history(conn, [asset_id]))[asset_id]
    assert (note.device, note.payload.note, note.actor) == (None, "так", user)


async def test_what_was_erased_is_still_recognised_when_it_is_sent_again(conn):
    asset_id = uuid7()
    facts = life(asset_id)
    await add(conn, *facts)
    await erasure.erase(conn, await erasure.mentions_of(conn, "Оксана"))
    assert {receipt.outcome for receipt in await add(conn, *facts)} == {"duplicate"}


async def test_what_waits_in_quarantine_forgets_too(conn):
    message = {
        "id": str(uuid7()),
        "asset": "нема такого",
        "occurred_at": "2026-02-01T10:00:00Z",
        "device": "телефон Оксани",
        "payload": {"kind": "delivered", "received_by": "ОКСАНА Коваль", "photos": [], "note": "біля дверей"},
    }
    unreadable = '{"device": "x", "note": "Оксана' + '" : }'
    rows = [msgspec.json.encode(message), unreadable.encode()]
    outcomes = await field.receive(conn, COMMAND_LINE, [msgspec.Raw(rows[0])])
    assert outcomes[0].outcome == "quarantined"
    await field._keep(conn, COMMAND_LINE, rows[1], None, None, None, "unreadable")
    found = await erasure.aside_of(conn, " оксан")
    assert sorted(each.field for each in found) == [
        "device",
        "message",
        "message.device",
        "message.payload.received_by",
    ]
    await erasure.erase_aside(conn, found)
    assert await erasure.aside_of(conn, "оксан") == []
    first, second = await quarantine.list_quarantined(conn, COMMAND_LINE)
    assert first.said["payload"] == message["payload"] | {"received_by": None}
    assert (first.device, first.asset_ref, second.said) == (None, "нема такого", {})
    digests = set((await conn.execute(select(quarantine_table.c.digest))).scalars())
    assert len(digests) == 2


async def test_the_device_of_somebody_erased_is_gone_from_quarantine(conn):
    sender = uuid7()
    raw = msgspec.json.encode({"device": "телефон Оксани", "asset": "Оксана"})
    person = msgspec.structs.replace(COMMAND_LINE, id=sender)
    await field._keep(conn, person, raw, None, "телефон Оксани", "Оксана", "unreadable")
    await erasure.erase_aside(conn, await erasure.aside_devices_of(conn, sender))
    assert await erasure.aside_devices_of(conn, sender) == []
    assert {each.field for each in await erasure.aside_of(conn, "Оксана")} == {"asset_ref", "message.asset"}
