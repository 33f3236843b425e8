"""A house with two offices for those who attack it, and the one judge of every attack.

What a bad request must meet: a clear 4xx (or an outcome that says so), the same row counts as before,
nothing told of what is foreign or of how we are built, and never a 5xx.
"""

import asyncio
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from PIL import Image
from sqlalchemy import func, literal, select, union_all

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from factories.office import BARANIVKA, PEOPLE, furnish

# What no answer to a bad request ever says.
SECRETS = ("Traceback", "sqlalchemy", "asyncpg", "psycopg", "SELECT ", "INSERT ", "site-packages", "Чужий")
# Written by whoever asks, whatever comes of it: the count of log-ins, and the time a session was seen.
NEVER_COUNTED = {"login_attempt", "ledger_unsealed", "ledger_leaf", "ledger_tile", "ledger_checkpoint"}


class Case(NamedTuple):
    """A bad request. ``expect``: the statuses that are right; ``adds``: tables that may grow.

    ``{names}`` in path and JSON are filled from the house's ids.
    """

    name: str
    who: str | None
    method: str
    path: str
    json: Any = None
    expect: tuple[int, ...] = (404,)
    adds: tuple[str, ...] = ()
    more: dict[str, Any] = {}  # noqa: RUF012 - a table of cases is read, never written
    says: str = ""


@cache
def counting():
    """The statement that counts the rows of every table; made once, since most of its time is the making."""
    counted = [table for table in metadata.sorted_tables if table.name not in NEVER_COUNTED]
    return union_all(
        *(select(literal(t.name).label("name"), func.count().label("n")).select_from(t) for t in counted)
    )


