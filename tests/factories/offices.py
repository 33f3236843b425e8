"""Two offices that share nothing, and somebody in each role: what the walk over all routes asks for.

Office 1 is the one that the roles know as their own; only the second coordinator, the administrator and
the auditor know office 2. Nothing that is asked for leaves a trace: the walk's transactions are rolled back.
"""

from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx

from asset_tracker import kyiv
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.territory.service import load_shipped
from factories.house import event, jpeg

PLACES = ("UA18080010000090720", "UA18060170000069581")
STOCK = {
    "title": "x",
    "kind": "roll",
    "page_width": 60,
    "page_height": 40,
    "width": 60,
    "height": 40,
}
# One letter for each role; anonymous is not one.
ROLES = {
    "A": "administrator",
    "C": "coordinator of office 1",
    "S": "coordinator of office 2",
    "T": "technician",
    "K": "custodian",
    "D": "donor",
    "U": "auditor",
    "N": "nobody",
}
EVERYWHERE = "AU"


class NeverCommits:
    """An engine whose transactions are rolled back at the end of the request, as if it had not been.

    A request may have several, and each sees what those before it have done.
    """

    def __init__(self, engine):
        self._engine, self._request = engine, ContextVar("request")

    def __getattr__(self, name):
        return getattr(self._engine, name)

    @asynccontextmanager
    async def request(self):
        async with AsyncExitStack() as at_its_end:
            self._request.set([at_its_end])
            yield

    @asynccontextmanager
    async def begin(self):
        at_its_end, *begun = held = self._request.get()
        if begun:
            (conn,) = begun
        else:  # only now: who is refused at the door needs no connection
            conn = await at_its_end.enter_async_context(self._engine.connect())
            around = await conn.begin()
            at_its_end.push_async_callback(around.rollback)
            held.append(conn)
        async with conn.begin_nested():
            yield conn


class Offices:
    """The application, a token for each role, and the things of each office: own, foreign, unknown."""

    def __init__(self, app):
        self.app, self.engine = app, app.state.engine
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        self.tokens, self.users = {}, {}
        self.own, self.foreign, self.unknown = {}, {}, {}

    def of(self, kind):
        """The things that are ``own``, ``foreign`` or ``unknown``."""
        return {"own": self.own, "foreign": self.foreign, "unknown": self.unknown}[kind]

    async def ask(self, who, method, path, **more):
        """``who`` is a letter of ROLES, or None for a stranger."""
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        self.client.cookies.clear()  # a message or language of one answer is no business of the next
        headers = {"Accept-Language": "en"} | bearer | more.pop("headers", {})
        engine = self.app.state.engine
        async with engine.request() if isinstance(engine, NeverCommits) else nullcontext():
            return await self.client.request(method, path, headers=headers, **more)

    async def made(self, who, path, body=None, **more):
        answer = await self.ask(who, "POST", path, **({"json": body} if body is not None else {}), **more)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer


async def furnish(offices):
    """Made through the API by those whose work it is, and committed."""
    async with offices.engine.begin() as conn:
        await load_shipped(conn)
        await add_user(conn, offices, "A", Grant(role="administrator"))
        await add_user(conn, offices, "U", Grant(role="auditor"))
        await add_user(conn, offices, "N", None)
    programmes = [await programme(offices, n) for n in (1, 2)]
    async with offices.engine.begin() as conn:
        await add_user(conn, offices, "C", Grant(role="coordinator", programme=programmes[0]["programme"]))
        await add_user(conn, offices, "S", Grant(role="coordinator", programme=programmes[1]["programme"]))
        await add_user(conn, offices, "T", Grant(role="technician", area="UA1808"))
        await add_user(conn, offices, "K", Grant(role="custodian", area=PLACES[0]))
        await add_user(conn, offices, "D", Grant(role="donor", donor=programmes[0]["donor"]))
    offices.own = await office(offices, "C", 1, programmes[0])
    offices.foreign = await office(offices, "S", 2, programmes[1])
    offices.unknown = {name: missing(name, value) for name, value in offices.foreign.items()}


