"""The pictures of README and docs/guide.md, taken from a running demonstration.

Run ``make run`` in one terminal and ``.venv/bin/python tools/make_pictures.py`` in another, with the
same environment. A Chromium is needed. Those of the three journeys are taken by the test that goes them
(``pytest tests/browser/test_journeys.py --pictures``).
"""

import os
import re
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from asset_tracker.demo.people import PEOPLE, password
from asset_tracker.settings import Settings, with_secret_key

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SETTINGS = with_secret_key(Settings.from_env(os.environ))
WITH_A_MISTAKE = (
    ("Програма", "Номер партії", "Громада", "Категорія", "Найменування", "Модель", "Серійний номер", "Ціна", "Валюта"),
    ("PROSTO", "PROSTO-11/01", "Овруцька", "Ноутбук", "Ноутбук", "ProBook 450 G9", "5CD3350QXB", "38 500,00", "UAH"),
    ("PROSTO", "PROSTO-11/01", "Овруцька", "Ноутбук", "Ноутбук", "ProBook 450 G9", "5CD3350QXB", "38 500,00", "UAH"),
    ("PROSTO", "PROSTO-11/01", "Миколаївська", "ДБЖ", "ДБЖ", "BX950MI-GR", "9B2231AX77", "4 850,50", "UAH"),
)  # fmt: skip


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        desk = seat(browser, "coordinator", 1280)
        take(desk, "/", "desk")
        take_import(desk)
        take(
            desk,
            first(desk, "/consignments?status=dispatched", r"/consignments/[0-9a-f-]{36}"),
            "consignment",
        )
        labelled = first(desk, "/consignments?status=planned", r"/consignments/[0-9a-f-]{36}")
        take(desk, f"/labels?consignment={labelled.rpartition('/')[2]}", "labels", height=1000)
        take(desk, "/municipalities/UA18080010000090720", "municipality")
        kit = first(desk, "/assets?category=vehicle", r"/a/[0-9A-Z]{4}-[0-9A-Z]{4}")
        take(desk, kit, "asset", height=1000)
        phone = seat(browser, "technician", 390)
        mine = first(phone, "/assets?stage=in_service", r"/a/[0-9A-Z]{4}-[0-9A-Z]{4}")
        take(phone, mine, "phone-asset", height=844)
        take(phone, f"{mine}/maintained", "phone-form", height=844)
        donor = seat(browser, "estdev", 1280)
        take(donor, "/reports/municipalities/UA18080010000090720", "report", height=1100)
        browser.close()


def seat(browser: Browser, who: str, width: int) -> Page:
    """Somebody at a browser, logged in."""
    person = next(each for each in PEOPLE if each.key == who)
    page = browser.new_context(viewport={"width": width, "height": 844}, locale="uk-UA").new_page()
    page.goto(f"{SETTINGS.base_url}/login")
    page.fill("#f-email", person.email)
    page.fill("#f-password", password(SETTINGS.secret_key or "", person))
    page.click("main button.main")
    return page


def first(page: Page, path: str, pattern: str) -> str:
    """The first address of that form on the page."""
    page.goto(SETTINGS.base_url + path)
    found = re.search(pattern, page.locator("main").inner_html())
    return found[0] if found else path


def take_import(page: Page) -> None:
    """The plan of a packing list with mistakes in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packing-list.xlsx"
        book = Workbook()
        for row in WITH_A_MISTAKE:
            book.worksheets[0].append(row)
        book.save(path)
        page.goto(f"{SETTINGS.base_url}/imports")
        page.set_input_files("#f-file", path)
        page.locator("main button.main:visible").first.click()
        page.wait_for_load_state()
        shoot(page, "import", 900)


def take(page: Page, path: str, name: str, height: int = 900) -> None:
    """A picture of a page's upper part."""
    page.goto(SETTINGS.base_url + path)
    shoot(page, name, height)


def shoot(page: Page, name: str, height: int) -> None:
    """Save what stands in the window, in 128 colours: a fifth of the size, and nobody sees it."""
    size = page.viewport_size
    width = size["width"] if size else 1280
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(300)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
    print(name)


if __name__ == "__main__":
    main()
