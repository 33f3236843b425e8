"""The tour of five steps: offered, gone through, left and gone on with, and not offered again; in both languages."""

import pytest
from playwright.sync_api import expect

from asset_tracker.web.chrome import STEPS

WORDS = {
    "uk": ("Почати знайомство", "Наступний крок", "Завершити", "Далі", "Крок"),
    "en": ("Begin the tour", "Next step", "Finish", "Go on", "Step"),
}


@pytest.mark.parametrize(("who", "lang", "width"), [("coordinator", "uk", 390), ("donor", "en", 1280)])
def test_five_steps_lead_through_the_work_of_each(somebody, who, lang, width):
    begin, on, finish, again, step = WORDS[lang]
    desk = somebody(width=width, lang=lang).log_in(who)
    page = desk.page
    if lang == "en":
        page.request.post(
            f"{desk.base}/language", form={"lang": "en"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    desk.open("/" if who == "coordinator" else "/tour")
    page.get_by_role("link", name=begin if who == "coordinator" else "Begin", exact=True).click()
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
            page.get_by_role("link", name=again, exact=True).click()
        elif number < STEPS:
            page.get_by_role("link", name=on, exact=True).click()
    assert len(set(titles)) == STEPS
    page.get_by_role("button", name=finish, exact=True).click()
    expect(page.locator(".tour-offer")).to_have_count(0)
    desk.open("/")
    expect(page.locator(".tour-offer")).to_have_count(0)
