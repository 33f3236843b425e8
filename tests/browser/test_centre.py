"""The centre's own page in a browser: usable at 390 px, read by its camera where it has one."""

import re

import pytest
from playwright.sync_api import expect

from factories.film import film
from factories.house import event
from factories.phone import Phone

pytestmark = pytest.mark.browser
HERE = "UA18080010000090720"


def link(desk, office):
    """A link for the centre where the laptop and the kit stand."""
    api = desk.page.request
    found = api.get(f"{desk.base}/api/v1/municipalities/{HERE}").json()
    where = found["service_points"][0]["id"]
    facts = [event("installed", tag, service_point=where) for tag in (office.laptop, office.kit)]
    told = api.post(f"{desk.base}/api/v1/events", data=facts).json()
    assert {each["outcome"] for each in told} == {"recorded"}
    desk.open(f"/points/{where}")
    desk.press("#links button:not(.danger)")
    return re.search(r"/centre/[\w-]+", desk.page.inner_text("#link"))[0]


def test_staff_confirm_on_a_phone(somebody, office):
    path = link(somebody().log_in("coordinator"), office)
    staff = somebody(width=390)
    staff.open(path)
    assert staff.width_is_kept()
    page = staff.page
    page.wait_for_selector("[data-camera]:not([hidden])")
    page.fill("#f-tag", office.laptop)
    page.check("input[name=condition][value=working]")
    staff.press("#confirm button.main")
    expect(page.locator("main")).to_contain_text("Підтверджено 1 із")
    # The phone's own camera opens the label's address, and that leads back here.
    staff.open(f"/a/{office.kit}")
    expect(page).to_have_url(re.compile(re.escape(staff.base + path)))
    expect(page.locator("#f-tag")).to_have_value(office.kit.replace("-", ""))


def test_a_label_is_read_by_the_camera_in_the_page(chromium, somebody, office, tmp_path):
    desk = somebody().log_in("coordinator")
    path = link(desk, office)
    reel = film(tmp_path / "label.y4m", [office.laptop.replace("-", "")], desk.base)
    theirs = Phone(chromium, tmp_path / "disk", desk.base, film=reel)
    try:
        page = theirs.open(path).page
        page.locator("[data-camera]").click()
        expect(page.locator("#f-tag")).to_have_value(
            re.compile(office.laptop.replace("-", "")), timeout=90_000
        )
        expect(page.locator("#camera")).to_be_hidden()
        page.check("input[name=condition][value=working]")
        page.click("#confirm button.main")
        expect(page.locator("main")).to_contain_text("Підтверджено 1 із")
    finally:
        theirs.close()
    assert theirs.complaints == []


def test_without_scripts_it_works_as_well(somebody, office):
    path = link(somebody().log_in("coordinator"), office)
    staff = somebody(width=390, java_script_enabled=False, lang="en")
    staff.open(path)
    staff.page.fill("#f-tag", office.kit)
    staff.page.check("input[name=condition][value=needs_attention]")
    staff.press("#confirm button.main")
    expect(staff.page.locator("main")).to_contain_text("Thank you")
