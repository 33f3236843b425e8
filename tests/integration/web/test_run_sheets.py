"""Run sheets: printed for each subject, scanned in afterwards, looked at, recorded once."""

import re

import pytest

from asset_tracker.ledger.tags import format_tag, new_tag

from .conftest import hidden

pytestmark = pytest.mark.anyio
BARANIVKA = "UA18080010000090720"
WHEN = "2026-02-03T11:30"


async def point(site):
    found = (await site.get("coordinator", f"/api/v1/municipalities/{BARANIVKA}")).json()
    return found["service_points"][0]["id"]


async def events(site, tag):
    found = (await site.get("coordinator", f"/api/v1/assets/{tag}/events")).json()
    return [each for each in found if each["operation"]]


@pytest.mark.parametrize("of", ["consignment", "municipality"])
async def test_a_sheet_is_a_pdf(site, of):
    which = site.office.consignment if of == "consignment" else BARANIVKA
    made = await site.get("technician", f"/run-sheets.pdf?{of}={which}")
    assert made.status_code == 200, made.text
    assert made.content.startswith(b"%PDF-")
    assert (await site.get("technician", "/run-sheets.pdf")).status_code == 422
    assert (await site.get("stranger", f"/run-sheets.pdf?{of}={which}")).status_code in (404, 200)
    assert (await site.get("donor", f"/run-sheets.pdf?{of}={which}")).status_code == 403


async def test_a_sheet_is_looked_at_and_then_recorded_once(site):
    asked = await site.get("technician", f"/run-sheets/enter?consignment={site.office.consignment}")
    assert asked.status_code == 200
    unknown = format_tag(new_tag())
    form = hidden(asked) | {
        "scans": f"{site.office.laptop}\n{site.office.laptop}\n+5\n{site.office.laptop}\n+1\n{unknown}\n{site.office.kit}",
        "first": "1",
        "occurred_at": WHEN,
        "who": "Олена Коваль",
        "service_point": await point(site),
        "unit": "km",
    }
    shown = await site.post("technician", "/run-sheets/preview", form)
    assert shown.status_code == 200, shown.text
    assert "Буде записано 3 факти" in shown.text
    assert "Це вже є вище з тією самою позначкою." in shown.text
    assert "Встановлено" in shown.text or "встановлено" in shown.text
    confirmed = hidden(shown)
    for _ in range(2):
        done = await site.post("technician", "/run-sheets/record", confirmed)
        assert done.status_code == 303, done.text
        assert done.headers["location"] == f"/consignments/{site.office.consignment}"
    made = [
        each for each in await events(site, site.office.laptop) if each["kind"] in ("delivered", "installed")
    ]
    assert sorted(each["kind"] for each in made) == ["delivered", "installed"]
    assert len({each["operation"] for each in made}) == 1
    assert {each["occurred_at"] for each in made} == {"2026-02-03T09:30:00Z"}
    assert all("Олена Коваль" in each["payload"]["note"] for each in made)
    page = (await site.get("technician", f"/a/{site.office.laptop}")).text
    assert "Олена Коваль" in page


WRONG = {
    "nothing scanned": {"scans": " \n"},
    "no such number": {"scans": "+77"},
    "no day": {"occurred_at": ""},
    "tomorrow": {"occurred_at": "2999-01-01T10:00"},
    "nobody": {"who": " "},
    "a wrong tick": {"first": "x"},
    "installed nowhere": {"first": "5"},
    "maintained without a word": {"first": "10"},
    "a wrong unit": {"unit": "miles"},
    "NUL": {"scans": "a\x00b"},
    "a point that is none": {"service_point": "x"},
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_told_and_nothing_recorded(site, name):
    form = {
        "consignment": str(site.office.consignment),
        "scans": site.office.laptop,
        "first": "7",
        "occurred_at": WHEN,
        "who": "x",
        "unit": "km",
    }
    before = len(await events(site, site.office.laptop))
    for step in ("preview", "record"):
        answer = await site.post("technician", f"/run-sheets/{step}", form | WRONG[name])
        assert answer.status_code == 422, answer.text
        assert "Нічого ще не збережено" in answer.text or "f-" in answer.text
    assert len(await events(site, site.office.laptop)) == before


async def test_a_count_on_paper_keeps_what_nobody_knows(site):
    new = {
        "programmes": [str(site.office.programme)],
        "municipality": BARANIVKA,
        "counter": await counter(site),
    }
    started = await site.post("coordinator", "/api/v1/verifications", None, json=new)
    assert started.status_code == 201, started.text
    campaign = started.json()["id"]
    assert (await site.get("technician", f"/run-sheets.pdf?verification={campaign}")).status_code == 200
    form = {
        "verification": campaign,
        "scans": f"{site.office.laptop}\n+9\nMAKER-CODE-77",
        "first": "7",
        "occurred_at": WHEN,
        "who": "x",
        "unit": "km",
    }
    shown = await site.post("technician", "/run-sheets/preview", form)
    assert shown.status_code == 200, shown.text
    for _ in range(2):
        done = await site.post("technician", "/run-sheets/record", hidden(shown))
        assert done.status_code == 303
    found = (await site.get("coordinator", f"/api/v1/verifications/{campaign}/results")).json()
    assert [each["code"] for each in found["unknown"]] == ["MAKER-CODE-77"]
    assert found["tally"]["found"] == 1
    assert found["tally"]["double"] == 0


async def counter(site):
    page = (await site.get("coordinator", f"/verifications/new?municipality={BARANIVKA}")).text
    return re.search(r'<option value="([0-9a-f-]{36})">Technician', page)[1]
