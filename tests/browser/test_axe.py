"""What axe-core, a checker of accessibility rules (WCAG 2.2 A and AA), finds on every page: nothing.

Which pages there are is told by the table of routes that the walk over all of them goes by, so a new page is
visited without anybody thinking of it.
"""

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert

from asset_tracker.app import create_app
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail.stopping import stop_token
from asset_tracker.notices.tables import webhook
from asset_tracker.reports.subscriptions import STOPS
from asset_tracker.settings import Settings
from factories.house import event
from factories.offices import Offices, furnish
from factories.served import serving
from integration.access.routes_of_pages import ROUTES
from integration.access.walk import PASSED, filled, names_of

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECRET = "t" * 40
NOWHERE = "/nowhere"
# Where a wrong name is enough for the walk, a page wants a thing that is there.
REAL = {
    "GET /settings/fields/{key}": "/settings/fields/imei",
    "GET /settings/categories/{code}": "/settings/categories/drone",
    "GET /webhooks/{hook}": "/webhooks/{hook}",
    "GET /centre/{token}": "/centre/{centre}",
    "GET /shared/{token}": "/shared/{shared}",
    "GET /password/{token}": "/password/{password}",
    "GET /notices/stop/{token}": "/notices/stop/{stop}",
    "GET /reports/stop/{token}": "/reports/stop/{stop_report}",
    "GET /a/{tag}/resolve": "/a/{disputed}/resolve",
    "GET /labels/bind/{blank}": "/labels/bind/{blank}",
    "GET /{path}": NOWHERE,
}
# Files, pieces of pages, second spellings of an address; the field app has a test of its own.
NO_PAGE = re.compile(
    r"\.(pdf|xlsx|webmanifest)$|^GET /(A|POINTS|static|fonts|files|lists|field|sw\.js|calendar/feed)\b"
    r"|/suggestions$|/glass/|/signed$|/shared/.*/|/organisation(/back)?$|/login/code$"
)
# Other faces of the same pages: empty, long, as another role sees them, behind another question.
FACES = {
    "C": (
        "/assets?q=nothing",
        "/assets?sort=-name&columns=name,tag,donors,value,warranty_until",
        "/bulk/new?kind=use_changed&all=yes",
        "/bulk/{ordered}",
        "/a/{tag}/maintained",
        "/a/{tag}/stolen",
        "/a/{tag}/disposed",
        "/a/{tag}/delivered",
        "/a/{tag}/found_inaccessible",
        "/verifications/{ended}",
        "/verifications/new?municipality={place}",
        "/map?oblast=UA18000000000041385&colour=overdue",
        "/reports/photos?municipality={place}",
        "/reports/programmes/{programme_code}?annex=us-2cfr",
        "/labels?consignment={consignment}",
        "/run-sheets/enter?consignment={consignment}",
        "/find?q=Баранівка",
        "/due?rule=maintenance",
        NOWHERE,
    ),
    "T": ("/", "/a/{tag}", "/orders"),
    "K": ("/", "/a/{tag}"),
    "D": ("/", "/assets", "/a/{tag}"),
    "U": ("/", "/records"),
    "": ("/a/{tag}",),
}
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
    if not AXE.is_file():
        pytest.skip("there is no axe-core here (npm ci)")
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
        things = {**offices.own, **await more_things(offices)}
        await app.state.sealing.once()
        await offices.client.aclose()
    return things, offices.tokens


async def more_things(offices):
    """What the walk does without: things that are made by a person at a browser, or seen by a stranger."""
    own = offices.own
    field = {"kind": "text", "name_uk": "IMEI", "name_en": "IMEI", "categories": []}
    answer = await offices.ask("A", "PUT", "/api/v1/fields/imei", json=field)
    assert answer.status_code in (200, 201), answer.text
    category = {"base": "other", "name_uk": "Дрон", "name_en": "Drone"}
    made = await offices.ask("A", "POST", "/settings/categories", data=category)
    assert made.status_code == 303, made.text
    links = await offices.made("C", f"/api/v1/service-points/{own['point']}/links", {})
    share = {"subject": "programme", "code": own["programme_code"], "purpose": "an auditor", "days": "7"}
    shared = await offices.ask("C", "POST", "/reports/links", data=share)
    asked = await offices.ask("A", "POST", f"/people/{offices.users['N']}/link")
    row = {"url": "https://hooks.example.org/in", "secret": b"x" * 32, "kinds": [], "id": uuid7()}
    async with offices.engine.begin() as conn:
        await conn.execute(insert(webhook).values(**row, made_by=offices.users["A"]))
    many = {"title": "dust", "all": "yes", "rule": "maintenance"}
    ordered = await offices.ask("C", "POST", "/orders/many", data=many)
    assert ordered.status_code == 303, ordered.text
    return {
        "centre": links["url"].rpartition("/")[2],
        "shared": re.search(r"/shared/([\w-]{20,})", shared.text)[1],
        "password": re.search(r"/password/([\w-]{20,})", asked.text)[1],
        "stop": stop_token(SECRET, "notices", uuid7()),
        "stop_report": stop_token(SECRET, STOPS, uuid7()),
        "hook": row["id"],
        "ordered": ordered.headers["location"].rpartition("/")[2],
        "disputed": await disputed(offices),
    }


async def disputed(offices):
    """The tag of a thing of which the field says what cannot both be true."""
    rows = (await offices.ask("C", "GET", "/api/v1/assets")).json()["items"]
    lost = next(each for each in rows if each["tag"] != offices.own["tag"].replace("-", ""))["tag"]
    twice = [event("delivered", lost, municipality=offices.own["place"]) for _ in range(2)]
    told = await offices.made("C", "/api/v1/events", twice)
    assert [each["outcome"] for each in told] == ["recorded"] * 2, told
    seen = (await offices.ask("C", "GET", f"/api/v1/assets/{lost}")).json()
    assert seen["row"]["disputed"], seen
    return lost


def every_page(things):
    """Who opens which address, and what it may answer: each page of the table of routes, and its other faces.

    A page is there, but where the table says otherwise: second factors are for who logged in, not for a token.
    """
    for key, route in ROUTES.items():
        if not key.startswith("GET ") or NO_PAGE.search(key):
            continue
        path = REAL.get(key)
        if path is None:
            path = key.removeprefix("GET ")
            for name, value in names_of(key, route).items():
                path = path.replace("{" + name + "}", value)
            path += "?" + urlencode(filled(route.query, things)) if route.query else ""
        there = route.ok == PASSED or key in REAL
        answers = (404,) if path == NOWHERE else (200,) if there else route.ok
        yield (next((who for who in "CAT" if who in route.may), ""), path, answers)
    yield from ((who, path, (404 if path == NOWHERE else 200,)) for who, path in faces(FACES))


def faces(pages):
    return [(who, path) for who, paths in pages.items() for path in paths]


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
