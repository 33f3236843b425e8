"""A service point by page: its history, and where its things went."""

import re

import pytest

from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio


async def test_a_point_by_page(site):
    form = {"kind": "asc", "name_uk": "ЦНАП Довбиш"}
    assert (await site.post("coordinator", f"/municipalities/{BARANIVKA}/points", form)).status_code == 303
    listed = await site.get("coordinator", f"/municipalities/{BARANIVKA}")
    here = re.search(r'href="(/points/[0-9a-f-]{36})">ЦНАП Довбиш', listed.text)[1]
    for who in ("coordinator", "technician", "donor", "auditor"):
        assert (await site.get(who, here)).status_code == 200
    wrong = await site.post("coordinator", f"{here}/changes", {"change": "", "occurred_at": "x"})
    assert wrong.status_code == 422
    told = {
        "change": "relocated",
        "occurred_at": "2026-01-10T09:00",
        "reason": "Обстріли",
        "with_assets": "yes",
    }
    nowhere = await site.post("coordinator", f"{here}/changes", told | {"municipality": "Ніде"})
    assert nowhere.status_code == 422
    assert (await site.post("technician", f"{here}/changes", told)).status_code == 403
    moved = await site.post("coordinator", f"{here}/changes", told | {"municipality": "Овруцька"})
    assert moved.status_code == 303
    shown = await site.get("coordinator", here)
    for text in ("Переїзд", "Обстріли", "10.01.2026", "Внесено до обліку"):
        assert text in shown.text
    there = re.search(r'href="(/points/[0-9a-f-]{36})"><svg', shown.text)[1]
    assert "ЦНАП Довбиш" in (await site.get("coordinator", there)).text
    again = {"change": "reopened", "occurred_at": "2026-02-10T09:00"}
    assert (await site.post("coordinator", f"{here}/changes", again)).status_code == 303
    assert "Знову працює" in (await site.get("coordinator", here)).text
    to = there.rsplit("/", 1)[1]
    assert (await site.post("coordinator", f"{here}/along", {"to_point": to})).status_code == 303
    assert (await site.post("coordinator", f"{here}/along", {"to_point": "x"})).status_code == 303