async def add_user(conn, offices, letter, grant):
    user = await users.add_user(
        conn,
        COMMAND_LINE,
        email=f"{letter.lower()}@example.org",
        name=f"Person {letter}",
        password=None,
        grants=(grant,) if grant else (),
        lang="en",
    )
    offices.users[letter] = str(user)
    offices.tokens[letter] = (await tokens.make_token(conn, COMMAND_LINE, "walk", user=user)).token


async def programme(offices, n):
    parties = {}
    for kind in ("donor", "implementer"):
        new = {"kind": kind, "name_uk": f"{kind} {n}", "name_en": f"{kind} {n}"}
        parties[kind] = (await offices.made("A", "/api/v1/parties", new))["id"]
    new = {
        "code": f"OFFICE{n}",
        "name_uk": f"Програма {n}",
        "name_en": f"Programme {n}",
        "implementer": parties["implementer"],
        "shares": [{"donor": parties["donor"], "percent": "100"}],
    }
    made = await offices.made("A", "/api/v1/programmes", new)
    return {"programme": made["id"], "programme_code": f"OFFICE{n}", **parties}


async def office(offices, who, n, known):
    """One of each thing; the names are those that the table of routes speaks of."""
    place = PLACES[n - 1]
    mine = known | {"place": place, "number": f"WALK-LIST-{n}", "file": f"{place}.json"}
    rows = [f"{place},WALK-LIST-{n},laptop,Laptop,SN-{part}-{n},1" for part in ("WALK", "LOST")]
    listed = "\n".join(["Municipality,Consignment,Category,Name,Serial number,Quantity", *rows])
    sent = {"file": ("list.csv", listed.encode(), "text/csv")}
    planned = await offices.made(who, "/api/v1/imports", files=sent, data={"programme": f"OFFICE{n}"})
    mine["batch"] = planned["batch"]["id"]
    await offices.made(who, f"/api/v1/imports/{mine['batch']}/commit", {})
    rows = (await offices.ask(who, "GET", "/api/v1/assets")).json()["items"]
    row, lost = sorted(rows, key=lambda each: each["serial"], reverse=True)
    mine["asset"], mine["tag"], mine["case"] = row["id"], format_tag(row["tag"]), str(uuid7())
    fact = event("lost", format_tag(lost["tag"]), circumstances="x", case=mine["case"])
    assert (await offices.made(who, "/api/v1/events", [fact]))[0]["outcome"] == "recorded"
    mine["consignment"] = (await offices.ask(who, "GET", "/api/v1/consignments")).json()["items"][0]["id"]
    point = {"municipality_code": place, "kind": "asc", "name_uk": f"ЦНАП {n}"}
    mine["point"] = (await offices.made(who, "/api/v1/service-points", point))["id"]
    await papers(offices, who, n, mine)
    standing = event("installed", mine["tag"], service_point=mine["point"])
    await offices.made(who, "/api/v1/events", [standing])
    mine["link"] = (await offices.made(who, f"/api/v1/service-points/{mine['point']}/links", {}))["id"]
    await rest(offices, who, n, mine)
    return mine


async def papers(offices, who, n, mine):
    photo = await offices.made(who, "/api/v1/photos", files={"file": ("p.jpg", jpeg(seed=n))})
    mine["photo"] = photo["sha256"]
    facts = [
        event("delivered", mine["tag"], municipality=mine["place"]),
        event("note", mine["tag"], note="seen", photos=[mine["photo"]]),
        event("code_linked", mine["tag"], code=f"CODE-{n}"),
    ]
    told = await offices.made(who, "/api/v1/events", facts)
    assert [each["outcome"] for each in told] == ["recorded"] * 3, told
    mine["event"], mine["code"] = told[1]["id"], f"CODE-{n}"
    act = await offices.made(who, f"/api/v1/consignments/{mine['consignment']}/acts", {})
    mine["act"] = act["id"]
    glass = {"file": ("g.jpg", jpeg(seed=n + 50))}
    mine["glass"] = (await offices.made(who, f"/api/v1/acts/{mine['act']}/glass", files=glass))["sha256"]
    scan = await offices.made(who, "/api/v1/scans", files={"file": ("s.jpg", jpeg(seed=n + 5))})
    mine["scan"] = scan["sha256"]


