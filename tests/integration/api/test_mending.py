"""Corrections, resolutions and quarantine by JSON; two who decide at once."""

from datetime import UTC, datetime, timedelta

import pytest

from asset_tracker.ledger.ids import uuid7

from .test_story import BARANIVKA, a_consignment, asset, fact, send

pytestmark = pytest.mark.anyio

OVRUCH = "UA18060170000069581"


async def test_an_entry_is_replaced_and_struck_out_with_its_components(world):
    _, tags = await a_consignment(world, "MEND-1", 2)
    kit, part = tags
    wrong = fact("delivered", kit, municipality=OVRUCH, days_ago=3)
    await send(world, "technician", wrong)
    assert (await asset(world, "coordinator", part))["row"]["municipality"] == OVRUCH
    here = f"/api/v1/assets/{kit}/events/{wrong['id']}"
    right = {
        "payload": {"kind": "delivered", "municipality": BARANIVKA},
        "occurred_at": wrong["occurred_at"],
    }
    assert (await world.post("technician", f"{here}/replace", right)).status_code == 403
    assert (await world.post("coordinator2", f"{here}/replace", right)).status_code == 404
    broken = right | {"payload": {"kind": "delivered", "municipality": "UA1"}}
    assert (await world.post("coordinator", f"{here}/replace", broken)).status_code == 422
    done = await world.post("coordinator", f"{here}/replace", right)
    assert (done.status_code, len(done.json())) == (200, 2)
    for tag in tags:
        assert (await asset(world, "coordinator", tag))["row"]["municipality"] == BARANIVKA
    assert (await world.post("coordinator", f"{here}/replace", right)).status_code == 409
    second = f"/api/v1/assets/{kit}/events/{done.json()[0]['id']}/strike-out"
    struck = await world.post("coordinator", second, {"reason": "Не було доставки"})
    assert (struck.status_code, len(struck.json())) == (200, 2)
    for tag in tags:
        seen = await asset(world, "coordinator", tag)
        assert seen["row"]["municipality"] == OVRUCH, "what it replaced stands again"


async def test_a_decision_on_an_old_head_is_told_what_happened(world):
    _, tags = await a_consignment(world, "MEND-2", 3)
    first = fact("note", tags[2], note="перше")
    await send(world, "technician", first)
    head = (await asset(world, "coordinator", tags[2]))["head"]
    await send(world, "technician", fact("note", tags[2], note="друге"))
    here = f"/api/v1/assets/{tags[2]}/events/{first['id']}/strike-out"
    stale = await world.post("coordinator", here, {"reason": "x", "head": head})
    assert stale.status_code == 409
    assert stale.json()["type"].endswith(":stale")
    assert [event["payload"]["kind"] for event in stale.json()["happened"]] == ["note"]
    head = (await asset(world, "coordinator", tags[2]))["head"]
    assert (await world.post("coordinator", here, {"reason": "x", "head": head})).status_code == 200


async def test_a_dispute_is_resolved(world):
    _, tags = await a_consignment(world, "MEND-3", 3)
    facts = [fact("delivered", tags[2], municipality=BARANIVKA, days_ago=days) for days in (5, 4)]
    await send(world, "technician", *facts)
    seen = await asset(world, "coordinator", tags[2])
    assert set(seen["disputes"][0]["events"]) == {each["id"] for each in facts}
    body = {"events": seen["disputes"][0]["events"], "reason": "Той самий візит"}
    assert (await world.post("technician", f"/api/v1/assets/{tags[2]}/resolution", body)).status_code == 403
    done = await world.post("coordinator", f"/api/v1/assets/{tags[2]}/resolution", body)
    assert done.status_code == 200
    assert not (await asset(world, "coordinator", tags[2]))["row"]["disputed"]


async def quarantined(world, event):
    (answer,) = await send(world, "technician", event | {"device": "phone-9"})
    assert answer["outcome"] in ("quarantined", "conflict")
    listed = (await world.get("administrator", "/api/v1/quarantine")).json()
    last = listed[-1]["id"]
    assert (await world.get("administrator", f"/api/v1/quarantine?after={last - 1}")).json() == listed[-1:]
    return f"/api/v1/quarantine/{last}"


async def test_what_waits_is_put_right_and_recorded(world):
    _, tags = await a_consignment(world, "MEND-4", 3)
    late = fact("note", tags[2], note="з телефона", days_ago=-9)
    here = await quarantined(world, late)
    assert (await world.post("coordinator", f"{here}/record", {})).status_code == 409
    assert (await world.post("technician", f"{here}/record", {})).status_code == 403
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert (await world.post("coordinator", f"{here}/record", {"occurred_at": yesterday})).status_code == 204
    assert (await world.post("coordinator", f"{here}/record", {})).status_code == 404
    lost = fact("note", "0000-0000", note="не та мітка")
    here = await quarantined(world, lost)
    assert (await world.post("administrator", f"{here}/record", {"asset": tags[2]})).status_code == 204
    kinds = [each["kind"] for each in (await world.get("donor", f"/api/v1/assets/{tags[2]}/events")).json()]
    assert kinds.count("note") == 2


async def test_what_took_a_used_id_gets_a_new_one_or_is_discarded(world):
    _, tags = await a_consignment(world, "MEND-5", 3)
    first = fact("note", tags[2], note="перше")
    await send(world, "technician", first)
    other = first | {"payload": {"kind": "note", "note": "друге"}}
    here = await quarantined(world, other)
    assert (await world.post("coordinator", f"{here}/record", {})).status_code == 204
    third = first | {"payload": {"kind": "note", "note": "третє"}}
    here = await quarantined(world, third)
    assert (await world.post("coordinator", f"{here}/discard", {"reason": "Повтор"})).status_code == 204
    notes = [
        each["payload"].get("note")
        for each in (await world.get("coordinator", f"/api/v1/assets/{tags[2]}/events")).json()
    ]
    assert {"перше", "друге"} <= set(notes)
    assert "третє" not in notes


async def test_an_unknown_entry_is_not_there(world):
    _, tags = await a_consignment(world, "MEND-6", 3)
    here = f"/api/v1/assets/{tags[2]}/events/{uuid7()}/strike-out"
    assert (await world.post("coordinator", here, {"reason": "x"})).status_code == 404
