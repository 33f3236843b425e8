"""Every page of the product with something real behind it: who opens which address, and what it answers.

Which pages there are is told by the table of routes that the walk over all of them goes by, so a new page is
visited without anybody thinking of it.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import insert

from asset_tracker.access import links, sessions
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db.engine import transaction
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail.stopping import stop_token
from asset_tracker.notices.tables import webhook
from asset_tracker.reports import sharing
from asset_tracker.reports.subjects import Subject
from asset_tracker.reports.subscriptions import STOPS
from factories.house import event
from integration.access.routes_of_pages import ROUTES
from integration.access.walk import PASSED, filled, names_of

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
    r"|/suggestions$|/glass/|/signed$|/shared/.*/|/files/\{form\}$|/organisation(/back)?$|/login/code$"
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


async def shared_report(conn, offices):
    """The token of a link to the report of a programme, which no program makes."""
    about = Subject(subject="programme", code=offices.own["programme_code"])
    now, actor = datetime.now(UTC), await sessions.actor_of(conn, UUID(offices.users["C"]))
    made = {"as_of": now.date(), "purpose": "an auditor", "days": 7, "now": now}
    return await sharing.make_link(conn, actor, about, **made)


async def more_things(offices, secret):
    """What the walk does without: things that are made by a person at a browser, or seen by a stranger."""
    own = offices.own
    field = {"kind": "text", "name_uk": "IMEI", "name_en": "IMEI", "categories": []}
    answer = await offices.ask("A", "PUT", "/api/v1/fields/imei", json=field)
    assert answer.status_code in (200, 201), answer.text
    category = {"base": "other", "name_uk": "Дрон", "name_en": "Drone"}
    made = await offices.ask("A", "POST", "/settings/categories", data=category)
    assert made.status_code == 303, made.text
    count = await offices.made("C", f"/api/v1/service-points/{own['point']}/links", {})
    row = {"url": "https://hooks.example.org/in", "secret": b"x" * 32, "kinds": [], "id": uuid7()}
    async with transaction(offices.engine) as conn:
        await conn.execute(insert(webhook).values(**row, made_by=offices.users["A"]))
        shared = await shared_report(conn, offices)
        reset = await links.make_link(
            conn, COMMAND_LINE, UUID(offices.users["N"]), offices.app.state.settings
        )
    many = {"title": "dust", "all": "yes", "rule": "maintenance"}
    ordered = await offices.ask("C", "POST", "/orders/many", data=many)
    assert ordered.status_code == 303, ordered.text
    return {
        "centre": count["url"].rpartition("/")[2],
        "shared": shared,
        "password": reset.token,
        "stop": stop_token(secret, "notices", uuid7()),
        "stop_report": stop_token(secret, STOPS, uuid7()),
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
