"""A technician's phone: a Chromium with a disk of its own that is closed and opened again, and what it holds."""

import os
import re
import time

from playwright.sync_api import Error, expect

from factories.chromium import ARGUMENTS
from factories.office import PASSWORD

# For what comes in the end, on a machine that others use too: what fails waits so long, what passes does not.
PATIENCE = 120  # seconds
STATES = ("saved", "sent", "ledger", "conflict", "quarantined", "rejected")
CAMERA = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
_HELD = """() => new Promise((resolve, reject) => {
    const asked = indexedDB.open("field");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
        const db = asked.result;
        const work = db.transaction(["outbox", "photos"]);
        const [entries, photos] = ["outbox", "photos"].map((name) => work.objectStore(name).getAll());
        work.oncomplete = () => { db.close(); resolve([entries.result, photos.result.map((each) => ({sha256: each.sha256, done: each.done, size: each.size, kind: each.kind}))]); };
    };
})"""


class Phone:
    """``open`` starts the browser, ``close`` ends it; what it keeps on disk stays."""

    def __init__(self, chromium, folder, base, film=None, width=390, lang="uk", camera=True, **more):
        self._chromium, self._folder, self.base = chromium, folder, base
        self._more = {
            "viewport": {"width": width, "height": 844},
            "locale": "uk-UA" if lang == "uk" else "en-GB",
            **more,
        }
        refused = () if camera else ("--use-fake-ui-for-media-stream",)
        self._arguments = [*ARGUMENTS, *(each for each in CAMERA if each not in refused)]
        self._film = [f"--use-file-for-fake-video-capture={film}"] if film else []
        self.complaints = []
        self.context = None

    def open(self, path="/field"):
        if self.context is None:
            kind = self._chromium.browser_type
            self.context = kind.launch_persistent_context(
                str(self._folder),
                executable_path=self._chromium.executable,
                args=[*self._arguments, *self._film],
                **self._more,
            )
            self.context.set_default_timeout(PATIENCE * 1000)
            self.page = self.context.pages[0]
            self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
            self.page.on("console", self._note)
        self.page.goto(self.base + path)
        return self

    def _note(self, message):
        network = "Failed to load resource" in message.text or "net::ERR" in message.text
        if message.type == "error" and not network:
            self.complaints.append(message.text)

    def close(self):
        if self.context is not None:
            self.context.close()
        self.context = None

    def log_in(self, who="technician"):
        self.open("/login")
        self.page.fill("#f-email", f"{who}@example.org")
        self.page.fill("#f-password", PASSWORD)
        with self.page.expect_navigation():
            self.page.click("main button.main")
        expect(self.page).not_to_have_url(re.compile("/login"))
        return self

    def prepare(self, choice="Моя робота: що", told="на телефоні"):
        """The app kept by the service worker with its decoder, and a round taken along."""
        self.open("/field#/prepare")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.get_by_role("button", name=choice).click()
        expect(self.page.locator(".notices")).to_contain_text(told)
        self.until("navigator.serviceWorker.controller !== null")
        self.until(
            "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((c) => c.keys()))))"
            ".then((all) => all.flat().some((each) => each.url.includes('.wasm')))"
        )
        return self

    def snap(self, name):
        """A picture for the documentation, where PICTURES names a folder for it."""
        if folder := os.environ.get("PICTURES"):
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=f"{folder}/{name}.png")

    def until(self, condition):
        """Asked again and again from here: the page's own rules let no text be run in it."""
        deadline = time.monotonic() + PATIENCE
        while not self._holds(condition):
            assert time.monotonic() < deadline, condition
            self.page.wait_for_timeout(100)

    def _holds(self, condition):
        try:
            return self.page.evaluate(condition)
        except Error as error:
            if "context was destroyed" in str(error):
                return False  # another page is coming
            raise

    def held(self):
        """What the outbox holds, by state, and the photos."""
        entries, photos = self.page.evaluate(_HELD)
        entries.sort(key=lambda each: each["id"])
        return {state: [each for each in entries if each["state"] == state] for state in STATES} | {
            "photos": photos
        }

    def until_sent(self):
        """Wait until nothing waits any more; somebody presses *Send now* now and then."""
        return self.until_held(
            lambda held: (
                not held["saved"] and not held["sent"] and all(each["done"] for each in held["photos"])
            )
        )

    def until_held(self, wanted):
        """Wait until what is held is as wanted; the phone is told now and then that it is online."""
        deadline = time.monotonic() + PATIENCE
        pressed = 0.0
        while not wanted(held := self.held()):
            assert time.monotonic() < deadline, held
            if time.monotonic() > pressed + 2:
                self.online()
                pressed = time.monotonic()
            self.page.wait_for_timeout(100)
        return held

    def online(self):
        """The browser says that there is a network again."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def slow_down(self):
        """From now on a line of 400 kbit/s, 300 ms there and back."""
        slow = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        devtools = self.context.new_cdp_session(self.page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", slow)

    def go(self, view):
        """Go to a view, and wait until that is the one that is shown."""
        address = self.page.evaluate("(view) => { location.hash = view; return location.hash; }", f"#/{view}")
        expect(self.page.locator("#main > .view")).to_have_attribute("data-address", address)
        self.settle()

    def settle(self):
        """Wait until what was scanned is taken and drawn."""
        expect(self.page.locator("#main > .view[aria-busy]")).to_have_count(0)

    def type_tags(self, *tags):
        self.go("scan")
        expect(self.page.locator("#f-tag")).to_be_visible()
        for tag in tags:
            self.page.fill("#f-tag", tag)
            self.page.keyboard.press("Enter")
            expect(self.page.locator("#f-tag")).to_have_value("")
            self.settle()

    def act(self, kind):
        self.settle()
        link = self.page.locator(f"a[href='#/do/{kind}']").first
        link.evaluate("(link) => { const more = link.closest('details'); if (more) more.open = true; }")
        link.click()
        expect(self.page.locator(f".view[data-address^='#/do/{kind}'] form.form")).to_be_visible()

    def save(self):
        """Save, and see that the screen says so only now."""
        self.page.locator("form.form button[type=submit]").click()
        expect(self.page.locator("h1")).to_contain_text(re.compile("Записано|recorded"))

    def events(self, tag):
        answer = self.context.request.get(f"{self.base}/api/v1/assets/{tag}/events")
        assert answer.ok, answer.text()
        told = answer.json()
        return told if isinstance(told, list) else told["items"]
