"""Phones on pages: seen, revoked, their facts to come, a sealed queue dropped by a coordinator."""

import json

import pytest

from factories.phones import Phone

pytestmark = pytest.mark.anyio


class House:
    """What ``Phone`` speaks to, over a browser's session."""

    def __init__(self, site):
        self.site = site

    async def ask(self, who, method, path, **more):
        return await (await self.site.at(who)).request(method, path, **more)

    def filled(self, facts):
        return facts


def note(site, phone):
    return phone.sees("note", site.office.laptop, note="x")


async def test_phones_are_listed_and_revoked_by_their_owner_or_an_administrator(site):
    phone = await Phone(House(site), "technician").register()
    assert "Samsung A14" in (await site.get("technician", "/devices")).text
    everybody = (await site.get("administrator", "/devices")).text
    assert "Technician" in everybody
    assert "Technician" not in (await site.get("custodian", "/devices")).text
    assert (await site.post("custodian", f"/devices/{phone.id}/revoke")).status_code == 404
    done = await site.post("administrator", f"/devices/{phone.id}/revoke")
    assert done.status_code == 303
    assert "Відкликано" in (await site.get("administrator", "/devices")).text
    del site.people["technician"]  # its session ended with the phone
    assert "Відкликано" in (await site.get("technician", "/devices")).text


async def test_a_coordinator_sees_what_is_still_to_come_and_takes_a_queue_in(site):
    phone = await Phone(House(site), "technician").register()
    facts = [note(site, phone) for _ in range(3)]
    await phone.send(facts[2])
    page = (await site.get("coordinator", "/devices")).text
    assert "2 факти з цього телефону ще не надійшли" in page
    assert "ще не надійшли" not in (await site.get("stranger", "/devices")).text
    file = json.dumps(phone.sealed(facts)).encode()
    sent = await site.post(
        "coordinator", "/devices/queue", files={"file": ("q.json", file, "application/json")}
    )
    assert sent.status_code == 200
    assert "Чергу прийнято" in sent.text
    assert "Уже відомо" in sent.text
    assert "ще не надійшли" not in (await site.get("coordinator", "/devices")).text
    for wrong in (b"", b"{}", b"\xff", file[:-30], file.replace(b'"ct": "', b'"ct": "AAAA', 1)):
        sent = await site.post("coordinator", "/devices/queue", files={"file": ("q", wrong, "text/plain")})
        assert sent.status_code == 422


async def test_histories_call_a_phone_by_its_name(site):
    phone = await Phone(House(site), "technician").register()
    await phone.send(note(site, phone))
    events = (await site.get("coordinator", f"/api/v1/assets/{site.office.laptop}/events")).json()
    assert "Samsung A14" in {each["device"] for each in events}
    broken = {**note(site, phone), "payload": {"kind": "nonsense"}}
    await phone.send(broken)
    assert "Samsung A14" in (await site.get("coordinator", "/quarantine")).text


async def test_metrics_tell_of_phones_by_their_id(site):
    phone = await Phone(House(site), "technician").register()
    facts = [note(site, phone) for _ in range(2)]
    await phone.send(facts[1])
    told = (await site.get("administrator", "/metrics")).text
    assert f'asset_tracker_device_events_to_come{{device="{phone.id}"}} 1.0' in told
    assert f'asset_tracker_device_seen_seconds{{device="{phone.id}"}}' in told
    assert "Samsung" not in told
