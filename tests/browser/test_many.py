"""One fact for many assets from the list, by mouse and keyboard, and taken back; the find field by keyboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_many_assets_get_one_fact_which_is_taken_back(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page
    page.check("[data-all]")
    ticked = page.locator('input[name="asset"]:checked').count()
    assert ticked > 1
    page.select_option("#f-kind", "note")
    page.click(".bulk-bar button")
    page.fill("#f-note", "Оглянуто разом")
    page.click('form[action="/bulk"] button.main')
    page.click('form[action$="/record"] button')
    assert "однією операцією" in page.inner_text(".flash.good")
    page.click('form[action$="/undo"] button')
    assert "Повернуто, як було" in page.inner_text(".flash.info")


def test_the_find_field_proposes_and_is_walked_by_keys(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("Баранвка")
    page.wait_for_selector("#suggestions a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/municipalities/UA*")


def test_on_a_slow_line_the_proposals_are_for_what_was_typed_last(somebody):
    desk = somebody(width=1280, lang="uk")
    desk.log_in("coordinator")
    desk.open("/assets")
    page = desk.page

    def unanswered(route):
        held.append(route)

    held = []
    page.route("**/find/suggestions?q=%D0%91%D0%B0", unanswered)
    page.focus("#find")
    for letters in ("Ба", "ран", "вка"):
        with page.expect_request("**/find/suggestions*"):
            page.keyboard.type(letters)
    expect(page.locator("#suggestions a").first).to_contain_text("Баранівська")
    assert held, "the first was to be without an answer"


def test_work_is_ordered_on_many_things_that_are_due_and_told_by_mail(somebody, office):
    desk = somebody(width=390, lang="uk")
    desk.log_in("coordinator")
    page = desk.page
    desk.open("/me/notices")
    page.select_option("#f-order-pace", "at_once")
    page.click("main button.main")
    assert page.input_value("#f-order-pace") == "at_once"
    for tag in (office.laptop, office.kit):
        desk.open(f"/a/{tag}/plans")
        page.fill("#f-title", "Чистка")
        page.fill("#f-every_months", "3")
        page.fill("#f-starts_on", "2024-01-01")
        page.click(f'form[action="/a/{tag}/plans"] button.main')
    desk.open("/due?rule=maintenance")
    page.check("[data-all]")
    expect(page.locator('input[name="asset"]:checked')).to_have_count(2)
    page.click(".bulk-bar button")
    page.fill("#f-title", "Чистка")
    page.fill("#f-due_on", "2030-01-01")
    page.click('form[action="/orders/many"] button.main')
    page.wait_for_selector('form[action$="/record"] button')
    assert desk.width_is_kept()
    page.click('form[action$="/record"] button')
    assert "Наряди видано на 2 активи" in page.inner_text(".flash.good")
    page.click('a.main[href="/orders"]')
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert desk.width_is_kept()
