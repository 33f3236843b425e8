"""A count by page: begun, scanned by hand, ended, certified."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.tables import user_account, user_grant
from asset_tracker.assets.queries import find_asset, get_asset
from asset_tracker.assets.service import record
from asset_tracker.ledger import events as ev
from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio


async def person(site, who):
    async with site.app.state.engine.begin() as conn:
        wanted = select(user_account.c.id).where(user_account.c.email == f"{who}@example.org")
        return str(await conn.scalar(wanted))


async def deliver(site, tag):
    async with site.app.state.engine.begin() as conn:
        asset = await find_asset(conn, COMMAND_LINE, tag)
        if not (await get_asset(conn, COMMAND_LINE, asset)).state.delivered_at:
            await record(conn, COMMAND_LINE, [asset], ev.Delivered(municipality=BARANIVKA))


async def test_whose_role_ran_out_is_not_asked_to_count(site):
    offered = {}
    for until in (None, datetime.now(UTC) - timedelta(days=1)):
        async with site.app.state.engine.begin() as conn:
            theirs = user_grant.c.user_id == await person(site, "technician")
            await conn.execute(update(user_grant).where(theirs).values(valid_until=until))
        form = await site.get("coordinator", f"/verifications/new?municipality={BARANIVKA}")
        offered[until] = "Technician" in re.findall(r"<option[^>]*>([^<]*)</option>", form.text)
    async with site.app.state.engine.begin() as conn:
        await conn.execute(update(user_grant).where(theirs).values(valid_until=None))
    assert list(offered.values()) == [True, False]


async def test_a_count_by_page(site):
    await deliver(site, site.office.kit)
    assert (await site.get("coordinator", "/verifications/new")).status_code == 200
    form = await site.get("coordinator", f"/verifications/new?municipality={BARANIVKA}")
    assert "Custodian" not in re.findall(r"<option[^>]*>([^<]*)</option>", form.text)
    asked = {
        "municipality": BARANIVKA,
        "programme": str(site.office.programme),
        "reason": "annual",
        "counter": await person(site, "technician"),
    }
    wrong = await site.post("coordinator", "/verifications", asked | {"counter": "", "reason": "x"})
    assert wrong.status_code == 422
    for who, why in (("technician", "двічі"), ("х" * 300, "довг"), ("x\n" * 13, "12")):
        wrong = await site.post("coordinator", "/verifications", asked | {"commission": who})
        assert (wrong.status_code, why in wrong.text) == (422, True), wrong.text
    asked["commission"] = "Auditor, бухгалтер\n\nОксана Коваль, секретар ради\n"
    started = await site.post("coordinator", "/verifications", asked)
    assert started.status_code == 303, started.text
    here = started.headers["location"]
    for who, status in (("coordinator", 200), ("technician", 200), ("custodian", 200), ("stranger", 404)):
        assert (await site.get(who, here)).status_code == status
    for code in (site.office.kit, site.office.kit, "777", ""):
        answer = await site.post("technician", f"{here}/scans", {"code": code, "condition": "working"})
        assert answer.status_code == 303
    assert "Auditor, бухгалтер; Оксана Коваль, секретар ради" in (await site.get("coordinator", here)).text
    shown = await site.get("technician", here)
    for text in ("777", "На своєму місці", "Ще не скановано"):
        assert text in shown.text
    assert (await site.get("coordinator", f"{here}/certificate.pdf")).status_code == 404
    assert (await site.post("technician", f"{here}/end")).status_code == 403
    assert (await site.post("coordinator", f"{here}/end")).status_code == 303
    assert "Не виявлено" in (await site.get("coordinator", here)).text
    pdf = await site.get("coordinator", f"{here}/certificate.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert (await site.get("coordinator", "/verifications?status=ended")).status_code == 200
