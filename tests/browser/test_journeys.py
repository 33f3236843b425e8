"""Three journeys through pages alone, each in both languages; with ``--pictures`` they are those of the guide."""

import csv
import json
import re
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from asset_tracker.i18n import LANGS, gettext
from factories.journeys import furnish_journeys
from factories.office import BARANIVKA
from factories.pen import sign
from factories.served import served

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
HEADINGS = (
    "Програма",
    "Номер партії",
    "Громада",
    "Категорія",
    "Найменування",
    "Назва англійською",
    "Виробник",
    "Модель",
    "Серійний номер",
    "Кількість",
    "Ціна за одиницю",
    "Валюта",
)
THINGS = (
    ("Ноутбук", "Ноутбук ProBook", "ProBook laptop", "HP", "ProBook 450 G9", "5CD0001", 1, "38 500,00", "UAH"),
    ("ДБЖ", "ДБЖ для робочого місця", "UPS of a desk", "APC", "BX950MI-GR", "000123", 1, "4 850,50", "UAH"),
    ("Інше", "Кабель живлення", "Power cable", "", "", "", 4, "120", "UAH"),
)  # fmt: skip


@pytest.fixture(scope="module")
def server(new_database, tmp_path_factory):
    with served(new_database(), tmp_path_factory.mktemp("data"), furnish_journeys) as served_at:
        yield served_at


class Reader:
    """Somebody at a desk who presses what the pages say in their language."""

    def __init__(self, desk, lang, shoot):
        self.desk, self.page, self.lang, self.shoot = desk, desk.page, lang, shoot

    def say(self, msgid, **params):
        return gettext(self.lang, msgid, **params)

    def open(self, path):
        self.desk.open(path)
        return self

    def button(self, msgid, within="main"):
        return self.page.locator(within).get_by_role("button", name=self.say(msgid), exact=True).first

    def press(self, msgid, within="main"):
        self.desk.press(self.button(msgid, within))

    def follow(self, msgid, within="main"):
        self.desk.press(self.page.locator(within).get_by_role("link", name=self.say(msgid), exact=True).first)

    def sees(self, msgid, within="main", **params):
        expect(self.page.locator(within).first).to_contain_text(self.say(msgid, **params))

    def next_is(self, msgid):
        """The step that the page says is for now."""
        expect(self.page.locator(".guide [aria-current] h3")).to_contain_text(self.say(msgid))

    def picture(self, name, height=900):
        self.shoot(self.page, self.lang, name, height)
        assert self.desk.width_is_kept()

    def fetched(self, href):
        answer = self.desk.context.request.get(self.desk.base + href)
        assert answer.ok, href
        return answer.body()


