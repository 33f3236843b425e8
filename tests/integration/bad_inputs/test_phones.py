"""Phones: whose they are, what their clocks and numbers tell, what a thief can and cannot do with one."""

import asyncio
import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from asset_tracker.access import devices, sealing_keys, sessions, tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import device, device_event
from asset_tracker.ledger.tables import event as event_table
from asset_tracker.ledger.tables import quarantine
from factories.house import event, jpeg
from factories.phones import Phone

pytestmark = pytest.mark.anyio

A, C, T, K, D = "administrator", "coordinator", "technician", "custodian", "donor"


def outcomes(answers):
    return [each["outcome"] for each in answers]


async def own(house, who, phone):
    found = (await house.ask(who, "GET", "/api/v1/devices")).json()
    return next((each for each in found if each["id"] == phone.id), None)


@pytest.fixture(autouse=True)
async def few_phones(house):
    """A person may have twenty; each test begins with none that works."""
    async with house.engine.begin() as conn:
        await conn.execute(update(device).values(revoked_at=func.now()).where(device.c.revoked_at.is_(None)))


async def test_a_phone_registers_as_often_as_it_likes_and_is_its_owners_alone(house):
    phone = await Phone(house, T).register()
    again = await phone.register()
    assert (await own(house, T, again))["name"] == "Samsung A14"
    assert await own(house, C, phone) is None
    new = {"id": phone.id, "name": "mine now"}
    assert (await house.ask(K, "POST", "/api/v1/devices", json=new)).status_code == 409
    other = {"id": phone.id, "name": "x", "public_key": b64encode(bytes(32)).decode()}
    assert (await house.ask(T, "POST", "/api/v1/devices", json=other)).status_code == 409
    for wrong in (
        {"id": "x", "name": "x"},
        {"id": str(uuid4()), "name": ""},
        {"id": str(uuid4()), "name": "x", "user": "y"},
    ):
        assert (await house.ask(T, "POST", "/api/v1/devices", json=wrong)).status_code in (400, 422)
    key = {"id": str(uuid4()), "name": "x", "public_key": b64encode(b"short").decode()}
    assert (await house.ask(T, "POST", "/api/v1/devices", json=key)).status_code == 422


