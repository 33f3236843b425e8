"""How heavy the field app is, and how long a slow phone on a slow line waits for a scan page it can use.

The profile: 400 kbit/s down and up, 400 ms there and back (slow 3G), the processor four times slower.
Prints bytes, requests and milliseconds; judges nothing.
"""

import asyncio
import shutil
import tempfile

from bench_database import as_app, database
from playwright.async_api import async_playwright
from sqlalchemy.pool import NullPool

from asset_tracker.db.engine import make_engine
from asset_tracker.web import field_files
from factories.chromium import ARGUMENTS
from factories.killable import Killable
from factories.office import PASSWORD, furnish

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
CPU = 4
USABLE = "performance.getEntriesByName('field-usable')[0]?.startTime ?? 0"


async def main(url: str, folder: str) -> None:
    """Fill a database, serve it, and open the app as a new phone does and as one that has it does."""
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        await furnish(conn)
    await engine.dispose()
    server = Killable(as_app(url), folder, "http://127.0.0.1:1").start()
    files = field_files.files()
    packed = sum(len(each.packed) for each in files.values())
    print(
        f"{len(files)} files, {sum(len(each.data) for each in files.values()) / 1000:.0f} kB, {packed / 1000:.0f} kB packed"
    )
    try:
        async with async_playwright() as playwright:
            await look(playwright, f"http://127.0.0.1:{server.port}")
    finally:
        server.kill()


async def look(playwright, base: str) -> None:
    """First opening with nothing kept, then from what the service worker keeps."""
    browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="uk-UA")
    page = await context.new_page()
    await page.goto(f"{base}/login")
    await page.fill("#f-email", "technician@example.org")
    await page.fill("#f-password", PASSWORD)
    await page.click("main button.main")
    await page.wait_for_url(lambda url: "/login" not in url)
    await page.goto("about:blank")
    devtools = await context.new_cdp_session(page)
    seen = {"bytes": 0, "requests": 0, "on": True}

    def count(told):
        if seen["on"]:
            seen["bytes"] += told["encodedDataLength"]
            seen["requests"] += 1

    devtools.on("Network.loadingFinished", count)
    await devtools.send("Network.enable")
    await devtools.send("Network.clearBrowserCache")
    await devtools.send("Network.emulateNetworkConditions", SLOW)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    first = await usable(page, f"{base}/field#/scan")
    seen["on"] = False
    print(
        f"first opening: {first:.0f} ms to a usable scan page, {seen['bytes'] / 1000:.0f} kB in {seen['requests']} requests"
    )
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await until(page, "navigator.serviceWorker.controller !== null")
    again = []
    for _ in range(3):
        await page.goto("about:blank")
        again.append(await usable(page, f"{base}/field#/scan"))
    print(f"kept on the phone: {min(again):.0f} to {max(again):.0f} ms")
    await browser.close()


async def usable(page, address: str) -> float:
    """Milliseconds from the beginning of the navigation until one may scan."""
    await page.goto(address, timeout=90_000, wait_until="commit")
    await until(page, f"({USABLE}) > 0 && document.querySelector('#f-tag') !== null")
    return await page.evaluate(USABLE)


async def until(page, condition: str) -> None:
    """Asked again and again from here: the page's own rules let no text be run in it."""
    for _ in range(900):
        if await page.evaluate(condition):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(condition)


if __name__ == "__main__":
    with database() as (_, address), tempfile.TemporaryDirectory() as data:
        asyncio.run(main(address, data))
