"""A live server on a port of its own, and a Chromium that looks at it."""

import os
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from factories.chromium import ARGUMENTS
from factories.office import PASSWORD, furnish
from factories.served import served

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# For what comes in the end, on a machine that others use too; a test that passes never waits for so long.
PATIENCE = 90_000  # milliseconds
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


# Playwright holds this thread's event loop while it runs, so it must be gone before another module's tests.
@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER is set and there is no Chromium")
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        browser.executable = CHROMIUM
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(new_database, tmp_path_factory):
    """A fresh database, furnished, and the product serving it; gives its address and the office."""
    with served(new_database(), tmp_path_factory.mktemp("data"), furnish) as served_at:
        yield served_at


class Desk:
    """Somebody at a browser, and everything its console complained about."""

    def __init__(self, context, base, page):
        self.context, self.base, self.page = context, base, page
        self.complaints = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._note_failed)

    def _note(self, message):
        # A page that is answered 4xx is noted by the browser as a failed resource; that is no fault of it.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _note_failed(self, request):
        # What the browser gave up itself, because somebody went on to another page, is no fault.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def open(self, path):
        return self.page.goto(self.base + path)

    def press(self, what):
        """Press what leads to another page, and wait until that is all there, its scripts too."""
        with self.page.expect_navigation():
            (self.page.locator(what) if isinstance(what, str) else what).click()

    def settle(self):
        """Wait for the answers that the page has asked for: until then what it shows may still be replaced."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def log_in(self, who):
        self.open("/login")
        self.page.fill("#f-email", f"{who}@example.org")
        self.page.fill("#f-password", PASSWORD)
        self.press("main button.main")
        expect(self.page).not_to_have_url(re.compile("/login"))
        return self

    def width_is_kept(self):
        """Whether the page, once it is all there, scrolls downwards only."""
        self.page.wait_for_load_state()
        return self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture
def somebody(chromium, server):
    """A function that seats somebody at a browser of a given width and language."""
    opened = []

    def seat(width=1280, lang="uk", **more):
        more = {"locale": "uk-UA" if lang == "uk" else "en-GB", **more}
        context = chromium.new_context(viewport={"width": width, "height": 844}, **more)
        context.set_default_timeout(PATIENCE)
        made = Desk(context, server[0], context.new_page())
        opened.append(made)
        return made

    yield seat
    complaints = [text for desk in opened for text in desk.complaints]
    for desk in opened:
        desk.context.close()
    assert complaints == []


@pytest.fixture
def office(server):
    return server[1]
