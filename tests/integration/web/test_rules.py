"""Rules of a programme, and what is due because of them, by page."""

import re

import pytest

from .conftest import hidden

pytestmark = pytest.mark.anyio


async def test_rules_are_added_and_ended_on_their_page(site):
    here = f"/programmes/{site.office.programme}/rules"
    wrong = await site.post("coordinator", here, {"rule": "", "number": "soon", "source": ""})
    assert wrong.status_code == 422
    for text in ("Напишіть ціле число", "Назвіть угоду"):
        assert text in wrong.text
    own = {"rule": "verification", "number": "6", "source": "Угода, п. 3", "amount": "1 000,00"}
    assert (await site.post("coordinator", here, own)).status_code == 303
    assert (await site.post("coordinator", f"{here}/preset", {"preset": "us_2cfr200"})).status_code == 303
    shown = await site.get("coordinator", here)
    for text in ("Угода, п. 3", "6 місяців", "2 CFR 200.313(d)(2)", "24 місяці"):
        assert text in shown.text
    end = re.search(rf'action="({here}/[^"]+/end)"', shown.text)[1]
    assert (await site.post("coordinator", end)).status_code == 303
    assert "більше не діють" in (await site.get("coordinator", here)).text
    handed_over = f"/a/{site.office.laptop}/delivered"
    asked = hidden(await site.get("coordinator", handed_over))
    answers = {**asked, "outcome": "full", "occurred_at": "2024-01-15T10:00"}
    assert (await site.post("coordinator", handed_over, answers)).status_code == 303
    due = await site.get("coordinator", "/due")
    assert due.status_code == 200
    assert "2 CFR 200.313(d)(1)" in due.text


async def test_rules_of_others_are_not_for_everybody(site):
    here = f"/programmes/{site.office.programme}/rules"
    assert (await site.post("donor", f"{here}/preset", {"preset": "un"})).status_code == 403
    assert (await site.post("stranger", f"{here}/preset", {"preset": "un"})).status_code in (403, 404)
    assert (await site.post("coordinator", f"{here}/preset", {"preset": "none"})).status_code == 404
