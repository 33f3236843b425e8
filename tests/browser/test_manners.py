"""How pages behave: keyboard, widths, languages, darkness, without a script, with fragments; the tour."""

import re

import pytest
from playwright.sync_api import expect

from asset_tracker.web.chrome import STEPS

PAGES = (
    "/",
    "/assets",
    "/consignments",
    "/municipalities",
    "/municipalities/UA18080010000090720",
    "/programmes",
    "/parties",
    "/find?q=Ноутбук",
    "/me",
    "/people",
    "/people/new",
    "/a/{laptop}",
    "/a/{laptop}/maintained",
    "/a/{laptop}/moved",
    "/consignments/{consignment}",
    "/nowhere",
)
TOUR = {
    "uk": ("Почати знайомство", "Наступний крок", "Завершити", "Далі", "Крок"),
    "en": ("Begin the tour", "Next step", "Finish", "Continue", "Step"),
}


@pytest.mark.parametrize("width", [390, 768, 1280, 2560])
def test_nothing_is_wider_than_the_screen(somebody, office, width):
    desk = somebody(width=width).log_in("administrator")
    for path in PAGES:
        desk.open(path.format(**office._asdict()))
        assert desk.width_is_kept(), path


def test_the_donor_sees_only_what_they_paid_for(somebody, office):
    desk = somebody().log_in("donor")
    desk.open("/assets")
    expect(desk.page.locator("tbody")).to_contain_text("Ноутбук")
    expect(desk.page.locator("tbody")).not_to_contain_text("Чужий")
    assert desk.open(f"/a/{office.foreign}").status == 404
    assert desk.open("/consignments").status == 403


def test_the_language_is_switched_and_kept(somebody):
    desk = somebody().log_in("custodian")
    page = desk.page
    desk.press(page.get_by_role("button", name="English"))
    expect(page.locator("h1")).to_have_text("Today")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    desk.context.clear_cookies(name="lang")
    desk.open("/")
    expect(page.locator("h1")).to_have_text("Today")
    page.get_by_role("button", name="Українська").click()
    expect(page.locator("h1")).to_have_text("Сьогодні")


def test_keys_lead_everywhere(somebody, office):
    desk = somebody().log_in("coordinator")
    page = desk.page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("До змісту")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type(office.laptop.lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ноутбук")
    page.locator(".top-tools summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Вийти")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Вийти")).to_be_hidden()
    expect(page.locator(".top-tools summary")).to_be_focused()


def test_the_find_field_proposes_while_one_types(somebody):
    desk = somebody().log_in("coordinator")
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("5CD23")
    expect(page.locator("#suggestions a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ноутбук")
    page.fill("#find", "овр")
    expect(page.locator("#suggestions")).to_contain_text("Овруцька")
    page.locator("#find").press("Escape")
    expect(page.locator("#suggestions a")).to_have_count(0)


def test_filters_answer_at_once_and_stand_in_the_address(somebody):
    desk = somebody().log_in("coordinator")
    page = desk.page
    desk.open("/assets")
    page.select_option("#f-category", "camera")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**category=camera**")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_count_of_filters_is_that_of_the_list_on_a_phone_and_after_going_back(somebody):
    desk = somebody(width=390).log_in("coordinator")
    desk.open("/assets")
    used = desk.page.locator("#filters-used .count")
    expect(used).to_have_count(0)
    desk.page.locator("label[for=fold-filters]").click()
    desk.page.select_option("#f-category", "laptop")
    expect(used).to_have_text("1")
    desk.press(desk.page.locator("tbody a").first)
    expect(desk.page).to_have_url(re.compile("/a/"))
    desk.page.go_back()
    expect(used).to_have_text("1")
    desk.page.go_back()
    expect(used).to_have_count(0)
    desk.page.go_forward()
    expect(used).to_have_text("1")
    # What one went back to is a new page in the old one: its find field is walked by keys like the first one.
    desk.page.fill("#find", "5CD23")
    expect(desk.page.locator("#suggestions a")).to_have_count(1)
    desk.page.keyboard.press("ArrowDown")
    expect(desk.page.locator("#suggestions a")).to_be_focused()


def test_a_wrong_form_points_to_what_is_wrong(somebody, office):
    desk = somebody(width=390).log_in("technician")
    page = desk.page
    desk.open(f"/a/{office.laptop}/maintained")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.fill("#f-cost", "багато")
    desk.press(page.get_by_role("button", name="Записати обслуговування"))
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems li")).to_have_count(2)
    expect(page.locator("#f-cost")).to_have_value("багато")
    expect(page.locator("#f-work")).to_have_attribute("aria-invalid", "true")


def test_everything_works_without_a_script(somebody, office):
    desk = somebody(width=390, java_script_enabled=False).log_in("technician")
    page = desk.page
    desk.open("/assets")
    page.get_by_text("Фільтри", exact=True).click()
    page.select_option("#f-category", "camera")
    page.get_by_role("button", name="Показати").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    desk.open(f"/a/{office.laptop}/note")
    page.fill("#f-note", "Без скриптів")
    page.get_by_role("button", name="Додати примітку").click()
    expect(page.locator(".timeline")).to_contain_text("Без скриптів")
    page.locator(".bar summary").click()
    expect(page.locator(".bar .menu-list").get_by_role("link", name="Програми")).to_be_visible()


def test_dark_follows_the_system(somebody):
    desk = somebody(color_scheme="dark").log_in("technician")
    assert desk.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 23, 26)"


def test_targets_are_large_enough_for_a_thumb(somebody, office):
    desk = somebody(width=390, has_touch=True).log_in("technician")
    desk.open(f"/a/{office.laptop}")
    small = desk.page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .bar a, .bar summary, .menu-list a")]
            .filter((e) => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44))
            .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize(("who", "lang", "width"), [("coordinator", "uk", 390), ("donor", "en", 1280)])
def test_five_steps_lead_through_the_work_of_each(somebody, who, lang, width):
    """The tour is offered, gone through, left and gone on with, and not offered again."""
    begin, on, finish, again, step = TOUR[lang]
    desk = somebody(width=width, lang=lang).log_in(who)
    page = desk.page
    if lang == "en":
        page.request.post(
            f"{desk.base}/language", form={"lang": "en"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    desk.open("/" if who == "coordinator" else "/tour")
    desk.press(page.get_by_role("link", name=begin if who == "coordinator" else "Begin", exact=True))
    titles = []
    for number in range(1, STEPS + 1):
        expect(page.locator("main .head p")).to_contain_text(f"{step} {number} ")
        assert desk.width_is_kept()
        titles.append(page.locator("h1").inner_text())
        # where it is done is there, and open to whoever is led to it
        place = page.locator("main .card .buttons a").get_attribute("href")
        assert page.request.get(desk.base + place).ok, place
        if number == 3:  # left, and gone on with where it was left
            desk.open("/tour")
            expect(page.locator(".tour li.done")).to_have_count(3)
            desk.press(page.get_by_role("link", name=again, exact=True))
        elif number < STEPS:
            desk.press(page.get_by_role("link", name=on, exact=True))
    assert len(set(titles)) == STEPS
    desk.press(page.get_by_role("button", name=finish, exact=True))
    expect(page.locator(".tour-offer")).to_have_count(0)
    desk.open("/")
    expect(page.locator(".tour-offer")).to_have_count(0)