class House:
    """The application in this process, its office, and a bearer token for each of its people."""

    def __init__(self, app):
        self.app, self.engine = app, app.state.engine
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        self.tokens, self.ids, self.missing = {}, {}, {}

    async def ask(self, who, method, path, **more):
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        headers = {"Accept-Language": "en"} | bearer | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def made(self, who, path, body=None, **more):
        """Something made through the API; its JSON."""
        answer = await self.ask(who, "POST", path, **({"json": body} if body is not None else {}), **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer

    async def counts(self):
        async with self.engine.connect() as conn:
            return {row.name: row.n for row in await conn.execute(counting())}

    def filled(self, value, ids=None):
        """``value`` with the names in braces replaced, as deep as it goes."""
        ids = self.ids if ids is None else ids
        if isinstance(value, str):
            for name, known in ids.items():
                value = value.replace("{" + name + "}", str(known))
            return value
        if isinstance(value, dict):
            return {self.filled(k, ids): self.filled(v, ids) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.filled(each, ids) for each in value]
        return value

    async def send(self, case, ids=None):
        more = dict(case.more)
        if case.json is not None:
            more["json"] = self.filled(case.json, ids)
        return await self.ask(case.who, case.method, self.filled(case.path, ids), **more)

    async def judge(self, case):
        """Send it, and hold it to what every bad request must meet. Gives the answer for more."""
        before = await self.counts()
        answer = await asyncio.wait_for(self.send(case), 120)
        after = await self.counts()
        grown = {name for name in before if after[name] != before[name]}
        assert answer.status_code in case.expect, (answer.status_code, answer.text[:600])
        assert grown <= set(case.adds), grown
        told = [secret for secret in SECRETS if secret in answer.text]
        assert not told, (told, answer.text[:600])
        assert case.says in answer.text, answer.text[:600]
        if answer.status_code >= 400 and case.method != "HEAD" and case.path.startswith("/api/"):
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["type"].startswith("urn:asset-tracker:problem:")
        return answer


def event(kind, asset="{laptop}", **more):
    """A fact as a script sends it; ``more`` are fields of the envelope or of the payload."""
    envelope = {key: more.pop(key) for key in ("id", "occurred_at", "device", "supersedes") if key in more}
    return {
        "id": str(uuid7()),
        "asset": asset,
        "occurred_at": "2025-03-01T10:00:00Z",
        "payload": {"kind": kind, **more},
        **envelope,
    }


async def furnish_house(house):
    async with house.engine.begin() as conn:
        office = await furnish(conn)
        for name in PEOPLE:
            user = await users.by_email(conn, f"{name}@example.org")
            house.ids[name] = user
            house.tokens[name] = (await tokens.make_token(conn, COMMAND_LINE, "tests", user=user)).token
    house.ids |= {name: str(value) for name, value in office._asdict().items()} | {"here": BARANIVKA}
    await add_foreign(house)
    house.missing = house.ids | {
        name: str(uuid4()) for name, value in house.ids.items() if name.startswith("other_") and "-" in value
    }
    house.missing |= {"foreign": format_tag(new_tag()), "other_photo": "ab" * 32, "other_scan": "cd" * 32}
    house.missing |= {"other_code": "NOTHERE-00"}


async def add_foreign(house):
    """One of each thing, in the other office."""
    ids, filled = house.ids, house.filled
    for who, tag in (("coordinator", "laptop"), ("coordinator", "kit"), ("stranger", "foreign")):
        found = (await house.ask(who, "GET", f"/api/v1/assets/{ids[tag]}")).json()
        ids[f"{'other' if tag == 'foreign' else tag}_asset"] = found["row"]["id"]
    ids["other_programme"] = (await house.ask("stranger", "GET", "/api/v1/programmes")).json()[0]["id"]
    new = {"programme": ids["other_programme"], "number": "OTHER-LIST-1", "municipality": BARANIVKA}
    ids["other_consignment"] = (await house.made("stranger", "/api/v1/consignments", new))["id"]
    photo = await house.made("stranger", "/api/v1/photos", files={"file": ("p.jpg", jpeg(seed=1))})
    scan = await house.made("stranger", "/api/v1/scans", files={"file": ("s.jpg", jpeg(seed=2))})
    ids["other_photo"], ids["other_scan"] = photo["sha256"], scan["sha256"]
    facts = [
        event("consigned", "{foreign}", consignment="{other_consignment}", destination="{here}"),
        event("note", "{foreign}", note="Чужий", photos=["{other_photo}"]),
        event("code_linked", "{foreign}", code="OTHERCODE-1"),
    ]
    told = await house.made("stranger", "/api/v1/events", filled(facts))
    assert [each["outcome"] for each in told] == ["recorded"] * 3, told
    ids["other_event"], ids["other_code"] = told[1]["id"], "OTHERCODE-1"
    act = await house.made("stranger", filled("/api/v1/consignments/{other_consignment}/acts"), {})
    ids["other_act"] = act["id"]
    printed = await house.made("stranger", "/api/v1/labels", {"tags": [ids["foreign"]], "stock": "L7160"})
    ids["other_print"] = printed.headers["x-print-id"]
    sent = {"file": ("list.csv", LIST.encode(), "text/csv")}
    planned = await house.made("stranger", "/api/v1/imports", files=sent, data={"programme": "OTHER"})
    ids["other_import"] = planned["batch"]["id"]
    async with house.engine.begin() as conn:
        other = await tokens.make_token(conn, COMMAND_LINE, "other", user=ids["stranger"])
    ids["other_token"] = str(other.id)
    await ours(house)


async def ours(house):
    """An import of our own, to be attacked by its rows."""
    sent = {"file": ("list.csv", LIST.encode(), "text/csv")}
    planned = await house.made("coordinator", "/api/v1/imports", files=sent, data={"programme": "PROSTO"})
    house.ids["own_import"] = planned["batch"]["id"]


LIST = f"""Municipality,Consignment,Category,Name,Serial number,Quantity
{BARANIVKA},ATTACK-1,laptop,Laptop,SN-ATTACK-1,1
"""


def jpeg(seed=0, size=(48, 32)):
    """A small photo; another one for another seed."""
    out = BytesIO()
    Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, 120)).save(out, "JPEG")
    return out.getvalue()
