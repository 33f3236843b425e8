"""What axe-core, a checker of accessibility rules (WCAG 2.2 A and AA), finds on every page: nothing.

Which pages there are is ``factories.pages``'s to tell.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from factories.offices import Offices, furnish
from factories.pages import every_page, faces, more_things
from factories.served import serving
from integration.access.walk import filled

from .conftest import PATIENCE

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECRET = "t" * 40
# As high as nearly every page; what is higher is given more room. All that is in sight is painted, at a price.
WIDE, PHONE = 1280, 390
HIGH = {WIDE: 2600, PHONE: 5200}
# Colours come from one sheet: a few pages that have all of them are looked at in the dark.
IN_THE_DARK = {
    "": ("/login", "/a/{tag}"),
    "C": (
        "/",
        "/assets",
        "/a/{tag}",
        "/consignments/{consignment}",
        "/verifications/{ended}",
        "/losses/{case}",
        "/municipalities/{place}",
        "/map",
        "/calendar",
        "/due",
        "/orders",
        "/reports/programmes/{programme_code}",
        "/labels",
        "/bulk/{action}",
    ),
    "A": ("/people/{user}/erase", "/settings", "/questions"),
}


@pytest.fixture(scope="module")
def server(new_database, tmp_path_factory):
    """The product served with one of each thing; gives its address, and what is told of the things."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings = Settings.from_env(
            {
                "ASSET_TRACKER_DATABASE_URL": new_database(),
                "ASSET_TRACKER_DATA_DIR": str(tmp_path_factory.mktemp("data")),
                "ASSET_TRACKER_SECRET_KEY": SECRET,
                "ASSET_TRACKER_PORT": str(listener.getsockname()[1]),
            }
        )
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(asyncio.run, furnished(settings)).result()
        with serving(settings, listener):
            yield settings.base_url, made


async def furnished(settings):
    app = create_app(settings)
    async with app.lifespan():
        offices = Offices(app)
        await furnish(offices)
        things = {**offices.own, **await more_things(offices, SECRET)}
        await app.state.sealing.once()
        await offices.client.aclose()
    return things, offices.tokens


@pytest.fixture
def visit(chromium, server):
    """A function that opens pages, each as somebody, and gives what the checker finds on them."""
    base, (things, tokens) = server
    opened = {}

    def seat(who, lang, **more):
        if who not in opened:
            bearer = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
            # What the page itself may load is another test's; here a checker is put into it.
            opened[who] = chromium.new_context(extra_http_headers=bearer, bypass_csp=True, **more)
            opened[who].set_default_timeout(PATIENCE)
            opened[who].add_init_script(path=AXE)
            opened[who].add_cookies([{"name": "lang", "value": lang, "url": base}])
            opened[who].new_page()
        return opened[who].pages[0]

    def look(pages, lang, scheme, rules):
        found, seen = [], 0
        for who, path, answers in pages:
            page = seat(who, lang, color_scheme=scheme, viewport={"width": WIDE, "height": HIGH[WIDE]})
            address = filled(path, things)
            answer = page.goto(base + address)
            seen += 1
            if answer.status not in answers:
                found.append(f"{who} {path}: it was answered {answer.status}")
            for width, asked in rules.items():
                with all_in_sight(page, width):
                    told = trouble(page, asked)
                found += [f"{who} {path} {lang} {width} {answer.status}: {each}" for each in told]
        return found, seen

    yield look
    for context in opened.values():
        context.close()


@contextmanager
def all_in_sight(page, width):
    """As wide as asked and as high as the page, or what is under the bar at the bottom would be out of reach."""
    if width != WIDE:
        page.set_viewport_size({"width": width, "height": HIGH[width]})
    needed = page.evaluate("document.documentElement.scrollHeight")
    if needed > HIGH[width]:
        page.set_viewport_size({"width": width, "height": needed})
    page.evaluate("() => new Promise(requestAnimationFrame)")
    yield
    if width != WIDE or needed > HIGH[width]:
        page.set_viewport_size({"width": WIDE, "height": HIGH[WIDE]})


@pytest.mark.parametrize(("lang", "nth"), [("uk", 0), ("en", 1)])
def test_axe_finds_nothing_on_any_page_on_a_wide_screen_and_on_a_phone(visit, server, lang, nth):
    """Every other page in each language: words change little of what is looked at, and a page is opened once."""
    # Colours are the same on a phone as on a wide screen, and most of the work.
    no_colours = {"color-contrast": {"enabled": False}}
    pages = list(every_page(server[1][0]))[nth::2]
    found, seen = visit(
        pages, lang, "light", {WIDE: {"runOnly": RULES}, PHONE: {"runOnly": RULES, "rules": no_colours}}
    )
    assert found == []
    assert seen > 60


def test_axe_finds_nothing_in_the_dark(visit):
    pages = [(who, path, (200,)) for who, path in faces(IN_THE_DARK)]
    colours = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    assert visit(pages, "uk", "dark", {WIDE: {"runOnly": colours}}) == ([], len(pages))


def trouble(page, rules):
    told = page.evaluate("rules => axe.run(document, {...rules, resultTypes: ['violations']})", rules)
    return [
        f"{rule['impact']} {rule['id']} {node['target']} {node['failureSummary'][:160]}"
        for rule in told["violations"]
        if rule["impact"] in ("serious", "critical", "moderate")
        for node in rule["nodes"][:2]
    ]
