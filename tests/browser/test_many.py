"""One fact for many assets from the list, by mouse and keyboard, and taken back; the find field by keyboard."""

import pytest

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
