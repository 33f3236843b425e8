"""A run sheet for the driver: consignments of a day are chosen, and stand on one paper in the order of the stops."""

import re

import pypdfium2
import pytest

pytestmark = pytest.mark.anyio


def text_of(pdf):
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


async def test_several_consignments_stand_on_one_paper_in_the_order_of_the_stops(site):
    second = {"programme": str(site.office.programme), "number": "PL-8", "municipality": "Овруцька"}
    made = await site.post("coordinator", "/consignments", second)
    other = made.headers["location"].rsplit("/", 1)[1]
    sent = {"waybill": "59000", "expected_on": "2030-05-06"}
    first = str(site.office.consignment)
    assert (await site.post("coordinator", f"/consignments/{first}/dispatch", sent)).status_code == 303

    page = (await site.get("technician", "/run-sheets/driver?day=2030-05-06")).text
    assert re.search(rf'name="stop" value="{first}" checked', page)
    assert "PL-8" not in page, "nothing is on it yet"
    assert (
        "/run-sheets/driver?day=2030-05-06" in (await site.get("coordinator", "/calendar?month=2030-05")).text
    )
    assert (await site.get("stranger", "/run-sheets/driver?day=2030-05-06")).text.count('name="stop"') == 0
    assert (await site.get("technician", "/run-sheets/driver?day=x")).status_code == 200

    none = await site.get("coordinator", "/run-sheets/driver.pdf?day=2030-05-06")
    assert (none.status_code, "хоча б одну партію" in none.text) == (422, True)
    asked = f"/run-sheets/driver.pdf?stop={first}&stop={other}&at-{first}=2&at-{other}=1"
    told = text_of((await site.get("coordinator", asked)).content)
    assert told.index("PL-8") < told.index("PL-7")
    assert "59000" in told
    assert "Комплект" in told
    assert "Вебкамера" not in told, "what is packed in a kit is unloaded with it"
    assert (await site.get("stranger", asked)).status_code == 404
    wanted = {"consignment": [first, other]}
    answer = await site.get("coordinator", "/api/v1/run-sheet/driver.pdf", params=wanted)
    told = text_of(answer.content)
    assert told.index("PL-7") < told.index("PL-8")
