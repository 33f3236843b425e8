"""People are initials everywhere until somebody says why; and are forgotten when a programme's time is over."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.tables import access_record
from asset_tracker.assets import retention
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event
from asset_tracker.programmes.policies import Rule
from asset_tracker.programmes.rules import Reach, add_rule
from asset_tracker.programmes.tables import programme
from factories.office import BARANIVKA, PASSWORD

pytestmark = pytest.mark.anyio

NAME, PHONE = "Олена Прийнялова", "067 123 45 45"


@pytest.fixture(scope="module")
async def delivered(site):
    """A delivery that names somebody, and a note with a phone."""
    said = {
        "kind": "delivered",
        "municipality": BARANIVKA,
        "consignment": str(site.office.consignment),
        "received_by": NAME,
        "note": f"Дзвонити {PHONE}",
    }
    at = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    fact = {"id": str(uuid7()), "asset": site.office.laptop, "occurred_at": at, "payload": said}
    told = await (await site.at("coordinator")).post("/api/v1/events", json=[fact])
    assert told.json()[0]["outcome"] == "recorded", told.text
    return fact["id"]


WHERE = ("/a/{tag}", "/api/v1/assets/{tag}/events", "/api/v1/assets/{tag}", "/api/v1/assets/{tag}/state")


@pytest.mark.parametrize("path", WHERE)
@pytest.mark.parametrize(
    "who", ["administrator", "coordinator", "technician", "custodian", "auditor", "donor"]
)
async def test_nobody_is_shown_whole_by_default(site, delivered, path, who):
    answer = await site.get(who, path.format(tag=site.office.laptop))
    assert answer.status_code == 200
    assert NAME not in answer.text
    assert PHONE not in answer.text
    if path in WHERE[:2] and who != "donor":
        assert "О. П." in answer.text
        assert "0 •• ••• 45" in answer.text


async def counted(site):
    async with site.app.state.engine.connect() as conn:
        revealed = access_record.c.act == "revealed"
        return await conn.scalar(select(func.count()).select_from(access_record).where(revealed))


@pytest.mark.parametrize("who", ["administrator", "coordinator", "auditor"])
async def test_who_may_sees_it_whole_for_a_reason_that_is_kept(site, delivered, who):
    before = await counted(site)
    path = f"/a/{site.office.laptop}/reveal"
    assert (await site.post(who, path, {"reason": " "})).status_code == 303
    assert await counted(site) == before
    shown = await site.post(who, path, {"reason": f"запит громади, {who}"})
    assert NAME in shown.text
    assert PHONE in shown.text
    assert await counted(site) == before + 1
    record = (await site.get("auditor", "/records?act=revealed")).text
    assert f"запит громади, {who}" in record
    assert f"asset {site.office.laptop}" in record
    assert NAME not in record


async def test_an_asset_that_names_nobody_says_so(site):
    page = await site.post("auditor", f"/a/{site.office.kit}/reveal", {"reason": "a look"})
    assert page.status_code == 200
    assert "нікого не названо" in page.text
    assert (await site.get("auditor", "/records?act=erased")).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"), [("technician", 403), ("custodian", 403), ("donor", 403), ("stranger", 404)]
)
async def test_others_do_not(site, delivered, who, status):
    before = await counted(site)
    answer = await site.post(who, f"/a/{site.office.laptop}/reveal", {"reason": "I would like to"})
    assert answer.status_code == status
    assert NAME not in answer.text
    assert await counted(site) == before


async def test_whoever_corrects_an_entry_sees_it_whole_and_that_is_kept(site, delivered):
    before = await counted(site)
    form = await site.get("coordinator", f"/a/{site.office.laptop}/delivered?replaces={delivered}")
    assert NAME in form.text
    assert await counted(site) == before + 1


async def test_who_may_not_record_is_shown_no_form(site, delivered):
    for who, status in (("donor", 403), ("auditor", 403), ("custodian", 200)):
        assert (await site.get(who, f"/a/{site.office.laptop}/note")).status_code == status


async def test_what_was_kept_long_enough_is_erased_and_all_else_stays(site, delivered):
    engine = site.app.state.engine
    async with engine.begin() as conn:
        rule = Rule(rule="retention", number=36, source="a test")
        await add_rule(conn, COMMAND_LINE, rule, Reach(programme=site.office.programme))
        values = {"ends_on": date(2022, 1, 15), "starts_on": date(2020, 1, 1)}
        await conn.execute(update(programme).where(programme.c.id == site.office.programme).values(values))
    async with engine.begin() as conn:
        assert await retention.expired(conn, date(2025, 1, 15)) == []
        (found,) = await retention.expired(conn, date(2025, 1, 16))
        assert (found.programme_code, found.months) == ("PROSTO", 36)
        assert {"received_by", "note"} <= {each.field for each in found.mentions}
        assert NAME in {each.value for each in found.mentions}
    # Looking erased nothing.
    assert NAME in (await site.post("auditor", f"/a/{site.office.laptop}/reveal", {"reason": "a look"})).text
    async with engine.begin() as conn:
        assert len(await retention.erase_expired(conn, date(2025, 1, 16))) == 1
        assert await retention.erase_expired(conn, date(2025, 1, 16)) == []
    after = await site.post("auditor", f"/a/{site.office.laptop}/reveal", {"reason": "another look"})
    assert NAME not in after.text
    assert PHONE not in after.text
    events = (await site.get("coordinator", f"/api/v1/assets/{site.office.laptop}/events")).json()
    (fact,) = [each for each in events if each["id"] == delivered]
    assert fact["payload"]["municipality"] == BARANIVKA
    assert "programme PROSTO" in (await site.get("auditor", "/records?act=erased")).text
    async with engine.connect() as conn:
        kept = await conn.scalar(select(event.c.private).where(event.c.id == delivered))
        assert set(kept) == {"municipality"}


async def test_an_administrator_erases_a_name_and_an_account_after_proving_who_they_are(site):
    name = "Орися Забутько"
    said = {"kind": "note", "note": f"Ключ у неї: {name}"}
    at = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    fact = {"id": str(uuid7()), "asset": site.office.laptop, "occurred_at": at, "payload": said}
    sent = await (await site.at("technician")).post("/api/v1/events", json=[fact | {"device": "Телефон"}])
    assert sent.json()[0]["outcome"] == "recorded"
    people = (await site.get("administrator", "/people")).text
    path = re.search(r'href="(/people/[0-9a-f-]+)">Technician<', people)[1]
    own = re.search(r'href="(/people/[0-9a-f-]+)">Administrator<', people)[1]
    assert (await site.get("coordinator", f"{path}/erase")).status_code == 403
    assert (await site.get("administrator", f"{own}/erase")).status_code == 409
    asked = (await site.get("administrator", f"{path}/erase")).text
    assert "Що буде стерто назавжди" in asked
    prefilled = await site.get("administrator", f"/people/erase?person={path.rpartition('/')[2]}")
    assert 'value="Technician"' in prefilled.text

    told = {"name": name.lower(), "reason": "Лист від 01.11.2026"}
    assert (
        await site.post("administrator", "/people/erase/find", {"name": "О", "reason": "x"})
    ).status_code == 422
    found = await site.post("administrator", "/people/erase/find", told)
    assert (f"Ключ у неї: {name}" in found.text, "1 значення" in found.text) == (True, True)
    proof = told | {"typed": name, "password": PASSWORD}
    for wrong in ({"typed": "Орися"}, {"password": "not mine"}, {"reason": ""}):
        refused = await site.post("administrator", "/people/erase", proof | wrong)
        assert (refused.status_code, f"Ключ у неї: {name}" in refused.text) == (422, True), wrong
    assert (await site.post("administrator", "/people/erase", proof)).status_code == 303
    gone = await site.post("administrator", "/people/erase/find", told)
    assert "Такого імені ніде не записано" in gone.text

    proof = {"typed": "TECHNICIAN@example.org", "reason": "Лист", "password": "not mine"}
    assert (await site.post("administrator", f"{path}/erase", proof)).status_code == 422
    done = await site.post("administrator", f"{path}/erase", proof | {"password": PASSWORD})
    assert done.status_code == 303, done.text
    assert (await site.post("administrator", f"{path}/erase", proof)).status_code == 409
    assert "technician@example.org" not in (await site.get("administrator", path)).text
    assert (await site.get("technician", "/me")).status_code in (303, 401)
    records = (await site.get("auditor", "/records?act=erased")).text
    assert ("Лист від 01.11.2026" in records, "Забутько" in records) == (True, False)
    async with site.app.state.engine.connect() as conn:
        assert await conn.scalar(select(event.c.private).where(event.c.id == fact["id"])) == {}
