"""What phones send: twice, late, out of order, with a wrong clock, by people who may no longer."""

import asyncio
import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event as event_table
from asset_tracker.ledger.tables import quarantine
from asset_tracker.ledger.tags import format_tag, new_tag
from factories.house import Case, event
from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def house(house_of_its_own):
    return house_of_its_own


C, T, K = "coordinator", "technician", "custodian"
OURS = ("asset", "asset_head", "event", "asset_period")


async def send(house, *facts, who=T):
    answer = await house.ask(who, "POST", "/api/v1/events", json=house.filled(list(facts)))
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()]


CLOCKS = {
    "two years ahead": "2999-01-01T00:00:00Z",
    "1970": "1970-01-01T00:00:00Z",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
    "no zone": "2025-03-01T10:00:00",
    "a number": 1740823200,
    "no time": "2025-03-01",
    "the 30th of February": "2025-02-30T10:00:00Z",
    "a zone of 25 hours": "2025-03-01T10:00:00+25:00",
}


@pytest.mark.parametrize("device", [None, "phone-1"])
@pytest.mark.parametrize("name", CLOCKS)
async def test_a_clock_that_cannot_be_right(house, name, device):
    fact = event("note", note="x", occurred_at=CLOCKS[name], device=device)
    if device is None:
        fact.pop("device")
    case = Case(
        name, T, "POST", "/api/v1/events", [fact], expect=(200,), adds=("quarantine",) if device else ()
    )
    answer = await house.judge(case)
    assert [each["outcome"] for each in answer.json()] == ["quarantined" if device else "rejected"]
    assert answer.json()[0]["reason"]


LATE = (
    "2025-03-30T03:30:00+02:00",
    "2025-10-26T03:30:00+03:00",
    "2025-06-01T00:00:00+14:00",
    "2023-01-01T00:00:00Z",
)


@pytest.mark.parametrize("at", LATE)
async def test_a_fact_of_another_hour_or_year_is_a_fact(house, at):
    assert await send(house, event("note", note="late", occurred_at=at, device="phone-1")) == ["recorded"]


