"""From a consignment to a signed act, by JSON alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.ledger.values import Share

pytestmark = pytest.mark.anyio

BARANIVKA = "UA18080010000090720"
NOW = datetime.now(UTC)


def fact(kind, asset, *, days_ago=0, **payload):
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    return {"id": str(uuid7()), "asset": asset, "occurred_at": at, "payload": {"kind": kind, **payload}}


async def a_consignment(world, number, assets=2):
    body = {"programme": str(world.programmes[0]), "number": number, "municipality": BARANIVKA}
    made = (await world.post("coordinator", "/api/v1/consignments", body)).json()
    tags = [new_tag() for _ in range(assets)]
    kit = uuid7()
    new = [
        NewAsset(
            id=kit if n == 0 else uuid7(),
            kit=kit if n == 1 else None,
            fact=ev.Registered(
                category="video_kit" if n == 0 else "laptop",
                name_uk="Комплект" if n == 0 else "Ноутбук",
                tag=tag,
                is_kit=n == 0,
                unit_price=Decimal("100.10"),
                currency="EUR",
                shares=(Share(world.donors[0], Decimal(100)),),
                consignment=made["id"],
                line=n + 1,
                destination=BARANIVKA,
            ),
        )
        for n, tag in enumerate(tags)
    ]
    async with world.engine.begin() as conn:
        await register(conn, COMMAND_LINE, world.programmes[0], new, occurred_at=NOW - timedelta(days=30))
    return made["id"], tags


async def send(world, who, *facts):
    answer = await world.post(who, "/api/v1/events", list(facts))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asset(world, who, tag):
    answer = await world.get(who, f"/api/v1/assets/{tag}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_story(world):
    consignment, tags = await a_consignment(world, "BAR-1", 3)
    sent = await world.post(
        "coordinator",
        f"/api/v1/consignments/{consignment}/dispatch",
        {"waybill": "TTN 7", "carrier": "Нова пошта"},
    )
    assert sent.status_code == 200, sent.text
    assert len(sent.json()) == 3
    (delivered,) = await send(
        world, "technician", fact("delivered", format_tag(tags[0]).lower(), municipality=BARANIVKA)
    )
    assert delivered["outcome"] == "recorded"
    assert (await asset(world, "technician", tags[1]))["row"]["stage"] == "delivered", (
        "the kit carries its parts"
    )

    point = await world.post(
        "coordinator",
        "/api/v1/service-points",
        {"municipality_code": BARANIVKA, "kind": "asc", "name_uk": "ЦНАП Баранівка"},
    )
    assert point.status_code == 201, point.text
    photo = BytesIO()
    Image.new("RGB", (300, 200), "red").save(photo, "JPEG")
    stored = await world.post("technician", "/api/v1/photos", files={"file": ("a.jpg", photo.getvalue())})
    assert stored.status_code == 201, stored.text
    sha256 = stored.json()["sha256"]
    installed = fact(
        "installed", tags[0], service_point=point.json()["id"], note="Кабінет 3", photos=[sha256]
    )
    assert (await send(world, "technician", installed))[0]["outcome"] == "recorded"
    assert (await world.get("donor", f"/api/v1/files/{sha256}")).status_code == 200
    assert (await world.get("donor2", f"/api/v1/files/{sha256}")).status_code == 404

    act = await world.post("coordinator", f"/api/v1/consignments/{consignment}/acts", {})
    assert act.status_code == 201, act.text
    assert act.json()["number"].startswith("P1-")
    pdf = await world.get("coordinator", f"/api/v1/acts/{act.json()['id']}/pdf")
    assert pdf.content.startswith(b"%PDF")
    scan = await world.post("coordinator", "/api/v1/scans", files={"file": ("act.pdf", pdf.content)})
    assert scan.status_code == 201, scan.text
    signature = {"signed_on": NOW.date().isoformat(), "scan": scan.json()["sha256"]}
    signed = await world.post("coordinator", f"/api/v1/acts/{act.json()['id']}/signature", signature)
    assert signed.status_code == 200, signed.text
    seen = await asset(world, "donor", tags[0])
    assert (seen["row"]["stage"], seen["row"]["title"]) == ("installed", "municipality")
    timeline = (await world.get("donor", f"/api/v1/assets/{tags[0]}/events")).json()
    assert {"registered", "dispatched", "delivered", "installed", "accepted", "title_transferred"} == {
        each["kind"] for each in timeline
    }
    assert not any("note" in each["payload"] for each in timeline)
    assert (await world.get("donor2", f"/api/v1/assets/{tags[0]}")).status_code == 404
    status = (await world.get("coordinator", f"/api/v1/consignments/{consignment}")).json()
    assert (status["accepted"], status["unsigned_acts"]) == (3, 0)


async def test_a_batch_answers_each_event_by_itself(world):
    _, tags = await a_consignment(world, "BAR-2", 3)
    good = fact("note", tags[0], note="ok")
    broken = fact("note", tags[0], note=5)
    foreign = fact("note", "0000-0000", note="x")
    from_phone = fact("maintained", tags[2]) | {"device": "phone-1"}
    disallowed = fact("disposed", tags[2], method="sale")
    future = fact("note", tags[2], note="x", days_ago=-700) | {"device": "phone-1"}
    answers = await send(world, "technician", good, broken, foreign, from_phone, disallowed, future)
    outcomes = [answer["outcome"] for answer in answers]
    assert outcomes == ["recorded", "rejected", "rejected", "quarantined", "rejected", "quarantined"]
    assert (await send(world, "technician", good))[0]["outcome"] == "duplicate"
    changed = good | {"payload": {"kind": "note", "note": "other"}}
    assert (await send(world, "technician", changed))[0]["outcome"] == "conflict"


async def test_as_of_and_as_known_on(world):
    _, tags = await a_consignment(world, "BAR-3", 3)
    await send(world, "technician", fact("delivered", tags[2], days_ago=5, municipality=BARANIVKA))

    async def stage(**when):
        params = {name: (NOW - timedelta(days=days)).isoformat() for name, days in when.items()}
        answer = await world.get("technician", f"/api/v1/assets/{tags[2]}/state", params=params)
        return answer.json()["state"]["state"].get("stage", "expected")

    assert await stage(as_of=6) == "expected"
    assert await stage(as_of=4) == "delivered"
    day = {"as_of": f"{NOW - timedelta(days=4):%Y-%m-%d}"}
    answer = await world.get("technician", f"/api/v1/assets/{tags[2]}/state", params=day)
    assert answer.json()["state"]["state"]["stage"] == "delivered"
    answer = await world.get("technician", f"/api/v1/assets/{tags[2]}/state", params={"as_of": "2026-02-30"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "as_of")
    early = {"as_of": NOW.isoformat(), "known_on": (NOW - timedelta(days=1)).isoformat()}
    assert (await world.get("technician", f"/api/v1/assets/{tags[2]}/state", params=early)).status_code == 404


async def test_an_act_goes_from_hand_to_hand(world):
    consignment, tags = await a_consignment(world, "BAR-ACT", 3)
    await world.post("coordinator", f"/api/v1/consignments/{consignment}/dispatch", {})
    await send(world, "technician", fact("refused", tags[2], reason="Не замовляли"))
    await send(world, "technician", fact("delivered", tags[0], municipality=BARANIVKA, outcome="damaged"))
    listed = (await world.get("custodian", f"/api/v1/consignments/{consignment}/discrepancies")).json()
    assert [each["difference"] for each in listed] == ["damaged", "damaged", "refused"]

    drawn = (await world.post("coordinator", f"/api/v1/consignments/{consignment}/acts", {})).json()
    here = f"/api/v1/acts/{drawn['id']}"
    today = datetime.now(ZoneInfo("Europe/Kyiv")).date().isoformat()

    async def signed(by, day=today, who="coordinator"):
        answer = await world.post(who, f"{here}/signatures", {"by": by, "signed_on": day})
        return answer.status_code, answer.json().get("status")

    assert await signed("giver", "2099-01-01") == (422, 422)
    assert (await signed("giver", who="technician"))[0] == 403
    assert (await signed("giver", who="coordinator2"))[0] == 404
    assert await signed("giver") == (200, "signed_by_giver")
    assert await signed("recipient") == (200, "signed_by_both")
    assert (await asset(world, "donor", tags[0]))["row"]["stage"] == "delivered", "the scan is missing"
    pdf = (await world.get("coordinator", f"{here}/pdf")).content
    scan = (await world.post("coordinator", "/api/v1/scans", files={"file": ("a.pdf", pdf)})).json()["sha256"]
    filed = await world.post("coordinator", f"{here}/signature", {"signed_on": today, "scan": scan})
    assert (filed.json()["status"], filed.json()["giver_signed_on"]) == ("signed", today)
    assert (await signed("both"))[0] == 409
    assert (await asset(world, "donor", tags[0]))["row"]["stage"] == "accepted"
    assert (await asset(world, "donor", tags[2]))["row"]["stage"] == "dispatched", "it was refused"


async def test_an_act_drawn_up_in_vain_frees_its_assets(world):
    consignment, _ = await a_consignment(world, "BAR-VOID", 2)
    made = f"/api/v1/consignments/{consignment}/acts"
    first = (await world.post("coordinator", made, {})).json()
    assert (await world.post("coordinator", made, {})).status_code == 409
    void = f"/api/v1/acts/{first['id']}/void"
    assert (await world.post("coordinator", void, {"reason": ""})).status_code == 400
    assert (await world.post("coordinator", void, {"reason": "Помилка в назві"})).json()["status"] == "void"
    assert (await world.post("coordinator", void, {"reason": "x"})).status_code == 409
    second = (await world.post("coordinator", made, {})).json()
    assert second["number"] != first["number"]
