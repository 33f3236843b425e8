"""What axe-core, a checker of accessibility rules (WCAG 2.2 A and AA), finds on every page: nothing.

Which pages there are is ``factories.pages``'s to tell.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
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

    def look(pages, lang, width, scheme, rules):
        found, seen = [], 0
        for who, path, answers in pages:
            # As high as the page, or what is under the bar at the bottom would be taken for out of reach.
            page = seat(who, lang, color_scheme=scheme, viewport={"width": width, "height": 8000})
            address = filled(path, things)
            answer = page.goto(base + address)
            seen += 1
            if answer.status not in answers:
                found.append(f"{who} {path}: it was answered {answer.status}")
            found += [f"{who} {path} {answer.status}: {each}" for each in trouble(page, rules)]
        return found, seen

    yield look
    for context in opened.values():
        context.close()


def test_axe_finds_nothing_on_any_page_on_a_wide_screen(visit, server):
    found, seen = visit(list(every_page(server[1][0])), "uk", 1280, "light", {"runOnly": RULES})
    assert found == []
    assert seen > 120


def test_axe_finds_nothing_on_any_page_on_a_phone_in_english(visit, server):
    # Colours are the same as on a wide screen, and most of the work.
    rules = {"runOnly": RULES, "rules": {"color-contrast": {"enabled": False}}}
    found, _ = visit(list(every_page(server[1][0])), "en", 390, "light", rules)
    assert found == []


def test_axe_finds_nothing_in_the_dark(visit):
    pages = [(who, path, (200,)) for who, path in faces(IN_THE_DARK)]
    found, seen = visit(
        pages,
        "uk",
        1280,
        "dark",
        {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
    )
    assert (found, seen) == ([], len(pages))


def trouble(page, rules):
    told = page.evaluate("rules => axe.run(document, {...rules, resultTypes: ['violations']})", rules)
    return [
        f"{rule['impact']} {rule['id']} {node['target']} {node['failureSummary'][:160]}"
        for rule in told["violations"]
        if rule["impact"] in ("serious", "critical", "moderate")
        for node in rule["nodes"][:2]
    ]
