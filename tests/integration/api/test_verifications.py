"""A count from start to certificate, by JSON: found, missing, unexpected, wrong place, unknown, twice."""

from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest

from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag
from asset_tracker.verifications import service

from .test_story import BARANIVKA, a_consignment, asset, fact, send

pytestmark = pytest.mark.anyio

HERE = "/api/v1/verifications"


async def who_am_i(world, who):
    (row,) = [u for u in (await users(world)) if u.name == who.title()]
    return str(row.id)


async def users(world):
    from asset_tracker.access.actors import COMMAND_LINE
    from asset_tracker.access.users import list_users

    async with world.engine.begin() as conn:
        return (await list_users(conn, COMMAND_LINE)).items


def a_scan(code, **more):
    return {"id": str(uuid7()), "code": code, "scanned_at": datetime.now(UTC).isoformat(), **more}


async def a_point(world, name):
    body = {"municipality_code": BARANIVKA, "kind": "asc", "name_uk": name}
    return (await world.post("coordinator", "/api/v1/service-points", body)).json()["id"]


async def a_place(world, number, assets=5):
    """A service point with assets installed in it."""
    _, tags = await a_consignment(world, number, assets)
    point = await a_point(world, f"ЦНАП {number}")
    for tag in tags[2:]:
        await send(world, "technician", fact("delivered", tag, municipality=BARANIVKA, days_ago=20))
        await send(world, "technician", fact("installed", tag, service_point=point, days_ago=19))
    return point, tags[2:]


async def start(world, point=None, who="technician", **more):
    body = {
        "programmes": [str(world.programmes[0])],
        "municipality": BARANIVKA,
        "counter": await who_am_i(world, who),
        "service_point": point,
        **more,
    }
    return await world.post("coordinator", HERE, body)


async def test_a_count(world):
    point, tags = await a_place(world, "VER-1")
    elsewhere, (stray, *_) = await a_place(world, "VER-2")
    started = await start(world, point, reason="donor")
    assert started.status_code == 201, started.text
    campaign = started.json()
    assert (campaign["expected"], campaign["status"], campaign["scanned"]) == (3, "running", 0)
    here = f"{HERE}/{campaign['id']}"

    first, second, third = tags
    scans = [
        a_scan(format_tag(first).lower(), condition="needs_attention"),
        a_scan(f"https://example.org/a/{format_tag(first)}"),
        a_scan(second, service_point=elsewhere),
        a_scan(stray),
        a_scan("5901234123457"),
    ]
    answer = await world.post("technician", f"{here}/scans", {"scans": scans})
    assert answer.status_code == 200, answer.text
    outcomes = [each["outcome"] for each in answer.json()]
    assert outcomes == ["found", "double", "wrong_place", "unexpected", "unknown"]
    again = await world.post("technician", f"{here}/scans", {"scans": scans[3:]})
    assert [each["outcome"] for each in again.json()] == ["unexpected", "unknown"]

    results = (await world.get("technician", f"{here}/results")).json()
    assert results["tally"] == {
        "expected": 3, "found": 1, "wrong_place": 1, "unexpected": 1, "by_custodian": 0, "not_scanned": 1,
        "missing": 0, "unknown": 1, "double": 1, "changed": 1,
    }  # fmt: skip
    assert [each["code"] for each in results["unknown"]] == ["5901234123457"]
    assert (await asset(world, "technician", stray))["row"]["service_point"] == point

    assert (await world.get("coordinator", f"{here}/certificate.pdf")).status_code == 404
    assert (await world.post("technician", f"{here}/end")).status_code == 403
    ended = await world.post("coordinator", f"{here}/end")
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    assert (await world.post("coordinator", f"{here}/end")).status_code == 409
    assert (await world.get("auditor", f"{here}/results")).json()["tally"]["missing"] == 1
    pdf = await world.get("auditor", f"{here}/certificate.pdf")
    assert pdf.content.startswith(b"%PDF")

    late = await world.post("technician", f"{here}/scans", {"scans": [a_scan(third)]})
    assert [each["outcome"] for each in late.json()] == ["found"]
    assert (await world.get("auditor", f"{here}/results")).json()["tally"]["missing"] == 0
    assert (await world.get("auditor", f"{here}/certificate.pdf")).content == pdf.content


async def test_what_the_custodian_scans_does_not_count(world):
    point, tags = await a_place(world, "VER-3", 3)
    refused = await start(world, point, who="custodian")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "counter"
    campaign = (await start(world, point)).json()
    here = f"{HERE}/{campaign['id']}"
    answer = await world.post("custodian", f"{here}/scans", {"scans": [a_scan(tags[0])]})
    assert [each["outcome"] for each in answer.json()] == ["by_custodian"]
    assert (await world.get("coordinator", f"{here}/results")).json()["tally"]["found"] == 0


