"""From what happened to the decision: one case for several assets, told by JSON."""

import pytest

from asset_tracker.ledger.ids import uuid7

from .test_story import BARANIVKA, a_consignment, asset, fact, send

pytestmark = pytest.mark.anyio


async def delivered(world, number, assets=4):
    _, tags = await a_consignment(world, number, assets)
    for tag in tags[2:]:
        await send(world, "technician", fact("delivered", tag, municipality=BARANIVKA, days_ago=20))
    return tags[2:]


async def test_a_case_of_two_assets(world):
    first, second = await delivered(world, "LOSS-1")
    case = str(uuid7())
    for tag in (first, second):
        told = fact("stolen", tag, circumstances="Двері зламано", report_number="ЄО 1", case=case, days_ago=2)
        await send(world, "technician", told)
    here = f"/api/v1/losses/{case}"
    seen = (await world.get("technician", here)).json()
    assert (seen["row"]["status"], seen["row"]["assets"], seen["row"]["open"]) == ("reported", 2, 2)
    assert {one["events"][0]["payload"]["circumstances"] for one in seen["assets"]} == {"Двері зламано"}
    assert seen["row"]["municipality"] == BARANIVKA

    facts = {"report_number": "ЄРДР 12026", "donor_informed_on": "2026-01-05"}
    assert (await world.request("coordinator", "PUT", here, json=facts)).status_code == 200
    noted = await world.post("coordinator", f"{here}/notes", {"text": "Поліція оглянула місце"})
    assert noted.status_code == 201, noted.text
    seen = (await world.get("auditor", here)).json()
    assert (seen["row"]["status"], seen["row"]["report_number"]) == ("investigated", "ЄРДР 12026")
    assert [note["text"] for note in seen["notes"]] == ["Поліція оглянула місце"]

    closing = {"decision": "written_off", "reason": "Рішення комісії"}
    assert (await world.post("technician", f"{here}/close", closing)).status_code == 403
    closed = await world.post("coordinator", f"{here}/close", closing)
    assert (closed.status_code, len(closed.json())) == (200, 2)
    assert (await world.post("coordinator", f"{here}/close", closing)).status_code == 409
    seen = (await world.get("coordinator", here)).json()
    assert (seen["row"]["status"], seen["row"]["decisions"]) == ("closed", ["written_off"])
    for status, times in (("closed", 1), ("reported", 0), ("investigated", 0)):
        listed = (await world.get("auditor", "/api/v1/losses", params={"status": status})).json()["items"]
        assert [row["assets"] for row in listed if row["id"] == case] == [2] * times
    assert not (await asset(world, "coordinator", first))["state"].get("case_open")


async def test_a_case_without_a_name_is_that_of_its_event(world):
    (only, _) = await delivered(world, "LOSS-2")
    told = fact("lost", only, circumstances="Не знайдено")
    await send(world, "custodian", told)
    listed = (await world.get("coordinator", "/api/v1/losses", params={"status": "reported"})).json()
    assert told["id"] in {row["id"] for row in listed["items"]}
    page = (await world.get("coordinator", "/api/v1/losses", params={"limit": 1})).json()
    assert page["items"][0]["id"] == told["id"]
    if page["next"]:
        after = {"limit": 1, "after": page["next"]}
        following = (await world.get("coordinator", "/api/v1/losses", params=after)).json()
        assert following["items"][0]["id"] != told["id"]
    struck = fact("correction", only, reason="Знайшовся того ж дня") | {"supersedes": told["id"]}
    assert (await send(world, "coordinator", struck))[0]["outcome"] == "recorded"
    assert (await world.get("coordinator", f"/api/v1/losses/{told['id']}")).status_code == 404


async def test_who_may_see_a_case(world):
    (only, _) = await delivered(world, "LOSS-3")
    told = fact("damaged", only, circumstances="Впав")
    await send(world, "technician", told)
    here = f"/api/v1/losses/{told['id']}"
    answers = {who: (await world.get(who, here)).status_code for who in world.tokens}
    assert answers == {
        "administrator": 200, "auditor": 200, "coordinator": 200, "coordinator2": 404, "technician": 200,
        "custodian": 200, "custodian2": 404, "donor": 403, "donor2": 403, "nobody": 403,
    }  # fmt: skip
    assert (await world.post("coordinator2", f"{here}/notes", {"text": "x"})).status_code == 404
    future = await world.request("coordinator", "PUT", here, json={"donor_informed_on": "2099-01-01"})
    assert future.status_code == 422


async def test_maintenance_by_date_and_by_meter(world):
    (car, _) = await delivered(world, "PLAN-1")
    here = f"/api/v1/assets/{car}/plans"
    nothing = await world.post("technician", here, {"title": "Огляд"})
    assert [error["field"] for error in nothing.json()["errors"]] == ["every_months"]
    oil = {"title": "Заміна мастила", "every_meter": 10000, "meter_unit": "km", "start_meter": 100}
    yearly = {"title": "Техогляд", "every_months": 12, "starts_on": "2025-01-15"}
    ids = [(await world.post("technician", here, plan)).json()["id"] for plan in (oil, yearly)]
    plans = {plan["id"]: plan for plan in (await world.get("custodian", here)).json()}
    assert plans[ids[0]]["turn"] == {"status": "planned", "on": None, "at_meter": 10100}
    assert (plans[ids[1]]["turn"]["status"], plans[ids[1]]["turn"]["on"]) == ("overdue", "2026-01-15")
    read = fact("maintained", car, work="Огляд", meter={"value": 10100, "unit": "km"})
    await send(world, "technician", read)
    due = (await world.get("coordinator", "/api/v1/due", params={"rule": "maintenance"})).json()
    assert {item["detail"] for item in due["items"]} == {"Заміна мастила", "Техогляд"}
    for plan in ids:
        done = fact("maintained", car, work="x", plan=plan, meter={"value": 10200, "unit": "km"})
        assert (await send(world, "technician", done))[0]["outcome"] == "recorded"
    plans = {plan["id"]: plan for plan in (await world.get("donor", here)).json()}
    assert {plan["turn"]["status"] for plan in plans.values()} == {"planned"}
    assert plans[ids[0]]["turn"]["at_meter"] == 20200
    assert (await world.get("coordinator", "/api/v1/due", params={"rule": "maintenance"})).json()[
        "items"
    ] == []
    assert (await world.request("custodian", "DELETE", f"/api/v1/plans/{ids[0]}")).status_code == 403
    assert (await world.request("coordinator2", "DELETE", f"/api/v1/plans/{ids[0]}")).status_code == 404
    assert (await world.request("technician", "DELETE", f"/api/v1/plans/{ids[0]}")).status_code == 204
    assert len((await world.get("technician", here)).json()) == 1
    assert len((await world.get("technician", here, params={"ended": True})).json()) == 2
