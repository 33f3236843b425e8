"""The centre itself: its link shows what it is asked about, takes each thing once, and ends."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from asset_tracker import kyiv
from asset_tracker.field import centre
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from factories.house import event

pytestmark = pytest.mark.anyio
BARANIVKA = "UA18080010000090720"


async def point(site):
    found = (await site.get("coordinator", f"/api/v1/municipalities/{BARANIVKA}")).json()
    return found["service_points"][0]["id"]


async def standing(site):
    """The laptop and the kit stand at the centre; so does something of another office."""
    where = await point(site)
    things = (
        ("coordinator", site.office.laptop),
        ("coordinator", site.office.kit),
        ("stranger", site.office.foreign),
    )
    for who, tag in things:
        facts = [event("installed", tag, service_point=where)]
        told = (await site.post(who, "/api/v1/events", None, json=facts)).json()
        assert told[0]["outcome"] == "recorded", told
    return where


async def made(site, **form):
    where = await standing(site)
    page = await site.post("coordinator", f"/points/{where}/links", {"days": "7"} | form)
    assert page.status_code == 200, page.text
    return where, re.search(r'id="link">[^<]*(/centre/[\w-]+)<', page.text)[1], page


async def confirm(client, path, tag, condition="working", note=""):
    return await client.post(path, data={"tag": tag, "condition": condition, "note": note})


async def test_staff_without_an_account_confirm_each_thing_once(site):
    where, path, _ = await made(site)
    staff = site.somebody()
    shown = await staff.get(path)
    assert shown.status_code == 200
    assert "Ноутбук" in shown.text
    for secret in (site.office.laptop, "5CD2381XYZ", "Чужий", "Coordinator", "PROSTO"):
        assert secret not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    first = await confirm(staff, path, site.office.laptop.lower(), note="Стоїть у залі")
    assert first.status_code == 303, first.text
    assert "Дякуємо" in (await staff.get(path)).text
    again = await confirm(staff, path, site.office.laptop)
    assert again.status_code == 303
    assert "уже підтверджено" in (await staff.get(path)).text
    events = (await site.get("coordinator", f"/api/v1/assets/{site.office.laptop}/events")).json()
    attested = [each for each in events if each["payload"].get("method") == "attested"]
    assert len(attested) == 1
    assert attested[0]["actor"] == "ЦНАП Баранівської міської ради"
    view = (await site.get("coordinator", f"/api/v1/assets/{site.office.laptop}")).json()["state"]
    assert view["attested_at"]
    assert not view.get("verified_at")
    assert "сам центр підтвердив" in (await site.get("coordinator", f"/a/{site.office.laptop}")).text
    listed = (await site.get("coordinator", f"/points/{where}")).text
    assert "Підтверджено 1 із" in listed


async def test_a_label_scanned_by_the_phone_itself_leads_back(site):
    _, path, _ = await made(site)
    staff = site.somebody()
    assert "Увійти" in (await staff.get(f"/a/{site.office.kit}")).text
    await staff.get(path)
    led = await staff.get(f"/A/{site.office.kit.replace('-', '')}")
    assert led.status_code == 303
    assert led.headers["location"].startswith(path)
    assert site.office.kit.replace("-", "") in (await staff.get(led.headers["location"])).text


WRONG = {
    "of another office": lambda site: site.office.foreign,
    "unknown": lambda _site: format_tag(new_tag()),
    "no tag": lambda _site: "hello",
    "nothing": lambda _site: "",
    "markup": lambda _site: "<script>alert(1)</script>",
    "4 KB": lambda _site: "A" * 4096,
    "NUL": lambda _site: "\x00",
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_not_asked_about_is_like_what_is_not_there(site, name):
    _, path, _ = await made(site)
    answer = await confirm(site.somebody(), path, WRONG[name](site))
    assert answer.status_code == 422
    assert "Такої мітки немає серед того" in answer.text
    assert "<script>alert" not in answer.text


async def test_a_guesser_is_stopped(site, monkeypatch):
    monkeypatch.setattr(centre, "MAX_MISSES", 3)
    _, path, _ = await made(site)
    staff = site.somebody()
    assert [(await confirm(staff, path, new_tag())).status_code for _ in range(5)] == [422] * 3 + [429] * 2
    right = await confirm(staff, path, site.office.laptop)
    assert (right.status_code, int(right.headers["retry-after"]) > 0) == (429, True)


async def test_a_link_ends_on_its_day_or_when_it_is_revoked(site):
    where, path, _ = await made(site)
    links = (await site.get("coordinator", f"/api/v1/service-points/{where}/links")).json()
    assert (await site.post("stranger", f"/centre-links/{links[0]['id']}/revoke")).status_code in (303, 404)
    done = await site.post("coordinator", f"/centre-links/{links[0]['id']}/revoke")
    assert done.status_code == 303
    staff = site.somebody()
    for ended in (await staff.get(path), await confirm(staff, path, site.office.laptop)):
        assert ended.status_code == 404
    _, old, _ = await made(site)
    async with site.app.state.engine.begin() as conn:
        await conn.execute(text("UPDATE centre_link SET expires_at = now() - interval '1 minute'"))
    assert (await staff.get(old)).status_code == 404
    assert (await staff.get("/centre/" + "x" * 5000)).status_code in (404, 414)


async def test_a_link_is_printed_and_bad_ones_are_not_made(site):
    where, path, page = await made(site)
    token = path.rsplit("/", 1)[-1]
    assert "<svg" in page.text
    paper = await site.post("coordinator", "/centre-links/paper", {"token": token})
    assert paper.content.startswith(b"%PDF-")
    for days in ("0", "61", "x", "", "9" * 30, "-1"):
        answer = await site.post("coordinator", f"/points/{where}/links", {"days": days})
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("#links")
    assert (await site.post("technician", f"/points/{where}/links", {"days": "7"})).status_code == 403
    bad = await site.post(None, path, {"tag": site.office.laptop, "condition": "brilliant"})
    assert bad.status_code == 422


async def test_staff_count_how_residents_were_served_and_no_day_twice(site):
    _, path, _ = await made(site)
    staff = site.somebody()
    page = (await staff.get(path)).text
    assert "Скільки разів обслужили мешканців?" in page
    (thing,) = re.findall(r'name="thing" value="([^"]+)"', page)
    today = kyiv.today()
    first, last = str(today - timedelta(days=40)), str(today - timedelta(days=10))
    told = {"thing": thing, "since": first, "until": last, "trips": "", "consultations": "31"}
    assert (await staff.post(f"{path}/counts", data=told)).status_code == 303
    page = (await staff.get(path)).text
    assert "враховано по" in page
    assert f'value="{today - timedelta(days=9)}"' in page
    view = (await site.get("coordinator", f"/api/v1/assets/{site.office.kit}")).json()["state"]
    assert view["served"] == {"consultations": {"number": 31, "spans": [{"since": first, "until": last}]}}
    assert "Проведено відеоконсультацій" in (await site.get("coordinator", f"/a/{site.office.kit}")).text
    for wrong, said in (
        ({}, "вже враховано"),
        ({"until": str(today + timedelta(days=1))}, "Цей день ще не настав"),
        ({"since": str(today - timedelta(days=400)), "until": last}, "щонайбільше за останній рік"),
        ({"consultations": "багато"}, "ціле число"),
        ({"consultations": ""}, "Напишіть, скільки; 0 – теж відповідь."),
        ({"since": "31.02.2025"}, "Оберіть день"),
        ({"thing": str(uuid7())}, "одну з відповідей"),
        ({"since": str(today), "until": last}, "Перший день пізніший"),
    ):
        refused = await staff.post(f"{path}/counts", data=told | wrong)
        assert refused.status_code == 422, wrong
        assert said in refused.text, (wrong, re.findall(r'class="wrong".*?</p>', refused.text, re.DOTALL))
    view = (await site.get("coordinator", f"/api/v1/assets/{site.office.kit}")).json()
    assert not view["row"]["disputed"]


async def test_a_count_at_the_desk_and_two_from_the_field(site):
    tag = site.office.kit
    await standing(site)
    before = (await site.get("coordinator", f"/api/v1/assets/{tag}")).json()["state"].get("served", {})
    shown = await site.get("coordinator", f"/a/{tag}/service_counted")
    assert "По який день включно?" in shown.text
    facts = [
        event("service_counted", tag, occurred_at=f"{at}T10:00:00Z", since=since, consultations=number)
        for at, since, number in (("2025-01-31", "2025-01-01", 5), ("2025-02-28", "2025-01-31", 9))
    ]
    told = (await site.post("technician", "/api/v1/events", None, json=facts)).json()
    assert [each["outcome"] for each in told] == ["recorded", "recorded"]
    view = (await site.get("coordinator", f"/api/v1/assets/{tag}")).json()
    counted = before.get("consultations", {}).get("number", 0)
    assert view["state"]["served"]["consultations"]["number"] == counted + 5
    assert view["row"]["disputed"]
    bad = [event("service_counted", tag, since="2026-01-01", occurred_at="2025-12-01T10:00:00Z", trips=1)]
    (told,) = (await site.post("technician", "/api/v1/events", None, json=bad)).json()
    assert told["outcome"] == "rejected"
    assert [each["field"] for each in told["errors"]] == ["since"]
