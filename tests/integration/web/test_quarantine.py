"""What a phone sent and could not be recorded: seen, recorded after all, or put aside with a reason."""

import re
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def send(site, who, asset, **payload):
    event = {
        "id": str(uuid4()),
        "asset": asset,
        "device": "phone-1",
        "occurred_at": "2026-02-01T10:00:00Z",
        "payload": payload,
    }
    answer = await site.post(who, "/api/v1/events", None, json=[event])
    return answer.json()[0]["outcome"]


async def waiting(site, who):
    page = await site.get(who, "/quarantine")
    assert page.status_code == 200
    return page, [int(found) for found in re.findall(r"/quarantine/(\d+)/record", page.text)]


async def test_what_a_role_may_not_record_waits_for_a_coordinator(site):
    # A custodian evacuates nothing, and no municipality is called UA.
    assert (
        await send(site, "custodian", site.office.laptop, kind="evacuated", municipality="UA")
        == "quarantined"
    )
    page, (first, *_) = await waiting(site, "coordinator")
    assert "phone-1" in page.text
    assert site.office.laptop in page.text
    assert "Карантин" in (await site.get("coordinator", "/")).text
    still = await site.post("coordinator", f"/quarantine/{first}/record")
    assert still.status_code == 422
    assert "Записати все ще не вдається" in still.text
    silent = await site.post("coordinator", f"/quarantine/{first}/put-aside", {"reason": " "})
    assert silent.status_code == 422
    done = await site.post(
        "coordinator", f"/quarantine/{first}/put-aside", {"reason": "Код громади неповний"}
    )
    assert done.status_code == 303
    assert first not in (await waiting(site, "coordinator"))[1]


async def test_what_contradicts_leads_to_what_is_recorded(site):
    fact = {"id": str(uuid4()), "asset": site.office.laptop, "occurred_at": "2026-02-01T10:00:00Z"}
    for said in ("Перше", "Друге"):
        sent = [fact | {"payload": {"kind": "note", "note": said}}]
        await site.post("technician", "/api/v1/events", None, json=sent)
    page, (first, *_) = await waiting(site, "coordinator")
    link = f"/a/{site.office.laptop}/events/{fact['id']}/receipt"
    assert link in page.text
    assert "Ноутбук" in page.text
    assert "Перше" in (await site.get("coordinator", link)).text
    assert (
        await site.post("coordinator", f"/quarantine/{first}/put-aside", {"reason": "Двічі"})
    ).status_code == 303


async def test_it_is_recorded_after_all_by_who_may(site):
    assert (
        await send(site, "custodian", site.office.laptop, kind="moved", municipality="UA18060170000069581")
        == "quarantined"
    )
    _, (first, *_) = await waiting(site, "coordinator")
    done = await site.post("coordinator", f"/quarantine/{first}/record")
    assert done.status_code == 303
    shown = await site.get("coordinator", f"/a/{site.office.laptop}")
    assert "Переміщено" in shown.text
    assert (await site.post("coordinator", f"/quarantine/{first}/record")).status_code == 404


async def test_it_is_seen_only_by_who_reaches_the_asset(site):
    assert (
        await send(site, "custodian", site.office.laptop, kind="evacuated", municipality="UA")
        == "quarantined"
    )
    _, found = await waiting(site, "administrator")
    assert found
    assert (await waiting(site, "stranger"))[1] == []
    assert (await site.post("stranger", f"/quarantine/{found[0]}/record")).status_code == 404
    for who in ("technician", "custodian", "donor", "auditor"):
        assert (await site.get(who, "/quarantine")).status_code == 403