async def test_of_two_pages_that_tell_a_key_each_at_once_one_is_refused(house):
    """A page that is loaded anew while it registers has the key of before still on its way."""
    new = {"id": str(uuid4()), "name": "x"}
    keys = [b64encode(bytes([n]) * 32).decode() for n in (1, 2)]
    answers = await asyncio.gather(
        *(house.ask(T, "POST", "/api/v1/devices", json={**new, "public_key": key}) for key in keys)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    taken = next(key for key, answer in zip(keys, answers, strict=True) if answer.status_code == 200)
    async with house.engine.begin() as conn:
        kept = await conn.scalar(select(device.c.public_key).where(device.c.id == new["id"]))
    assert b64encode(kept).decode() == taken


async def test_a_gap_in_the_numbers_tells_what_is_still_to_come(house):
    phone = await Phone(house, T).register()
    facts = [phone.sees("note", note=f"n {n}") for n in range(4)]
    assert outcomes(await phone.send(facts[0], facts[3])) == ["recorded"] * 2
    assert (await own(house, T, phone))["to_come"] == 2
    async with house.engine.connect() as conn:
        behind = await devices.list_behind(conn, COMMAND_LINE)
    assert phone.id in {str(each.id) for each in behind}
    broken = {**facts[1], "payload": {"kind": "nonsense"}}
    assert outcomes(await phone.send(broken, facts[2], facts[2])) == ["quarantined", "recorded", "duplicate"]
    assert (await own(house, T, phone))["to_come"] == 0


CLOCKS = {
    "two years ahead": timedelta(days=730),
    "two years behind": timedelta(days=-730),
    "in 1970": datetime(1970, 1, 2, tzinfo=UTC) - datetime.now(UTC),
    "half a day ahead (UTC+14 without its zone)": timedelta(hours=14),
}


@pytest.mark.parametrize("name", CLOCKS)
async def test_a_clock_that_is_wrong_is_told_and_put_right(house, name):
    phone = await Phone(house, T, off=CLOCKS[name]).register()
    fact = phone.sees("note", note="seen", ago=timedelta(hours=5))
    (first,) = await phone.send(fact)
    assert first["outcome"] == "recorded"
    really = datetime.now(UTC) - timedelta(hours=5)
    assert abs(datetime.fromisoformat(first["occurred_at"]) - really) < timedelta(minutes=1)
    assert outcomes(await phone.send(fact)) == ["duplicate"]
    async with house.engine.connect() as conn:
        row = (await conn.execute(select(device_event).where(device_event.c.event_id == fact["id"]))).one()
        kept = await conn.scalar(select(event_table.c.occurred_at).where(event_table.c.id == fact["id"]))
    assert row.occurred_at == kept
    assert row.told_at == datetime.fromisoformat(fact["occurred_at"])
    assert row.clock["boot"] == "start 1"


async def test_a_clock_that_jumps_during_the_day_is_followed_by_the_other_clock(house):
    phone = await Phone(house, T, off=timedelta(days=-800)).register()
    fact = phone.sees("note", note="before the jump", ago=timedelta(hours=3))
    phone.off = timedelta(0)
    fact["device"]["clock"]["sent"] = phone.reading()
    (told,) = await phone.send(fact)
    really = datetime.now(UTC) - timedelta(hours=3)
    assert abs(datetime.fromisoformat(told["occurred_at"]) - really) < timedelta(minutes=1)


async def test_a_sealed_queue_tells_by_its_sending_that_its_clock_was_wrong(house):
    """A box cannot be changed any more; what the clocks say on sending stands beside it. Who carries one lies in vain."""
    for carrier, expected in ((T, "recorded"), (C, "quarantined")):
        phone = await Phone(house, T, off=timedelta(days=730)).register()
        fact = phone.sees("note", note="seen", ago=timedelta(hours=5))
        fact["device"]["clock"] |= {"sent": None, "offset": 0.0}
        phone.boot = "start 2"
        file = phone.sealed(fact) | {"sent": phone.reading()}
        answer = await house.ask(carrier, "POST", "/api/v1/field/sealed", json=file)
        (told,) = answer.json()["outcomes"]
        assert told["outcome"] == expected
        if carrier == T:
            really = datetime.now(UTC) - timedelta(hours=5)
            assert abs(datetime.fromisoformat(told["occurred_at"]) - really) < timedelta(minutes=1)


async def test_a_clock_that_is_right_is_believed(house):
    phone = await Phone(house, T, off=timedelta(minutes=20)).register()
    fact = phone.sees("note", note="x", ago=timedelta(days=3))
    (told,) = await phone.send(fact)
    assert told["outcome"] == "recorded"
    assert "occurred_at" not in told
    late = phone.sees("note", note="it was last year", occurred_at="2025-01-05T09:00:00Z")
    (told,) = await phone.send(late)
    assert "occurred_at" not in told


async def test_what_a_stolen_phone_sends_waits_in_quarantine(house):
    phone = await Phone(house, T).register()
    before = phone.sees("note", note="mine")
    assert outcomes(await phone.send(before)) == ["recorded"]
    assert (await house.ask(K, "DELETE", f"/api/v1/devices/{phone.id}")).status_code == 404
    assert (await house.ask(T, "DELETE", f"/api/v1/devices/{phone.id}")).status_code == 204
    assert (await house.ask(T, "DELETE", f"/api/v1/devices/{phone.id}")).status_code == 204
    early = phone.sees("note", note="the thief's", ago=timedelta(days=2))
    answer = await phone.send(early, before)
    assert outcomes(answer) == ["quarantined", "quarantined"]
    assert "revoked" in answer[0]["reason"]
    async with house.engine.connect() as conn:
        assert await conn.scalar(select(event_table.c.id).where(event_table.c.id == early["id"])) is None
        kept = await conn.execute(
            select(quarantine.c.id, quarantine.c.device).where(quarantine.c.event_id == early["id"])
        )
        waits, named = kept.one()
    assert named == phone.id
    assert (await house.ask(C, "POST", f"/api/v1/quarantine/{waits}/record", json={})).status_code == 204
    assert (
        await house.ask(T, "POST", "/api/v1/devices", json={"id": phone.id, "name": "x"})
    ).status_code == 409


async def test_revoking_ends_the_session_of_the_phone(house):
    async with house.engine.begin() as conn:
        user = house.ids[T]
        open_now = await sessions.begin_session(conn, user, "phone")
    cookie = {"Cookie": f"session={open_now.token}"}
    new = {"id": str(uuid4()), "name": "x"}
    made = await house.ask(None, "POST", "/api/v1/devices", json=new, headers=cookie)
    assert made.status_code == 200, made.text
    assert (await house.ask(A, "DELETE", f"/api/v1/devices/{new['id']}")).status_code == 204
    assert (await house.ask(None, "GET", "/api/v1/devices", headers=cookie)).status_code == 401


WRONG_PHONES = {
    "unknown": lambda phone: {**phone, "id": str(uuid4())},
    "no number": lambda phone: {"id": phone["id"]},
    "a number below one": lambda phone: {**phone, "seq": 0},
    "a number of 2^64": lambda phone: {**phone, "seq": 2**64},
    "a clock of words": lambda phone: {**phone, "clock": {"wall": "noon"}},
    "a list": lambda _phone: ["x"],
    "a name in an object": lambda _phone: {"name": "x"},
}


@pytest.mark.parametrize("name", WRONG_PHONES)
async def test_a_stamp_that_cannot_be_read_loses_nothing(house, name):
    phone = await Phone(house, T).register()
    fact = phone.sees("note", note="x")
    fact["device"] = WRONG_PHONES[name](fact["device"])
    assert outcomes(await phone.send(fact)) == ["quarantined"]


async def test_another_persons_phone_does_not_speak_for_them(house):
    phone = await Phone(house, T).register()
    fact = phone.sees("note", note="x")
    assert outcomes(await phone.send(fact, who=C)) == ["quarantined"]
    assert outcomes(await phone.send(fact)) == ["recorded"]


OLD = {
    "version 1 by a name": lambda f, _id: {**f, "v": 1, "device": "phone-1"},
    "version 1 without a version": lambda f, _id: {**f, "device": "phone-1"},
    "version 1 with its number beside": lambda f, _id: {**f, "v": 1, "device": _id, "device_seq": 1},
    "version 2": lambda f, _id: {**f, "v": 2, "device": {"id": _id, "seq": 1}},
    "version 2 with more than we know": lambda f, _id: {
        **f,
        "v": 2,
        "device": {"id": _id, "seq": 1, "battery": 3, "clock": {"wall": f["occurred_at"], "zone": "x"}},
    },
}


@pytest.mark.parametrize("name", OLD)
async def test_what_an_older_app_saved_is_brought_to_today(house, name):
    phone = await Phone(house, T).register()
    fact = OLD[name](house.filled([event("note", note="old")])[0], phone.id)
    assert outcomes(await phone.send(fact)) == ["recorded"]
    assert outcomes(await phone.send(fact)) == ["duplicate"]


async def test_what_a_newer_app_saved_waits(house):
    phone = await Phone(house, T).register()
    fact = {**phone.sees("note", note="x"), "v": 99}
    (told,) = await phone.send(fact)
    assert told["outcome"] == "quarantined"
    assert "newer" in told["reason"]


@pytest.mark.parametrize("alg", ["X25519", "P-256"])
async def test_a_sealed_queue_says_nothing_and_anybody_may_bring_it(house, alg):
    phone = await Phone(house, T, alg=alg).register()
    facts = [phone.sees("note", note="під крапкою з комою") for _ in range(3)]
    data = jpeg(seed=201)
    photo = {"sha256": hashlib.sha256(data).hexdigest(), "photo": b64encode(data).decode()}
    file = phone.sealed(facts[0], facts[1:], photo)
    written = json.dumps(file, ensure_ascii=False)
    for readable in (
        "note",
        "крапкою",
        facts[0]["id"],
        house.ids["laptop"],
        house.ids["laptop"].replace("-", ""),
    ):
        assert readable not in written
    for n, expected in enumerate(("recorded", "duplicate")):
        answer = await house.ask(D if n == 0 else C, "POST", "/api/v1/field/sealed", json=file)
        assert answer.status_code == 200, answer.text
        assert outcomes(answer.json()["outcomes"]) == [expected] * 3
        assert answer.json()["photos"] == 1
        assert "receipt" not in answer.json()["outcomes"][0]
    async with house.engine.connect() as conn:
        by = await conn.scalars(
            select(event_table.c.actor_id).where(event_table.c.id.in_([f["id"] for f in facts]))
        )
        assert set(by) == {house.ids[T]}
        brought = await conn.scalars(
            select(device_event.c.handed_by).where(device_event.c.device_id == phone.id)
        )
        assert set(brought) == {house.ids[D]}
    assert outcomes(await phone.send(*facts)) == ["duplicate"] * 3


async def test_a_queue_that_proves_nothing_is_its_bringers_or_waits(house):
    phone = await Phone(house, T).register()
    mine, forged = phone.sees("note", note="mine"), phone.sees("note", note="forged")
    answer = await house.ask(T, "POST", "/api/v1/field/sealed", json=phone.sealed(mine, proven=False))
    assert outcomes(answer.json()["outcomes"]) == ["recorded"]
    answer = await house.ask(C, "POST", "/api/v1/field/sealed", json=phone.sealed(forged, proven=False))
    assert outcomes(answer.json()["outcomes"]) == ["quarantined"]
    assert (
        await house.ask(D, "POST", "/api/v1/field/sealed", json=phone.sealed(forged, proven=False))
    ).status_code == 403


async def test_the_queue_of_somebody_shut_out_or_of_a_stolen_phone_waits(house):
    async with house.engine.begin() as conn:
        user = await users.add_user(
            conn,
            COMMAND_LINE,
            email=f"{uuid4().hex}@example.org",
            name="F",
            password=None,
            grants=(Grant(role="technician", area="UA18"),),
        )
        house.tokens["gone"] = (await tokens.make_token(conn, COMMAND_LINE, "x", user=user)).token
    phone = await Phone(house, "gone").register()
    stolen = await Phone(house, T).register()
    await house.ask(T, "DELETE", f"/api/v1/devices/{stolen.id}")
    async with house.engine.begin() as conn:
        await users.disable_user(conn, COMMAND_LINE, user)
    for each in (phone, stolen):
        file = each.sealed(each.sees("note", note="from the field"))
        answer = await house.ask(C, "POST", "/api/v1/field/sealed", json=file)
        assert outcomes(answer.json()["outcomes"]) == ["quarantined"], answer.text


def altered(file, **changes):
    return {**file, **changes}


def bit(text):
    return text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:]


