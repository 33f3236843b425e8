"""Labels at a browser: chosen, looked at, printed; bound, replaced, linked."""

import re

import pypdfium2
import pytest

from asset_tracker.ledger.tags import format_tag, new_tag
from factories.office import BARANIVKA, PEOPLE

pytestmark = pytest.mark.anyio

DESK = {
    who: 200 if who in ("administrator", "coordinator", "technician", "stranger") else 403 for who in PEOPLE
}
PAGES = {
    "/labels": DESK,
    "/labels?blank=5&stock=ZEBRA-2X1": DESK,
    "/labels/stock": DESK,
    "/labels/alignment.pdf?stock=L7160&offset_x=0,5": DESK,
    "/a/{laptop}/label": {**dict.fromkeys(PEOPLE, 200), "stranger": 404},
}


def pdf_text(answer):
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))


async def blank(site, who="coordinator"):
    answer = await site.post(who, "/labels", {"what": "blank", "blank": "1", "stock": "99012"})
    return re.search(r"\w{4}-\w{4}", pdf_text(answer))[0]


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_for_each_role(site, path):
    there = path.format(**site.office._asdict())
    assert {who: (await site.get(who, there)).status_code for who in PEOPLE} == PAGES[path]


@pytest.mark.parametrize("what", ["consignment", "municipality", "tags"])
async def test_choose_look_and_print(site, what):
    chosen = {
        "consignment": str(site.office.consignment),
        "municipality": BARANIVKA if what == "tags" else "Баранівка",
        "tags": f"{site.office.laptop.lower()}\n{site.office.kit}",
    }
    form = {"what": what, what: chosen[what], "stock": "L7160", "line2": "donors", "start_cell": "20"}
    seen = await site.get("coordinator", "/labels", params=form)
    assert 'viewBox="0 0 210 297"' in seen.text
    assert "2 сторінки" in seen.text or what == "tags"
    fragment = await site.get("coordinator", "/labels", params=form, headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith("<p")
    text = pdf_text(await site.post("coordinator", "/labels", form))
    assert site.office.laptop in text
    assert "Sida, ESTDEV" in text
    history = await site.get("coordinator", f"/a/{site.office.laptop}")
    assert "Надруковано мітку" in history.text
    assert "Надрукувати ще раз" in (await site.get("coordinator", "/labels")).text


async def test_looking_makes_no_tags(site):
    seen = await site.get("coordinator", "/labels", params={"what": "blank", "blank": "40"})
    assert "40 міток" in seen.text
    first, second = await blank(site), await blank(site)
    assert first != second


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"what": "tags", "tags": "7K3M-9QXD"}, "7K3M-9QXD: Один знак хибний"),
        ({"what": "tags", "tags": ""}, "Оберіть щось одне"),
        ({"what": "municipality", "municipality": "Ніде"}, "f-municipality"),
        ({"what": "blank", "blank": "three"}, "Ціле число"),
        ({"what": "blank", "blank": "999999"}, "Щонайбільше 10 000"),
        ({"what": "blank", "blank": "1", "start_cell": "22"}, "мітки від 1 до 21"),
        ({"what": "blank", "blank": "1", "offset_x": "99", "scale_y": "7"}, "Множник від"),
        ({"what": "blank", "blank": "1", "output": "zpl"}, "для рулонів"),
        ({"what": "blank", "blank": "1", "dpi": "100", "copies": "x"}, "Оберіть"),
    ],
)
async def test_what_is_wrong_is_told_beside_what_was_typed(site, form, says):
    answer = await site.post("coordinator", "/labels", form)
    assert answer.status_code == 422
    assert says in answer.text
    assert "<form" in answer.text


async def test_a_print_is_done_again(site):
    await site.post("coordinator", "/labels", {"what": "tags", "tags": site.office.kit, "stock": "DK-11209"})
    listed = await site.get("coordinator", "/labels")
    path = re.search(r'action="(/labels/prints/[0-9a-f-]+/again)"', listed.text)[1]
    assert site.office.kit in pdf_text(await site.post("coordinator", path))
    assert (await site.post("stranger", path)).status_code == 404


