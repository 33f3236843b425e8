"""Striking out and resolving: nothing is erased, and what follows is reckoned anew."""

import re
from uuid import uuid4

import pytest

from .conftest import hidden

pytestmark = pytest.mark.anyio


async def record(site, who, kind, **more):
    path = f"/a/{site.office.kit}/{kind}"
    fields = hidden(await site.get(who, path))
    return await site.post(who, path, {**fields, "occurred_at": "2026-02-01T10:00", **more})


async def test_a_wrong_entry_is_struck_out_and_stays_readable(site):
    answer = await record(site, "coordinator", "note", note="Не той комплект")
    assert answer.status_code == 303
    shown = await site.get("coordinator", f"/a/{site.office.kit}")
    entry = next(part for part in shown.text.split("<li id=") if "Не той комплект" in part)
    strike = re.search(r'/a/[^"]+/events/[^"]+/strike-out', entry)[0]
    asked = await site.get("coordinator", strike)
    assert "Не той комплект" in asked.text
    empty = await site.post("coordinator", strike, hidden(asked))
    assert empty.status_code == 422
    done = await site.post("coordinator", strike, {**hidden(asked), "reason": "Помилка"})
    assert done.status_code == 303
    shown = await site.get("coordinator", f"/a/{site.office.kit}")
    assert "Закреслено" in shown.text
    assert "Не той комплект" in shown.text
    assert (await site.get("technician", strike)).status_code == 403
    assert (await site.get("stranger", strike)).status_code == 404


async def test_a_dispute_is_resolved_with_a_reason(site):
    assert (await site.get("coordinator", f"/a/{site.office.kit}/resolve")).status_code == 404
    assert (await record(site, "technician", "delivered", outcome="full")).status_code == 303
    second = {
        "id": str(uuid4()),
        "asset": site.office.kit,
        "occurred_at": "2026-02-02T10:00:00Z",
        "payload": {"kind": "delivered"},
    }
    sent = await site.post("technician", "/api/v1/events", None, json=[second])
    assert sent.json()[0]["outcome"] == "recorded"
    shown = await site.get("coordinator", f"/a/{site.office.kit}")
    assert "Його доставлено двічі" in shown.text
    desk = await site.get("coordinator", "/")
    assert f"/a/{site.office.kit}/resolve" in desk.text
    asked = await site.get("coordinator", f"/a/{site.office.kit}/resolve")
    done = await site.post(
        "coordinator",
        f"/a/{site.office.kit}/resolve",
        {**hidden(asked), "reason": "Друга доставка – той самий візит."},
    )
    assert done.status_code == 303
    shown = await site.get("coordinator", f"/a/{site.office.kit}")
    assert "Його доставлено двічі" not in shown.text
    assert "Друга доставка" in shown.text


async def test_an_entry_is_replaced_by_a_right_one(site):
    assert (await record(site, "coordinator", "note", note="Стара примітка")).status_code == 303
    here = f"/a/{site.office.kit}"
    shown = await site.get("coordinator", here)
    entry = next(part for part in shown.text.split("<li id=") if "Стара примітка" in part)
    replace = re.search(r'/a/[^"]+\?replaces=[^"]+', entry)[0]
    asked = await site.get("coordinator", replace)
    assert "Стара примітка" in asked.text
    assert (await site.get("technician", replace)).status_code == 403
    sent = {**hidden(asked), "note": "Нова примітка", "occurred_at": "2026-02-01T10:00"}
    assert (await site.post("coordinator", f"{here}/note", sent)).status_code == 303
    shown = await site.get("coordinator", here)
    new, old = (
        next(part for part in shown.text.split("<li id=") if text in part)
        for text in ("Нова примітка", "Стара примітка")
    )
    assert "superseded" in old
    assert "superseded" not in new


async def test_another_day_as_known_on_another(site):
    here = f"/a/{site.office.laptop}"
    assert (await site.get("donor", f"{here}?as_of=2001-01-01")).status_code == 404
    assert (await site.get("donor", f"{here}?as_of=2098-12-31&known_on=2001-01-01")).status_code == 404
    known = await site.get("donor", f"{here}?as_of=2098-12-31&known_on=2098-12-31")
    assert known.status_code == 200
    assert (await site.get("donor", f"{here}?as_of=nonsense")).status_code == 422
