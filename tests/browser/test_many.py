"""One fact for many assets from the list, by mouse and keyboard, and taken back; the find field by keyboard."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_many_assets_get_one_fact_which_is_taken_back(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page
    page.check("[data-all]")
    expect(page.locator('input[name="asset"]:checked')).to_have_count(3)
    page.select_option("#f-kind", "note")
    desk.press(".bulk-bar button")
    page.fill("#f-note", "Оглянуто разом")
    desk.press('form[action="/bulk"] button.main')
    desk.press('form[action$="/record"] button')
    expect(page.locator(".flash.good")).to_contain_text("однією операцією")
    desk.press('form[action$="/undo"] button')
    expect(page.locator(".flash.info")).to_contain_text("Повернуто, як було")


def test_the_find_field_proposes_and_is_walked_by_keys(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page
    page.keyboard.press("/")
    with page.expect_response(asking("Баранвка")):
        page.keyboard.type("Баранвка")
    expect(page.locator("#suggestions a").first).to_contain_text("Баранівська")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/municipalities/UA*")


def asking(words):
    """The address that the find field asks of when this has been typed."""
    return f"**/find/suggestions?q={quote(words)}"


def test_on_a_slow_line_the_proposals_are_for_what_was_typed_last(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page

    def unanswered(route):
        held.append(route)

    held = []
    page.route(asking("Ба"), unanswered)
    page.focus("#find")
    for typed, more in (("Ба", "Ба"), ("Баран", "ран"), ("Баранвка", "вка")):
        with page.expect_request(asking(typed)):
            page.keyboard.type(more)
    expect(page.locator("#suggestions a").first).to_contain_text("Баранівська")
    assert held, "the first was to be without an answer"


def test_work_is_ordered_on_many_things_that_are_due_and_told_by_mail(somebody, office):
    desk = somebody(width=390, lang="uk")
    desk.log_in("coordinator")
    page = desk.page
    desk.open("/me/notices")
    page.select_option("#f-order-pace", "at_once")
    desk.press("main button.main")
    expect(page.locator("#f-order-pace")).to_have_value("at_once")
    for tag in (office.laptop, office.kit):
        desk.open(f"/a/{tag}/plans")
        page.fill("#f-title", "Чистка")
        page.fill("#f-every_months", "3")
        page.fill("#f-starts_on", "2024-01-01")
        desk.press(f'form[action="/a/{tag}/plans"] button.main')
    desk.open("/due?rule=maintenance")
    page.check("[data-all]")
    expect(page.locator('input[name="asset"]:checked')).to_have_count(2)
    desk.press(".bulk-bar button")
    page.fill("#f-title", "Чистка")
    page.fill("#f-due_on", "2030-01-01")
    desk.press('form[action="/orders/many"] button.main')
    expect(page.locator('form[action$="/record"] button')).to_be_visible()
    assert desk.width_is_kept()
    desk.press('form[action$="/record"] button')
    expect(page.locator(".flash.good")).to_contain_text("Наряди видано на 2 активи")
    desk.press('a.main[href="/orders"]')
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert desk.width_is_kept()
