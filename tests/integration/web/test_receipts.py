"""The receipt of an entry: its hash, and the signed checkpoint beside it once there is one."""

import re

import pytest

from .conftest import hidden

pytestmark = pytest.mark.anyio


async def test_an_entry_has_its_receipt_and_the_checkpoint_that_covers_it(site):
    address = f"/a/{site.office.kit}"
    asked = hidden(await site.get("coordinator", f"{address}/note"))
    await site.app.state.sealing.once()
    said = {**asked, "occurred_at": "2026-02-01T10:00", "note": "Ключ у вартового"}
    assert (await site.post("coordinator", f"{address}/note", said)).status_code == 303

    entries = (await site.get("coordinator", address)).text.split("<li id=")[1:]
    (entry,) = [each for each in entries if "Ключ у вартового" in each]
    receipt = re.search(r'href="(/a/[^"]+/receipt)">підтвердження<', entry)[1]
    (registered,) = [each for each in entries if "Зареєстровано" in each]
    assert re.search(r'/receipt">підтвердження: контрольна точка\u00a0\d', registered)
    pending = (await site.get("coordinator", receipt)).text
    assert "Чекає на засвідчення" in pending
    assert "Засвідчено" not in pending

    await site.app.state.sealing.once()
    shown = (await site.get("donor", receipt)).text
    event = receipt.split("/")[-2]
    told = (await site.get("donor", f"/api/v1/events/{event}/proof")).json()
    newest = told["proof"]["checkpoint"]
    assert told["first"] == newest
    assert told["receipt"]["hash"] in shown
    assert f"{newest['size']}:{newest['root']}" in shown
    assert newest["note"].splitlines()[0] in shown
    assert f"/api/v1/events/{event}/proof" in shown
    assert (await site.get("stranger", receipt)).status_code == 404
    assert (await site.get("coordinator", receipt.replace(event, str(site.office.kit)))).status_code == 404
