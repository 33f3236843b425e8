"""A loss case and a maintenance plan by page."""

import re

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.queries import find_asset
from asset_tracker.assets.service import record
from asset_tracker.ledger import events as ev

from .conftest import hidden
from .test_kinds import an_asset

pytestmark = pytest.mark.anyio


async def test_a_case_by_page(site):
    tag = await an_asset(site, "stolen")
    async with site.app.state.engine.begin() as conn:
        asset = await find_asset(conn, COMMAND_LINE, tag)
        fact = ev.Stolen(circumstances="Двері зламано", report_number="ЄО 7")
        await record(conn, COMMAND_LINE, [asset], fact)
    shown = await site.get("coordinator", f"/a/{tag}")
    here = re.search(r"/losses/[0-9a-f-]{36}", shown.text)[0]
    for who, status in {
        "technician": 200,
        "custodian": 200,
        "auditor": 200,
        "donor": 403,
        "stranger": 404,
    }.items():
        assert (await site.get(who, here)).status_code == status
    assert "Двері зламано" in (await site.get("coordinator", here)).text
    told = {"report_number": "ЄРДР 1", "donor_informed_on": "2026-01-02"}
    assert (await site.post("coordinator", here, told)).status_code == 303
    assert (await site.post("coordinator", here, told | {"donor_informed_on": "soon"})).status_code == 422
    assert (await site.post("coordinator", f"{here}/notes", {"text": ""})).status_code == 422
    assert (await site.post("coordinator", f"{here}/notes", {"text": "Оглянуто"})).status_code == 303
    assert (await site.post("technician", f"{here}/notes", {"text": "x"})).status_code == 403
    assert (await site.post("coordinator", f"{here}/close", {"decision": "x"})).status_code == 422
    closing = {"decision": "written_off", "reason": "Рішення комісії"}
    assert (await site.post("coordinator", f"{here}/close", closing)).status_code == 303
    assert (await site.post("coordinator", f"{here}/close", closing)).status_code == 422
    shown = await site.get("coordinator", here)
    for text in ("Оглянуто", "ЄРДР 1", "Списано", "Закрито"):
        assert text in shown.text
    assert here in (await site.get("coordinator", "/losses?status=closed")).text


async def test_a_plan_by_page(site):
    tag = await an_asset(site, "maintained")
    here = f"/a/{tag}/plans"
    assert (await site.get("technician", here)).status_code == 200
    assert (await site.post("technician", here, {"title": ""})).status_code == 422
    assert (await site.post("technician", here, {"title": "Огляд"})).status_code == 422
    plan = {"title": "Техогляд", "every_months": "12", "starts_on": "2025-01-15", "meter_unit": "km"}
    assert (await site.post("technician", here, plan)).status_code == 303
    assert (await site.post("custodian", here, plan)).status_code == 403
    shown = await site.get("technician", here)
    for text in ("Техогляд", "кожні 12 місяців", "Прострочено"):
        assert text in shown.text
    done = re.search(rf"/a/{tag}/maintained\?plan=[0-9a-f-]+", shown.text)[0]
    asked = await site.get("technician", done)
    chosen = re.search(r'<option value="([0-9a-f-]{36})" selected', asked.text)[1]
    given = hidden(asked) | {"plan": chosen, "work": "Зроблено", "occurred_at": "2026-11-01T10:00"}
    assert (await site.post("technician", f"/a/{tag}/maintained", given)).status_code == 303
    assert "Ще не час" in (await site.get("technician", f"/a/{tag}")).text
    end = re.search(r'action="([^"]+/end)"', (await site.get("technician", here)).text)[1]
    assert (await site.post("technician", end)).status_code == 303
    assert "Техогляд" not in (await site.get("technician", here)).text