async def test_a_file_that_was_altered_or_is_for_another_is_refused_whole(house):
    phone, other = await Phone(house, T).register(), await Phone(house, T).register()
    file = phone.sealed(phone.sees("note", note="x"), phone.sees("note", note="y"))
    box = file["boxes"][1]
    cases = (
        altered(file, device=other.id),
        altered(file, key_id="0011223344556677"),
        altered(file, mode="anonymous"),
        altered(file, alg="P-256"),
        altered(file, boxes=[file["boxes"][0], {**box, "ct": bit(box["ct"])}]),
        altered(file, boxes=[{**box, "epk": bit(box["epk"])}]),
        altered(file, boxes=[{**box, "iv": "AA=="}]),
        altered(file, boxes=[{**box, "ct": "!!"}]),
        altered(file, boxes=[]),
        altered(file, v=2),
        altered(file, format="zip"),
        phone.sealed("no event at all") | {"device": str(uuid4())},
    )
    before = await house.counts()
    for case in cases:
        answer = await house.ask(T, "POST", "/api/v1/field/sealed", json=case)
        assert answer.status_code in (400, 422), answer.text
    assert await house.counts() == before


async def test_a_key_that_was_replaced_still_opens_what_was_sealed_to_it(house):
    phone = await Phone(house, T).register()
    file = phone.sealed(phone.sees("note", note="old key"))
    async with house.engine.begin() as conn:
        made = await sealing_keys.rotate(conn, house.app.state.settings.data_dir)
    answer = await house.ask(T, "POST", "/api/v1/field/sealed", json=file)
    assert outcomes(answer.json()["outcomes"]) == ["recorded"]
    assert (await phone.register()).known["key_id"] == made.id