@pytest.fixture
def shoot(request):
    """Keeps what stands in the window, in Ukrainian and if asked for: 128 colours are a fifth of the size."""
    wanted = request.config.getoption("pictures")

    def keep(page, lang, name, height):
        if not wanted or lang != "uk":
            return
        size = page.viewport_size
        page.set_viewport_size({"width": size["width"], "height": height})
        shown = Image.open(BytesIO(page.screenshot())).convert("RGB")
        shown.quantize(128, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
        page.set_viewport_size(size)

    return keep


@pytest.fixture(params=LANGS)
def seat(request, somebody, shoot):
    """A function that seats somebody who reads the language of this round."""

    def sit(who, width=1280):
        desk = somebody(width=width, lang=request.param)
        # As the button of the page sets it; the account's own language is Ukrainian.
        desk.context.add_cookies([{"name": "lang", "value": request.param, "url": desk.base}])
        return Reader(desk.log_in(who), request.param, shoot)

    sit.lang = request.param
    return sit


def packing_list(path, code):
    book = Workbook()
    book.active.append(HEADINGS)
    for kind, uk, en, maker, model, serial, *rest in THINGS:
        row = (
            code,
            f"PL-{code}",
            BARANIVKA,
            kind,
            uk,
            en,
            maker,
            model,
            serial and f"{serial}{code[-2:]}",
            *rest,
        )
        book.active.append(row)
    book.save(path)
    return path


def a_photo(of, wall="#d9ded9"):
    """A photo of a laptop; as a scan it does as well. What was kept as the one is not kept as the other too."""
    seen = Image.new("RGB", (900, 640), wall)
    pen = ImageDraw.Draw(seen)
    pen.rounded_rectangle((190, 90, 710, 420), 18, "#2b3436")
    pen.rectangle((215, 115, 685, 395), "#0b1012")
    pen.polygon(((190, 430), (710, 430), (800, 540), (100, 540)), "#8d9a9c")
    pen.polygon(((390, 500), (510, 500), (525, 528), (375, 528)), "#6f7c7e")
    out = BytesIO()
    seen.save(out, "JPEG")
    return {"name": f"{of}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def add_the_programme(administrator, code):
    """A programme with two donors, by whose rules it lives, and somebody who runs it."""
    page = administrator.open("/programmes/new").page
    for name, text in (("code", code), ("name_uk", f"Програма {code}"), ("name_en", f"Programme {code}")):
        page.fill(f"#f-{name}", text)
    page.select_option("#f-implementer", label="SALAR International")
    for n, (donor, percent) in enumerate((("Sida", "60"), ("ESTDEV", "40"))):
        page.select_option(f"[name=donor_{n}]", label=donor)
        page.fill(f"[name=percent_{n}]", percent)
    for name, value in (
        ("legal_regime", "technical_assistance"),
        ("title_passes", "on_acceptance"),
        ("currency", "UAH"),
    ):
        page.locator(f"[name={name}][value={value}]").check()
    administrator.press("Add")
    administrator.open("/programmes")
    administrator.desk.press(page.locator("main a", has_text=code).first)
    administrator.follow("Rules")
    page.select_option("#f-preset", "ua_budget")
    administrator.press("Add")
    expect(page.locator("tbody tr")).not_to_have_count(0)
    administrator.picture("journey-rules", 760)
    administrator.open("/people")
    administrator.desk.press(page.get_by_role("link", name="Coordinator", exact=True))
    page.locator("details", has=page.locator("[name=role]")).locator("summary").click()
    page.locator("[name=role][value=coordinator]").check()
    choose(page, "#f-programme", code)
    administrator.press("Give the role")
    expect(page.locator("main table").first).to_contain_text(code)


def choose(page, field, beginning):
    """Of a list the answer that begins so."""
    option = page.locator(f"{field} option").filter(has_text=re.compile(f"^{re.escape(beginning)}"))
    page.select_option(field, option.get_attribute("value"))


def sign_on_the_glass(coordinator):
    """Whoever takes it over signs at the desk; what was written is shown with the act, and ink is on it."""
    page = coordinator.page
    page.get_by_text(coordinator.say("Sign on the glass")).click()
    sign(page)
    coordinator.button("Clear").click()
    sign(page)
    coordinator.press("Save the signature")
    coordinator.sees("The signature was saved.", ".flash.good")
    ink = Image.open(BytesIO(coordinator.fetched(page.locator("ul.signatures img").get_attribute("src"))))
    assert sum(ink.convert("L").histogram()[:100]) > 200


def test_a_new_programme_from_packing_list_to_signed_acts(seat, tmp_path):
    code = f"NEW-{seat.lang.upper()}"
    add_the_programme(seat("administrator"), code)
    path = packing_list(tmp_path / f"{code}.xlsx", code)

    # The list is looked at, recorded, and changes nothing the second time.
    coordinator = seat("coordinator")
    page = coordinator.open("/imports").page
    page.set_input_files("#f-file", path)
    coordinator.press("Check the list")
    expect(page.get_by_role("button", name=coordinator.say("Record it"), exact=True)).to_be_visible()
    coordinator.picture("journey-import")
    coordinator.press("Record it")
    coordinator.desk.press(page.get_by_role("link", name=f"PL-{code}").first)
    expect(page.locator("h1")).to_have_text(f"PL-{code}")
    expect(page.locator("tbody tr")).to_have_count(len(THINGS))
    there = page.url.removeprefix(coordinator.desk.base)
    if seat.lang == "uk":
        coordinator.open("/imports")
        page.set_input_files("#f-file", path)
        coordinator.press("Check the list")
        expect(page.locator("main")).not_to_contain_text(coordinator.say("Will be created"))

    # It is sent; somebody in the field takes a laptop over and sets it up.
    coordinator.open(there).press("Dispatch")
    coordinator.sees("The consignment is on its way.", ".flash")
    laptop = page.locator("tr", has_text=f"5CD0001{code[-2:]}").locator("a.tag").inner_text()
    technician = seat("technician", width=390)
    technician.open(f"/A/{laptop.replace('-', '')}")
    technician.follow("Record delivery")
    technician.press("Record delivery")
    technician.follow("Install")
    technician.page.locator("[name=service_point]").first.check()
    technician.press("Install")
    technician.sees("Installed", ".timeline")

    # The rest is handed over; the act is drawn up, printed, signed, and title passes.
    coordinator.open(there).picture("journey-on-the-way")
    coordinator.press("Record delivery")
    coordinator.press("Draw up the act")
    act = page.get_by_role("link", name=coordinator.say("Print the act")).get_attribute("href")
    assert coordinator.fetched(act).startswith(b"%PDF")
    sign_on_the_glass(coordinator)
    page.set_input_files("#f-scan", [a_photo("scan")])
    coordinator.press("Attach the signed scan")
    coordinator.sees("The signed act was attached. The assets are accepted.", ".flash")
    expect(page.locator("tbody")).not_to_contain_text(coordinator.say("Delivered"))
    coordinator.picture("journey-signed", 1000)
    coordinator.open(f"/a/{laptop}").sees("The municipality’s", ".four")
    if seat.lang == "uk":
        the_donor_takes_it_along(seat("donor"), f"5CD0001{code[-2:]}")


def the_donor_takes_it_along(donor, serial):
    """The report of the municipality in every form; before anything happened there was nothing to report."""
    page = donor.open(f"/reports/municipalities/{BARANIVKA}").page
    expect(page.locator("main")).to_contain_text("ProBook 450 G9")
    links = [link.get_attribute("href") for link in page.locator("a[download]").all()]
    named = (re.search(rf"{BARANIVKA}\.(\w+)", link) for link in links if "annex" not in link)
    files = {found[1]: found.string for found in named if found}
    assert donor.fetched(files["pdf"]).startswith(b"%PDF")
    assert donor.fetched(files["xlsx"]).startswith(b"PK")
    rows = list(csv.reader(StringIO(donor.fetched(files["csv"]).decode("utf-8-sig"))))
    assert any(serial in cell for row in rows for cell in row)
    assert serial in json.dumps(json.loads(donor.fetched(files["json"])))
    donor.open(f"/reports/municipalities/{BARANIVKA}?as_of=2020-01-01")
    expect(page.locator("main")).not_to_contain_text(serial)


def test_a_year_end_verification_with_losses(seat, server):
    code, tags = server[1].standing[seat.lang]
    coordinator = seat("coordinator")
    page = coordinator.open("/verifications").page
    coordinator.follow("Begin a count")
    page.fill("#f-municipality", "Баранівська")
    coordinator.press("Next")
    choose(page, "#f-programme", code)
    choose(page, "#f-counter", "Technician")
    page.fill("#f-commission", "Оксана Коваль, секретар ради")
    coordinator.press("Begin")
    coordinator.next_is("See each thing on site")
    coordinator.sees("Not scanned yet: %(n)s.", ".guide", n=len(tags))
    coordinator.picture("journey-count", 820)
    here = page.url.removeprefix(coordinator.desk.base)

    # Two things are there; the third nobody finds.
    technician = seat("technician", width=390)
    phone = technician.open(here).page
    for tag in tags[:2]:
        phone.fill("#f-code", tag)
        technician.press("I see it here")
        expect(phone.locator(".flash.good")).to_contain_text(tag)
    coordinator.open(here).press("End the count")
    coordinator.next_is("Have the certificate signed")
    certificate = page.get_by_role("link", name=coordinator.say("Print the certificate")).get_attribute(
        "href"
    )
    assert coordinator.fetched(certificate).startswith(b"%PDF")
    page.set_input_files("#f-scan", [a_photo("scan")])
    coordinator.press("Attach the signed scan")
    coordinator.next_is("Record what is missing as lost")
    coordinator.picture("journey-missing", 1000)
    coordinator.press("Open a loss case", "#missing")

    # The loss is looked into as the donor's rules ask, and written off.
    coordinator.next_is("Tell the donor")
    case = page.url.removeprefix(coordinator.desk.base)
    expect(page.locator(".guide .now")).to_contain_text("Грантова угода, ст. 12")
    coordinator.picture("journey-loss")
    page.fill("#f-donor_informed_on", page.locator(".head time").first.get_attribute("datetime")[:10])
    coordinator.press("Save")
    coordinator.next_is("Find out what happened")
    page.fill("#f-text", "Оглянуто всі кабінети.")
    coordinator.press("Add a note")
    coordinator.next_is("Get the donor’s consent, if it is to be written off")
    coordinator.follow("Record the consent", ".guide")
    choose(page, "#f-donor", "Sida")
    page.fill("#f-reference", "Лист № 7")
    coordinator.press("The donor agreed")
    coordinator.next_is("Decide and close the case")
    page.locator("[name=decision][value=written_off]").check()
    page.fill("#f-reason", "Рішення комісії № 3")
    coordinator.press("Close the loss case")
    coordinator.sees("Closed", ".head")
    expect(page.locator(".guide [aria-current]")).to_have_count(0)
    expect(page).to_have_url(re.compile(re.escape(case)))
    coordinator.open(here).sees("The next verification", ".guide")
    expect(page.locator(".guide [aria-current]")).to_have_count(0)


def test_a_repair_from_fault_to_cost(seat, server):
    _, tags = server[1].standing[seat.lang]
    tag = tags[0]
    technician = seat("technician", width=390)
    phone = technician.open(f"/a/{tag}").page
    technician.follow("Report a fault")
    phone.fill("#f-description", "Не вмикається")
    phone.locator("[name=condition][value=unserviceable]").check()
    technician.picture("journey-fault", 844)
    phone.set_input_files("#f-photos", [a_photo("fault", wall="#e6dfd3")])
    technician.press("Report a fault")
    technician.sees("Does not work", ".four")
    phone.locator(".photos img").scroll_into_view_if_needed()
    expect(phone.locator(".photos img")).not_to_have_js_property("naturalWidth", 0)

    coordinator = seat("coordinator")
    page = coordinator.open("/").page
    broken = page.locator(f".todo a[href='/a/{tag}']").first
    expect(broken).to_be_visible()
    coordinator.picture("journey-broken")
    coordinator.desk.press(broken)
    page.locator("main details", has=page.locator("a[href$='/sent_for_repair']")).locator("summary").click()
    coordinator.follow("Send for repair")
    page.fill("#f-to", "Сервіс-Житомир")
    coordinator.press("Send for repair")
    coordinator.sees("Away for a while", ".four")
    coordinator.follow("Order work")
    page.fill("#f-title", "Забрати з ремонту і перевірити")
    choose(page, "#f-assignee", "Technician")
    coordinator.press("Order")
    coordinator.sees("The work order was created.", ".flash")
    coordinator.picture("journey-order", 760)

    technician.open("/orders")
    technician.desk.press(
        phone.locator("tr", has_text=tag).get_by_role("link", name=technician.say("Record it"))
    )
    phone.fill("#f-work", "Замінено блок живлення")
    phone.fill("#f-parts", "Блок живлення 65 Вт")
    phone.fill("#f-cost", "2 100")
    phone.locator("[name=condition][value=working]").check()
    technician.press("Record a repair")
    technician.sees("Working", ".four")
    technician.open("/orders")
    expect(phone.locator("main")).not_to_contain_text(tag)
    coordinator.open(f"/a/{tag}")
    cost = "2\u00a0100,00\u00a0₴" if seat.lang == "uk" else "2,100.00\u00a0₴"
    expect(page.locator(".timeline")).to_contain_text(cost)
    expect(page.locator("#upkeep")).to_contain_text(cost)
    coordinator.picture("journey-repaired", 980)
