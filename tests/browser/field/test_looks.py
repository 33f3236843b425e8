"""The screens of the field app: axe, widths, languages, large text; kept as pictures where PICTURES names a folder."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def views(mine, tags):
    """Each screen, with something on it."""
    page = mine.page
    yield "login-not-needed", lambda: mine.go("")
    yield "prepare", lambda: (mine.go("prepare"), page.locator("#f-town").wait_for())
    yield "scan", lambda: mine.type_tags(tags[0], tags[1], "SN: 4711/0815")
    yield "asset", lambda: (mine.go(f"a/{tags[0]}"), page.locator(".facts").first.wait_for())
    yield (
        "deliver",
        lambda: (mine.go("scan"), choose_all(page), mine.act("delivered")),
    )
    yield "done", mine.save
    yield "maintain", lambda: (mine.go(f"a/{tags[0]}"), mine.act("maintained"))
    yield "outbox", lambda: (mine.go("outbox"), page.locator(".tiles").wait_for())
    yield "entry", lambda: (page.locator(".entries a").first.click(), page.locator("dl.facts").wait_for())
    yield "bind", lambda: (mine.go("bind/code/SN%3A%204711"), page.locator("#f-asset").wait_for())


def choose_all(page):
    every = page.get_by_role("button", name=re.compile("^(Вибрати все|Choose all)$"))
    every.click()
    expect(every).to_have_count(0)


@pytest.mark.parametrize(
    ("nth", "lang", "width", "scheme", "zoom"),
    [
        (0, "uk", 390, "light", 100),
        (1, "en", 390, "dark", 100),
        (2, "uk", 360, "light", 160),
        (3, "en", 1280, "light", 100),
    ],
)
def test_every_screen(phone, office, nth, lang, width, scheme, zoom):
    mine = phone(width=width, lang=lang, color_scheme=scheme, bypass_csp=True)
    mine.log_in("coordinator")
    uk = lang == "uk"
    mine.open("/field").until("performance.getEntriesByName('field-usable').length > 0")
    mine.page.evaluate("(lang) => localStorage.setItem('field-lang', lang)", lang)
    mine.page.reload()
    mine.prepare("Моя робота: що" if uk else "My work: what", "на телефоні" if uk else "on this phone")
    page = mine.page
    found = []
    for name, show in views(mine, office.tags[2 * nth :]):
        show()
        page.evaluate("(zoom) => { document.documentElement.style.fontSize = `${zoom}%`; }", zoom)
        expect(page.locator("h1")).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => true)")
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{lang}-{width}-{scheme}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide = page.evaluate(
                "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
                ".slice(-3).map((e) => e.outerHTML.slice(0, 90))"
            )
            found.append(f"{name} is wider than the screen: {wide}")
        # As high as the page, or what is under the bar at the bottom would be taken for out of reach.
        page.set_viewport_size({"width": width, "height": 6000})
        if not page.evaluate("'axe' in window"):  # one document shows all views
            page.evaluate(AXE.read_text("utf-8"))
        told = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
        )
        found += [
            f"{name}: {rule['impact']} {rule['id']} {node['target']} {node['failureSummary'][:200]}"
            for rule in told["violations"]
            if rule["impact"] in ("serious", "critical", "moderate")
            for node in rule["nodes"][:2]
        ]
        page.set_viewport_size({"width": width, "height": 844})
    assert found == []