async def test_a_preset_fills_the_form(site):
    form = {"what": "blank", "blank": "3", "stock": "5160", "offset_x": "0,7", "preset_name": "Кабінет 5"}
    answer = await site.post("coordinator", "/labels/presets", form)
    assert answer.status_code == 303
    shown = await site.get("coordinator", answer.headers["location"])
    assert re.search(r'name="offset_x"[^>]*value="0\.7"', shown.text)
    assert re.search(r'<option value="5160" selected>', shown.text)
    assert 'value="3"' in shown.text
    assert "Вилучити «Кабінет 5»" in shown.text
    assert (
        await site.post("coordinator", "/labels/presets/forget", {"preset": "Кабінет 5"})
    ).status_code == 303
    assert "Кабінет 5" not in (await site.get("coordinator", "/labels")).text
    nameless = await site.post("coordinator", "/labels/presets", {**form, "preset_name": " "})
    assert nameless.status_code == 422


async def test_stock_of_one_s_own_is_drawn_kept_used_and_forgotten(site):
    drawn = await site.get("coordinator", "/labels/stock", params={"columns": "2"})
    assert drawn.text.count("stroke-dasharray") == 1
    wrong = await site.post(
        "coordinator", "/labels/stock", {"title": "Мій аркуш", "columns": "9", "rows": "x"}
    )
    assert wrong.status_code == 422
    kept = await site.post(
        "coordinator", "/labels/stock", {"title": "Мій аркуш", "columns": "2", "width": "60,5"}
    )
    assert kept.status_code == 303
    assert "Мій аркуш" in (await site.get("coordinator", "/labels")).text
    printed = await site.post("coordinator", "/labels", {"what": "blank", "blank": "2", "stock": "мій аркуш"})
    assert printed.headers["content-type"] == "application/pdf"
    gone = await site.post("coordinator", "/labels/stock/МІЙ АРКУШ/delete")
    assert gone.status_code == 303
    assert "Мій аркуш" not in (await site.get("coordinator", "/labels")).text


async def test_a_blank_label_leads_to_its_asset(site):
    code = await blank(site)
    scanned = await site.get("coordinator", f"/A/{code.replace('-', '')}")
    assert (scanned.status_code, scanned.headers["location"]) == (303, f"/labels/bind/{code}")
    found = await site.get("coordinator", f"/labels/bind/{code}", params={"q": "CAM-1"})
    asset = re.search(r'name="asset" value="([0-9a-f-]{36})"', found.text)[1]
    bound = await site.post("coordinator", f"/labels/bind/{code}", {"asset": asset})
    assert bound.headers["location"] == f"/a/{code}"
    assert "Вебкамера" in (await site.get("coordinator", f"/a/{code}")).text
    assert (await site.get(None, f"/a/{await blank(site)}")).status_code == 200, "a stranger learns nothing"


async def test_a_damaged_label_is_replaced_and_retired(site):
    old, new = await blank(site), format_tag(new_tag())
    found = await site.get("coordinator", f"/labels/bind/{old}", params={"q": "CAM-1"})
    asset = re.search(r'name="asset" value="([0-9a-f-]{36})"', found.text)[1]
    await site.post("coordinator", f"/labels/bind/{old}", {"asset": asset})
    wrong = await site.post("technician", f"/a/{old}/label", {"tag": site.office.kit})
    assert wrong.status_code == 422
    assert "вже на іншому активі" in wrong.text
    done = await site.post("technician", f"/a/{old}/label", {"tag": new.lower(), "why": "damaged"})
    assert done.headers["location"] == f"/a/{new}"
    retired = await site.post("coordinator", f"/a/{new}/retire", {"old": old})
    assert retired.status_code == 303
    assert "вилучено з обігу" in (await site.get("coordinator", f"/a/{new}/label")).text


async def test_a_maker_s_code_finds_the_asset(site):
    code = "MAKER/2381/я"
    linked = await site.post("technician", f"/a/{site.office.laptop}/codes", {"code": code})
    assert linked.status_code == 303
    found = await site.get("technician", "/find", params={"q": code})
    assert found.headers["location"].startswith("/a/")
    again = await site.post("technician", f"/a/{site.office.kit}/codes", {"code": code})
    assert again.status_code == 422