async def rest(offices, who, n, mine):
    broken = event("note", mine["tag"], device=f"phone-{n}", nonsense=1)
    (kept,) = await offices.made(who, "/api/v1/events", [broken])
    assert kept["outcome"] == "quarantined", kept
    mine["quarantined"] = n
    printed = await offices.made(
        who, "/api/v1/labels", {"blank": 1, "programme": mine["programme"], "stock": "L7160"}
    )
    mine["print"] = printed.headers["x-print-id"]
    prints = (await offices.ask(who, "GET", "/api/v1/labels/prints")).json()
    mine["blank"] = next(each["tags"][0] for each in prints if each["id"] == mine["print"])
    rule = {"rule": {"rule": "verification", "number": 12, "source": "agreement"}}
    mine["rule"] = (await offices.made(who, "/api/v1/rules", rule | {"programme": mine["programme"]}))["id"]
    campaign = {
        "programmes": [mine["programme"]],
        "municipality": mine["place"],
        "counter": offices.users["C" if n == 1 else "S"],
    }
    mine["campaign"] = (await offices.made(who, "/api/v1/verifications", campaign))["id"]
    ended = (await offices.made(who, "/api/v1/verifications", campaign))["id"]
    await offices.made(who, f"/api/v1/verifications/{ended}/end")
    mine["ended"] = ended
    signed = {"signed_on": today(), "scan": mine["scan"]}
    signed_at = f"/api/v1/verifications/{ended}/signed"
    assert (await offices.ask(who, "PUT", signed_at, json=signed)).status_code == 200
    plan = {"title": "cleaning", "every_months": 6, "starts_on": "2025-01-01"}
    mine["plan"] = (await offices.made(who, f"/api/v1/assets/{mine['tag']}/plans", plan))["id"]
    order = {"title": "dust", "due_on": "2025-02-01"}
    mine["order"] = (await offices.made(who, f"/api/v1/assets/{mine['tag']}/orders", order))["id"]
    phone = {"id": new_event_id(), "name": f"phone {n}"}
    mine["device"] = (await offices.made(who, "/api/v1/devices", phone))["id"]
    async with offices.engine.begin() as conn:
        token = await tokens.make_token(conn, COMMAND_LINE, f"token {n}", user=UUID(offices.users[who]))
    mine["token"] = str(token.id)
    view = {"name": f"view {n}", "programme": mine["programme"], "filters": {"stage": "installed"}}
    mine["view"] = (await offices.made(who, "/api/v1/views", view))["id"]
    bulk = {"fact": {"kind": "note", "note": "x"}, "assets": [mine["tag"]]}
    mine["action"] = (await offices.made(who, "/api/v1/bulk", bulk))["action"]["id"]
    mine["operation"] = (await offices.made(who, "/api/v1/bulk", bulk))["action"]["id"]
    await offices.made(who, f"/api/v1/bulk/{mine['operation']}/record")
    mine["session"] = str(uuid4())
    mine["user"] = offices.users[who]
    stock = STOCK | {"name": f"stock-{n}", "title": f"Stock {n}"}
    mine["stock"] = (await offices.made(who, "/api/v1/labels/stock", stock))["name"]
    preset = {"name": f"preset-{n}", "paper": {"stock": "L7160"}}
    mine["preset"] = (await offices.made(who, "/api/v1/labels/presets", preset))["name"]


def missing(name, value):
    """Something of the same form that does not exist."""
    if name == "quarantined":
        return 999_999
    if name in ("photo", "scan", "glass"):
        return "ab" * 32
    if name in ("tag", "blank"):
        return format_tag(new_tag())
    if name in ("place", "file"):
        return value.replace(PLACES[1], "UA99999999999999999")
    if name in ("programme_code", "number", "code", "stock", "preset"):
        return f"{value}-NOT"
    return str(uuid4())


def new_event_id():
    return str(uuid7())


def today():
    return f"{kyiv.today():%Y-%m-%d}"


def instant(**ago):
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()