WRONG = {
    "an unknown asset": event("note", format_tag(new_tag()), note="x"),
    "no tag": event("note", "hello", note="x"),
    "another app's code": event("note", "https://evil.example/A/0000000A", note="x"),
    "an emoji": event("note", "😀", note="x"),
    "a code of 4 KB": event("note", "A" * 4096, note="x"),
    "an empty code": event("note", "", note="x"),
    "NUL": event("note", "\x00", note="x"),
    "an unknown kind": event("teleported"),
    "no kind": {**event("note", note="x"), "payload": {"note": "x"}},
    "a kind of a number": {**event("note"), "payload": {"kind": 7}},
    "an older schema": {**event("note", note="x"), "schema": 1},
    "a field too many": event("note", note="x", seq=1),
    "a field of another kind": event("note", note="x", tag="00000000"),
    "nothing said": event("note"),
    "a note of 5,000 letters": event("note", note="x" * 5000),
    "a note of NUL": event("note", note="a\x00b"),
    "21 photos": event("note", photos=["ab" * 32] * 21),
    "a photo that is no hash": event("note", photos=["../../x"]),
    "an id that is none": event("note", note="x", id="x"),
    "a service point that is none": event("installed", service_point=str(uuid7())),
    "a service point and another municipality": event(
        "installed", service_point="{point}", municipality="UA18060170000069581"
    ),
    "a municipality that is none": event("moved", municipality="UA1"),
    "moved nowhere": event("moved"),
    "a cost of NaN": event("maintained", work="x", cost="NaN"),
    "a cost of 1e400": event("maintained", work="x", cost="1e400"),
    "a cost below nothing": event("maintained", work="x", cost="-1"),
    "a meter of 2^63": event("maintained", work="x", meter={"value": 2**63, "unit": "km"}),
    "women of 10^400": event("training_given", topic="x", women=10**400),
    "a device of 200 letters": event("note", note="x", device="d" * 200),
    "packed into itself": event("packed", "{kit}", kit="{kit_asset}"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_fact_that_cannot_be_read_waits_for_somebody(house, name):
    await points(house)
    with_device = {"device": "phone-1", **WRONG[name]}
    adds = ("quarantine",)
    answer = await house.judge(
        Case(name, C, "POST", "/api/v1/events", [with_device], expect=(200,), adds=adds)
    )
    assert [each["outcome"] for each in answer.json()] == ["quarantined"], answer.text
    without = {key: value for key, value in WRONG[name].items() if key != "device"}
    if "device" not in name:
        answer = await house.judge(Case(name, C, "POST", "/api/v1/events", [without], expect=(200,)))
        assert [each["outcome"] for each in answer.json()] == ["rejected"], answer.text


async def points(house):
    if "point" not in house.ids:
        found = await house.ask(C, "GET", f"/api/v1/municipalities/{BARANIVKA}")
        house.ids["point"] = found.json()["service_points"][0]["id"]


async def test_the_same_batch_however_often_is_recorded_once(house):
    batch = [event("note", note=f"once {n}", device="phone-1") for n in range(3)]
    answers = await asyncio.gather(*(send(house, *batch) for _ in range(5)), return_exceptions=True)
    told = [each for each in answers if isinstance(each, list)]
    assert sum(each == ["recorded"] * 3 for each in told) == 1, answers
    assert all(set(each) <= {"recorded", "duplicate"} for each in told)
    assert await send(house, *reversed(batch)) == ["duplicate"] * 3
    assert await send(house, batch[1]) == ["duplicate"]
    assert await send(house, batch[0], event("note", note="new")) == ["duplicate", "recorded"]
    async with house.engine.connect() as conn:
        ids = [each["id"] for each in batch]
        kept = (await conn.scalars(select(event_table.c.id).where(event_table.c.id.in_(ids)))).all()
    assert len(kept) == 3


async def test_one_id_for_two_facts_is_kept_for_review(house):
    first = event("note", note="first", device="phone-1")
    assert await send(house, first) == ["recorded"]
    other = {**first, "payload": {"kind": "note", "note": "second"}}
    moved = {**first, "asset": "{kit}"}
    assert await send(house, other, moved) == ["conflict", "conflict"]
    async with house.engine.connect() as conn:
        kept = await conn.execute(select(quarantine.c.raw).where(quarantine.c.event_id == first["id"]))
        assert len(kept.all()) == 2
    assert await send(house, first) == ["duplicate"]


async def test_poison_in_the_middle_keeps_nobody_out(house):
    batch = [event("note", note=f"n {n}") for n in range(7)]
    batch[3] = {"poison": True}
    assert await send(house, *batch) == ["recorded"] * 3 + ["rejected"] + ["recorded"] * 3
    raw = json.dumps(house.filled(batch[:2])).encode()[:-1] + b',{"id": "\xff\xfe"},[[[[1]]]]]'
    answer = await house.ask(
        T, "POST", "/api/v1/events", content=raw, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (200, 400, 422)


SIZES = {
    "none": b"[]",
    "201": b"[" + b",".join([b"{}"] * 201) + b"]",
    "10,000": b"[" + b",".join([b"{}"] * 10_000) + b"]",
}


@pytest.mark.parametrize("name", SIZES)
async def test_a_batch_of_the_wrong_size(house, name):
    more = {"content": SIZES[name], "headers": {"content-type": "application/json"}}
    await house.judge(Case(name, T, "POST", "/api/v1/events", more=more, expect=(413, 422)))


ORDERS = {
    "installed before it was delivered": (
        event("installed", "{kit}", service_point="{point}", occurred_at="2024-05-01T09:00:00Z"),
        event("delivered", "{kit}", municipality="{here}", occurred_at="2024-05-02T09:00:00Z"),
    ),
    "delivered twice by two phones": (
        event(
            "delivered", "{kit}", municipality="{here}", device="phone-1", occurred_at="2024-05-02T10:00:00Z"
        ),
        event(
            "delivered", "{kit}", municipality="{here}", device="phone-2", occurred_at="2024-05-02T11:00:00Z"
        ),
    ),
    "returned before it was lent": (
        event("returned", "{kit}", occurred_at="2024-06-01T10:00:00Z"),
        event("lent", "{kit}", to="ЦНАП", occurred_at="2024-06-02T10:00:00Z"),
    ),
    "moved to where it is": (
        event("moved", "{kit}", service_point="{point}"),
        event("moved", "{kit}", service_point="{point}"),
    ),
    "found that was not lost": (
        event("found", "{kit}"),
        event("loss_closed", "{kit}", decision="no_fault", reason="x"),
    ),
}


@pytest.mark.parametrize("name", ORDERS)
async def test_facts_against_all_order_are_kept(house, name):
    await points(house)
    outcomes = await send(house, *ORDERS[name], who=C)
    assert set(outcomes) <= {"recorded"}, outcomes
    view = await house.ask(C, "GET", house.filled("/api/v1/assets/{kit}"))
    assert view.status_code == 200
    assert (await house.ask(C, "GET", house.filled("/a/{kit}"))).status_code == 200


async def test_a_photo_may_come_after_its_fact_or_never(house):
    assert await send(house, event("note", note="x", photos=["12" * 32], device="phone-1")) == ["recorded"]
    assert (await house.ask(T, "GET", "/api/v1/files/" + "12" * 32)).status_code == 404
    assert (await house.ask(T, "GET", house.filled("/a/{laptop}"))).status_code == 200


async def test_what_a_former_technician_still_has_on_the_phone_is_kept(house):
    """The grant went while the phone was offline: nothing is recorded, and nothing lost."""
    async with house.engine.begin() as conn:
        grants = (Grant(role="technician", area="UA05"),)
        email = f"{uuid7().hex}@example.org"
        user = await users.add_user(conn, COMMAND_LINE, email=email, name="F", password=None, grants=grants)
        house.tokens["former"] = (await tokens.make_token(conn, COMMAND_LINE, "x", user=user)).token
    fact = event("note", note="from the field", device="phone-9")
    answer = await house.judge(
        Case("former", "former", "POST", "/api/v1/events", [fact], expect=(200,), adds=("quarantine",))
    )
    assert [each["outcome"] for each in answer.json()] == ["quarantined"]
    async with house.engine.begin() as conn:
        await users.disable_user(conn, COMMAND_LINE, user)
    assert (await house.ask("former", "POST", "/api/v1/events", json=[fact])).status_code == 401


HANDS = (
    "UPDATE event SET kind = 'note'",
    "DELETE FROM event",
    "TRUNCATE event CASCADE",
    "SET session_replication_role = replica; DELETE FROM event",
)


@pytest.mark.parametrize("statement", HANDS, ids=lambda text: text[:20])
async def test_nobody_writes_into_the_ledger_by_hand(house, statement):
    before = await house.counts()
    with pytest.raises(DBAPIError):
        await by_hand(house, statement)
    assert await house.counts() == before


async def by_hand(house, statement):
    async with house.engine.begin() as conn:
        for each in statement.split("; "):
            await conn.execute(text(each))


CODES = (
    "/a/{laptop}",
    "/A/{laptop}",
    "/a/{laptop_lower}",
    "/a/{laptop_bare}",
    "/a/%20{laptop}%20",
)
NO_CODES = (
    "/a/0000-0000",
    "/a/😀",
    "/a/" + "A" * 4096,
    "/a/..%2f..",
    "/a/%00",
    "/a/IIII-IIII",
    "/a/{other_asset}",
    "/a/-",
    "/a/%D0%90%D0%90%D0%90%D0%90",
)


@pytest.mark.parametrize("path", CODES)
async def test_a_code_in_any_form_leads_to_its_asset(house, path):
    tag = house.ids["laptop"]
    house.ids |= {"laptop_lower": tag.lower(), "laptop_bare": tag.replace("-", "")}
    answer = await house.ask(T, "GET", house.filled(path))
    if answer.status_code in (301, 303, 307, 308):
        answer = await house.ask(T, "GET", answer.headers["location"])
    assert answer.status_code == 200
    assert tag in answer.text
    stranger = await house.ask(None, "GET", house.filled(path))
    if stranger.status_code in (301, 303, 307, 308):
        stranger = await house.ask(None, "GET", stranger.headers["location"])
    assert stranger.status_code == 200
    assert "5CD2381XYZ" not in stranger.text
    assert "Баранів" not in stranger.text


@pytest.mark.parametrize("path", NO_CODES)
@pytest.mark.parametrize("who", [T, None])
async def test_a_code_that_is_none_says_what_to_check(house, path, who):
    answer = await house.judge(Case(path, who, "GET", path, expect=(200, 303, 404)))
    assert "Traceback" not in answer.text
