"""From a packing list to a donor's report, through pages alone: the promise of the first page of README."""

import csv
import json
import re
from io import BytesIO, StringIO

from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import expect

from factories.pen import sign

MUNICIPALITY = "UA18080010000090720"
HEADINGS = (
    "Програма",
    "Номер партії",
    "Громада",
    "Категорія",
    "Найменування",
    "Виробник",
    "Модель",
    "Серійний номер",
    "Кількість",
    "Ціна за одиницю",
    "Валюта",
)
THINGS = (
    ("Ноутбук", "Ноутбук ProBook", "HP", "ProBook 450 G9", "5CD0001AAA", 1, "38 500,00", "UAH"),
    ("ДБЖ", "ДБЖ для робочого місця", "APC", "BX950MI-GR", "000123", 1, "4 850,50", "UAH"),
    ("Інше", "Кабель живлення", "", "", "", 4, "120", "UAH"),
)


def packing_list(path):
    book = Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    for thing in THINGS:
        sheet.append(("PROSTO", "PL-100", MUNICIPALITY, *thing))
    book.save(path)
    return path


def sign_on_the_glass(page):
    """Whoever takes it over signs at the desk; what was written is shown with the act, and ink is on it."""
    page.get_by_text("Підписати на екрані").click()
    keep = page.get_by_role("button", name="Зберегти підпис")
    sign(page)
    page.get_by_role("button", name="Стерти").click()
    sign(page)
    keep.click()
    expect(page.locator(".flash.good")).to_contain_text("Підпис")
    (shown,) = page.locator("ul.signatures img").all()
    answer = page.request.get(page.evaluate("(img) => img.src", shown.element_handle()))
    ink = Image.open(BytesIO(answer.body())).convert("L").histogram()
    assert sum(ink[:100]) > 200


def scan_of_the_act():
    out = BytesIO()
    Image.effect_noise((700, 990), 40).convert("RGB").save(out, "JPEG")
    return {"name": "act.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def fetched(desk, href):
    answer = desk.context.request.get(desk.base + href)
    assert answer.ok, href
    return answer.body()


def test_from_packing_list_to_report(somebody, tmp_path):
    coordinator = somebody().log_in("coordinator")
    page = coordinator.page
    path = packing_list(tmp_path / "packing-list.xlsx")

    # The list is looked at, recorded, and changes nothing the second time.
    coordinator.open("/imports")
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Переглянути список").click()
    expect(page.get_by_role("button", name="Записати", exact=True)).to_be_visible()
    page.get_by_role("button", name="Записати", exact=True).click()
    page.get_by_role("link", name="PL-100").first.click()
    expect(page.locator("h1")).to_have_text("PL-100")
    expect(page.locator("tbody tr")).to_have_count(3)
    there = page.url
    coordinator.open("/imports")
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Переглянути список").click()
    expect(page.locator("main")).not_to_contain_text("Буде створено")
    page.goto(there)

    # It is sent; somebody in the field takes it over and sets it up.
    page.get_by_role("button", name="Відправити").click()
    laptop = page.locator("tr", has_text="5CD0001AAA").locator("a.tag").inner_text()
    technician = somebody(width=390).log_in("technician")
    phone = technician.page
    technician.open(f"/A/{laptop.replace('-', '')}")
    phone.get_by_role("link", name="Записати доставку").click()
    phone.get_by_role("button", name="Записати доставку").click()
    phone.get_by_role("link", name="Встановити").click()
    phone.get_by_label("ЦНАП Баранівської міської ради").check()
    phone.get_by_role("button", name="Встановити").click()
    expect(phone.locator(".timeline")).to_contain_text("Встановлено")

    # The rest is handed over; the act is drawn up, printed, signed, and title passes.
    page.goto(there)
    page.get_by_role("button", name="Записати доставку").click()
    page.get_by_role("button", name="Скласти акт").click()
    act = fetched(coordinator, page.get_by_role("link", name="Надрукувати акт").get_attribute("href"))
    assert act.startswith(b"%PDF")
    sign_on_the_glass(page)
    page.set_input_files("#f-scan", [scan_of_the_act()])
    page.get_by_role("button", name="Долучити підписаний скан").click()
    expect(page.locator(".steps")).to_contain_text("Акт підписано")
    expect(page.locator("tbody")).not_to_contain_text("Доставлено")

    # The donor takes the report along in every form.
    donor = somebody().log_in("donor")
    donor.open(f"/reports/municipalities/{MUNICIPALITY}")
    report = donor.page
    expect(report.locator("h1")).to_contain_text("Баранівська")
    expect(report.locator("main")).to_contain_text("ProBook 450 G9")
    links = [link.get_attribute("href") for link in report.locator("a[download]").all()]
    files = {
        found[1]: link
        for link in links
        if (found := re.search(rf"{MUNICIPALITY}\.(\w+)", link)) and "annex" not in link
    }
    assert fetched(donor, files["pdf"]).startswith(b"%PDF")
    assert fetched(donor, files["xlsx"]).startswith(b"PK")
    rows = list(csv.reader(StringIO(fetched(donor, files["csv"]).decode("utf-8-sig"))))
    assert any("5CD0001AAA" in cell for row in rows for cell in row)
    assert "5CD0001AAA" in json.dumps(json.loads(fetched(donor, files["json"])))

    # Before anything happened there was nothing to report.
    donor.open(f"/reports/municipalities/{MUNICIPALITY}?as_of=2020-01-01")
    expect(report.locator("main")).not_to_contain_text("5CD0001AAA")