async def test_a_commission_counts_and_stands_on_the_certificate(world):
    point, tags = await a_place(world, "VER-6", 3)
    members = [
        {"user": await who_am_i(world, "auditor"), "position": "бухгалтер"},
        {"name": "Оксана Коваль", "position": "секретар ради"},
    ]
    for field, wrong in (
        ("commission[0].user", [{"user": await who_am_i(world, "custodian")}]),
        ("commission[1].user", [{"name": "Х"}, {"user": await who_am_i(world, "technician")}]),
        ("commission[0].user", [{"user": str(uuid7())}]),
        ("commission[0]", [{"position": "голова"}]),
    ):
        refused = await start(world, point, commission=wrong)
        assert [each["field"] for each in refused.json()["errors"]] == [field]
    campaign = (await start(world, point, commission=members)).json()
    here = f"{HERE}/{campaign['id']}"
    assert campaign["commission"] == [
        {"name": "Auditor", "position": "бухгалтер"},
        {"name": "Оксана Коваль", "position": "секретар ради"},
    ]
    assert (await world.get("auditor", here)).json()["counts_oneself"] is True
    await world.post("technician", f"{here}/scans", {"scans": [a_scan(tags[0])]})
    await world.post("coordinator", f"{here}/end")
    told = printed(await world.get("coordinator", f"{here}/certificate.pdf"))
    for words in ("Оксана Коваль", "секретар ради", "Auditor", "Technician", "Голова комісії"):
        assert words in told
    async with world.engine.begin() as conn:
        assert await service.members_named(conn, "коваль") == [(campaign["number"], "Оксана Коваль")]
        await service.forget_members(conn, "коваль")
    assert "Коваль" not in printed(await world.get("coordinator", f"{here}/certificate.pdf"))


def printed(answer):
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))


async def test_a_count_through_the_field_is_the_same_count(world):
    point, tags = await a_place(world, "VER-4", 3)
    campaign = (await start(world, point)).json()
    seen = fact("verified", tags[0], campaign=campaign["id"], service_point=point)
    assert (await send(world, "technician", seen))[0]["outcome"] == "recorded"
    found = (await world.get("coordinator", f"{HERE}/{campaign['id']}")).json()
    assert found["scanned"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"service_point": str(uuid7())}, "service_point"), ({"counter": str(uuid7())}, "counter")],
)
async def test_a_campaign_names_what_is_wrong(world, change, field):
    answer = await start(world, **change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_campaign_without_anything_to_count_is_refused(world):
    point = await a_point(world, "Порожній")
    assert (await start(world, point)).status_code == 409


async def test_a_wrong_clock_and_a_foreign_programme(world):
    point, _ = await a_place(world, "VER-5", 3)
    campaign = (await start(world, point)).json()
    future = a_scan("X") | {"scanned_at": (datetime.now(UTC) + timedelta(days=2)).isoformat()}
    answer = await world.post("technician", f"{HERE}/{campaign['id']}/scans", {"scans": [future]})
    assert answer.json()["errors"][0]["field"] == "scans[0].scanned_at"
    assert (await start(world, programmes=[str(world.programmes[1])])).status_code == 403
    assert (await world.get("coordinator2", f"{HERE}/{campaign['id']}")).status_code == 404
    assert (await world.get("donor", f"{HERE}/{campaign['id']}")).status_code == 403
    assert (await world.post("coordinator", f"{HERE}/{campaign['id']}/cancel")).json()[
        "status"
    ] == "cancelled"
    assert (await world.post("coordinator", f"{HERE}/{campaign['id']}/cancel")).status_code == 409


async def test_what_is_missing_becomes_one_loss_case_and_the_steps_tell_the_way(world):
    point, tags = await a_place(world, "VER-9")
    rule = {
        "rule": {"rule": "loss_report", "number": 5, "source": "art. 12"},
        "programme": str(world.programmes[0]),
    }
    assert (await world.post("coordinator", "/api/v1/rules", rule)).status_code == 201
    here = f"{HERE}/{(await start(world, point)).json()['id']}"

    async def now(path=f"{here}/results", who="coordinator"):
        (step,) = [each for each in (await world.get(who, path)).json()["steps"] if each["state"] == "now"]
        return step

    assert (await now())["key"] == "count"
    lost = {"circumstances": "Not found."}
    assert (await world.post("coordinator", f"{here}/losses", lost)).status_code == 409
    assert (await world.post("technician", f"{here}/scans", {"scans": [a_scan(tags[0])]})).status_code == 200
    assert (await world.post("coordinator", f"{here}/end")).status_code == 200
    step = await now()
    assert (step["key"], step["button"]["href"].endswith("#papers")) == ("sign", True)
    assert (await world.get("coordinator", f"{here}/signed")).status_code == 404
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    wrong = await world.request(
        "coordinator", "PUT", f"{here}/signed", json={"signed_on": tomorrow, "scan": "ab" * 32}
    )
    assert wrong.status_code == 422
    assert {each["field"] for each in wrong.json()["errors"]} == {"signed_on", "scan"}

    opened = (await world.post("coordinator", f"{here}/losses", lost)).json()
    assert len(opened["receipts"]) == 2
    assert (await world.post("coordinator", f"{here}/losses", lost)).status_code == 409
    case = f"/api/v1/losses/{opened['case']}"
    step = await now(case)
    assert (step["key"], step["asks"][-1]["source"], bool(step["asks"][-1]["due_on"])) == (
        "donor",
        "art. 12",
        True,
    )
    assert (await now(case, "technician"))["button"] is None
    assert len((await world.get("coordinator", case)).json()["assets"]) == 2
    disposal = (await world.get("coordinator", f"/api/v1/assets/{tags[0]}/disposal")).json()
    assert [each["key"] for each in disposal][:1] == ["reason"]
