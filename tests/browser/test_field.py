"""The field app: what is scanned without network is on the phone's disk, and once in the ledger afterwards."""

import re
import time

from playwright.sync_api import expect

STATES = ("saved", "sent", "ledger", "conflict", "quarantined", "rejected")


def prepared(desk, choice="Моя робота"):
    """The app open, known to the server, kept by the service worker, and a round taken along."""
    desk.open("/field#/prepare")
    desk.page.evaluate("navigator.serviceWorker.ready")
    desk.page.get_by_role("button", name=choice).click()
    expect(desk.page.locator(".notices")).to_contain_text("на телефоні")
    desk.page.wait_for_function("navigator.serviceWorker.controller !== null")
    return desk


def scan(page, *tags):
    page.evaluate("location.hash = '#/scan'")
    expect(page.locator("h1")).to_have_text("Сканувати")
    for tag in tags:
        page.fill("#f-tag", tag)
        page.keyboard.press("Enter")
        expect(page.locator(".said")).to_contain_text(re.compile(".+"))


def outbox(page):
    """What the phone holds, by state."""
    found = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open("field");
            asked.onerror = () => reject(asked.error);
            asked.onsuccess = () => {
                const got = asked.result.transaction("outbox").objectStore("outbox").getAll();
                got.onsuccess = () => { asked.result.close(); resolve(got.result); };
            };
        })"""
    )
    return {state: [each for each in found if each["state"] == state] for state in STATES}


def events(desk, tag):
    answer = desk.context.request.get(f"{desk.base}/api/v1/assets/{tag}/events")
    assert answer.ok, answer.text()
    told = answer.json()
    return told if isinstance(told, list) else told["items"]


def act(page, kind):
    page.locator(f"a[href='#/do/{kind}']").first.click()
    expect(page.locator("form.form")).to_be_visible()


def save(page):
    page.get_by_role("button", name="Зберегти на телефоні").click()
    expect(page.locator("h1")).to_contain_text("Записано")


def until_sent(page, seconds=20):
    """Wait until nothing waits on the phone any more."""
    deadline = time.monotonic() + seconds
    while (held := outbox(page)) and (held["saved"] or held["sent"]):
        assert time.monotonic() < deadline, held
        page.wait_for_timeout(150)
    return held


def test_a_day_without_network(somebody, office):
    desk = prepared(somebody(width=390).log_in("technician"))
    page = desk.page
    desk.context.set_offline(True)
    page.reload()
    scan(page, office.laptop.lower())
    act(page, "delivered")
    save(page)
    scan(page)
    act(page, "installed")
    page.select_option("#f-service_point", index=1)
    save(page)
    expect(page.locator(".flash")).to_contain_text("Збережено на цьому телефоні")
    held = outbox(page)["saved"]
    assert [each["seq"] for each in sorted(held, key=lambda e: e["id"])] == [1, 2]
    assert all("box" in each and "body" not in each for each in held)
    desk.context.set_offline(False)
    held = until_sent(page)
    assert not any(held[state] for state in STATES if state != "ledger"), held
    kinds = [each["kind"] for each in events(desk, office.laptop)]
    assert kinds.count("delivered") == kinds.count("installed") == 1
    assert len(outbox(page)["ledger"]) == 2