async def test_poison_in_a_sealed_queue_keeps_nobody_out(house):
    phone = await Phone(house, T).register()
    good = [phone.sees("note", note="good") for _ in range(2)]
    foreign = (await Phone(house, T).register()).sees("note", note="of another phone")
    file = phone.sealed(good[0], ["x", 7, {"poison": True}], foreign, good[1])
    answer = await house.ask(T, "POST", "/api/v1/field/sealed", json=file)
    told = outcomes(answer.json()["outcomes"])
    assert told[0] == told[-1] == "recorded"
    assert set(told[1:-1]) <= {"rejected", "quarantined"}


async def test_what_a_phone_takes_along(house):
    asked = f"/api/v1/field/round?consignment={house.ids['consignment']}"
    answer = await house.ask(T, "GET", asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    laptop = next(each for each in found["assets"] if each["id"] == house.ids["laptop_asset"])
    assert len(laptop["head_hash"]) == 64
    assert {"kind", "allowed"} <= laptop["actions"][0].keys()
    assert all(each.get("reason") for each in laptop["actions"] if not each["allowed"])
    assert found["service_points"]
    assert "Чужий" not in answer.text
    tag = answer.headers["etag"]
    again = await house.ask(T, "GET", asked, headers={"If-None-Match": tag})
    assert (again.status_code, again.text) == (304, "")
    pages, after = [], None
    while True:
        page = (await house.ask(T, "GET", asked + "&limit=1" + (f"&after={after}" if after else ""))).json()
        pages += page["assets"]
        if (after := page["next"]) is None:
            break
    assert [each["id"] for each in pages] == [each["id"] for each in found["assets"]]
    nothing = (await house.ask(T, "GET", "/api/v1/field/round")).json()
    assert nothing["assets"] == []
    mine = (await house.ask(T, "GET", "/api/v1/field/round?mine=true")).json()
    assert mine["consignments"]
    place = (await house.ask(T, "GET", f"/api/v1/field/round?municipality={house.ids['here']}")).json()
    assert house.ids["consignment"] in {each["id"] for each in place["consignments"]}
    assert "Чужий" in json.dumps(
        place, ensure_ascii=False
    )  # a technician of the area sees all that stands there
    ours = (await house.ask(C, "GET", f"/api/v1/field/round?municipality={house.ids['here']}")).json()
    assert "Чужий" not in json.dumps(ours, ensure_ascii=False)
    missing = f"/api/v1/field/round?consignment={house.ids['other_consignment']}"
    assert (await house.ask(C, "GET", missing)).status_code == 404
