"""A consignment from a form to its waybill, the calendar and its feed, and what a municipality asked for."""

import re

HERE = "UA18080010000090720"


async def test_a_consignment_is_made_filled_by_scan_and_goes_along_with_its_waybill(site):
    office = site.office
    assert (await site.get("technician", "/consignments/new")).status_code == 403
    form = {"programme": str(office.programme), "number": "PL-8", "municipality": "Баранівська"}
    made = await site.post("coordinator", "/consignments", form)
    assert made.status_code == 303, made.text
    here = made.headers["location"]
    again = await site.post("coordinator", "/consignments", form)
    assert (again.status_code, "PL-8" in again.text) == (422, True)
    nowhere = await site.post("coordinator", "/consignments", form | {"number": "9", "municipality": "Ніде"})
    assert nowhere.status_code == 422

    wrong = await site.post("coordinator", f"{here}/lines", {"tags": f"{office.laptop}\nZZZZ-ZZZZ"})
    assert (wrong.status_code, "ZZZZ-ZZZZ" in wrong.text) == (422, True)
    foreign = await site.post("coordinator", f"{here}/lines", {"tags": office.foreign})
    assert foreign.status_code == 422
    put = await site.post("coordinator", f"{here}/lines", {"tags": "5cd2381xyz"})
    assert put.status_code == 303, put.text
    assert office.laptop in (await site.get("coordinator", here)).text

    sent = {"waybill": "20450001", "carrier": "Нова пошта", "expected_on": "2030-05-06"}
    assert (await site.post("coordinator", f"{here}/dispatch", sent)).status_code == 303
    waybill = await site.get("coordinator", f"{here}/waybill.pdf")
    assert waybill.content.startswith(b"%PDF")
    month = await site.get("coordinator", "/calendar?month=2030-05")
    assert f'href="{here}"' in month.text
    assert f'href="{here}"' not in (await site.get("stranger", "/calendar?month=2030-05")).text
    assert (await site.get("coordinator", "/calendar?month=x")).status_code == 200


async def test_a_link_shows_one_s_calendar_to_whoever_has_it_until_it_is_ended(site):
    page = await site.post("coordinator", "/calendar/link")
    address = re.search(r"/calendar/feed/[\w-]{40,}\.ics", page.text)[0]
    feed = await site.get(None, address)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert feed.content.startswith(b"BEGIN:VCALENDAR\r\n")
    anew = await site.post("coordinator", "/calendar/link")
    newer = re.search(r"/calendar/feed/[\w-]{40,}\.ics", anew.text)[0]
    assert (await site.get(None, address)).status_code == 404
    assert (await site.get(None, newer)).status_code == 200
    assert (await site.post("coordinator", "/calendar/link/end")).status_code == 303
    assert (await site.get(None, newer)).status_code == 404


async def test_what_was_asked_for_stands_beside_what_came(site):
    here = f"/municipalities/{HERE}"
    need = {
        "programme": str(site.office.programme),
        "category": "laptop",
        "asked": "4",
        "applied_on": "2025-01-10",
    }
    early = need | {"approved": "3", "approved_on": "2025-01-01"}
    refused = await site.post("coordinator", f"{here}/needs", early)
    assert (refused.status_code, "раніше" in refused.text) == (422, True)
    assert (await site.post("custodian", f"{here}/needs", need)).status_code == 403
    good = need | {"approved": "3", "approved_on": "2025-02-01", "readiness": "60"}
    assert (await site.post("coordinator", f"{here}/needs", good)).status_code == 303
    (found,) = (await site.get("coordinator", f"/api/v1{here}/needs")).json()
    assert (found["asked"], found["approved"], found["delivered"]) == (4, 3, 0)
    assert (await site.get("stranger", f"/api/v1{here}/needs")).json() == []
    page = (await site.get("coordinator", here)).text
    assert "цифрова готовність 60 зі 100" in page
    assert "C." in page, "people are shown by their initials"
    assert "Custodian" not in page
    assert "<svg" in page
    ended = await site.post("coordinator", f"{here}/needs/{found['id']}/end")
    assert ended.status_code == 303
    assert (await site.get("coordinator", f"/api/v1{here}/needs")).json() == []
