"""Logging in and staying so: fixation, old cookies, guessing, enumeration, redirects, floods."""

import asyncio
import re
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import delete, func, select

from asset_tracker.access import granting, sessions, tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import login_attempt, session
from asset_tracker.ledger.ids import uuid7
from factories.house import Case, event
from factories.office import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(house):
    """A fresh browser, and nothing failed before."""
    async with house.engine.begin() as conn:
        await conn.execute(delete(login_attempt))
    made = []

    def another():
        transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)
        headers = {"Sec-Fetch-Site": "same-origin"}
        made.append(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers))
        return made[-1]

    yield another
    for client in made:
        await client.aclose()


@pytest.fixture
async def newcomer(house):
    """An account of its own, with its e-mail address and id."""
    email = f"newcomer-{uuid7().hex}@example.org"
    async with house.engine.begin() as conn:
        grants = (Grant(role="technician", area="UA18"),)
        made = await users.add_user(
            conn, COMMAND_LINE, email=email, name="N", password=PASSWORD, grants=grants
        )
    return email, made


async def log_in(client, email, password=PASSWORD, **more):
    return await client.post("/login", data={"email": email, "password": password, **more})


async def test_a_cookie_set_before_is_not_the_one_after(browser, newcomer):
    client = browser()
    client.cookies.set("session", "chosen-by-the-attacker")
    answer = await log_in(client, newcomer[0])
    assert answer.status_code == 303
    assert "chosen-by-the-attacker" not in answer.headers["set-cookie"]
    stranger = browser()
    stranger.cookies.set("session", "chosen-by-the-attacker")
    assert (await stranger.get("/me")).status_code == 303


ENDINGS = ("log out", "password", "role", "disabled", "log in again")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_old_cookie_opens_nothing(house, browser, newcomer, ending):
    email, user = newcomer
    client = browser()
    await log_in(client, email)
    old = client.cookies["session"]
    assert (await client.get("/me")).status_code == 200
    async with house.engine.begin() as conn:
        token = (await tokens.make_token(conn, COMMAND_LINE, "x", user=user)).token
    if ending == "log out":
        assert (await client.post("/logout")).status_code == 303
    elif ending == "log in again":
        await log_in(client, email)
    elif ending == "password":
        new = {"old": PASSWORD, "password": "another good password"}
        assert (await client.post("/me/password", data=new)).status_code == 303
    else:
        async with house.engine.begin() as conn:
            if ending == "role":
                for role in await users.grants_of(conn, user):
                    await granting.end(conn, COMMAND_LINE, user, role.id)
            else:
                await users.disable_user(conn, COMMAND_LINE, user)
    again = browser()
    again.cookies.set("session", old)
    assert (await again.get("/me")).status_code == 303
    batch = house.filled([event("note", note="x")])
    told = await again.post("/api/v1/events", json=batch)
    assert told.status_code == 401
    if ending in ("role", "disabled"):
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await again.post("/api/v1/events", json=batch, headers=bearer)).status_code in (401, 403)


async def test_a_log_out_is_not_undone_by_a_request_in_flight(browser, newcomer):
    client = browser()
    await log_in(client, newcomer[0])
    await asyncio.gather(client.get("/assets"), client.post("/logout"), client.get("/municipalities"))
    assert (await client.get("/me")).status_code == 303


async def test_guessing_is_slowed_for_one_account(house, browser, newcomer):
    client = browser()
    statuses = [(await log_in(client, newcomer[0], "wrong " * 2)).status_code for _ in range(7)]
    assert statuses[:5] == [401] * 5
    assert statuses[5:] == [429] * 2
    assert (await log_in(client, newcomer[0])).status_code == 429


async def test_guessing_all_at_once_gets_no_further(house, browser, newcomer):
    client = browser()
    answers = await asyncio.gather(*(log_in(client, newcomer[0], f"wrong password {n}") for n in range(12)))
    assert {each.status_code for each in answers} <= {401, 429, 503}
    assert (await log_in(client, newcomer[0])).status_code == 429
    async with house.engine.connect() as conn:
        tried = await conn.scalar(select(func.count()).select_from(login_attempt))
    assert tried <= 6


async def test_somebody_unknown_is_answered_as_somebody_known(browser, newcomer):
    known = await log_in(browser(), newcomer[0], "wrong password")
    unknown = await log_in(browser(), "nobody@example.org", "wrong password")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace(newcomer[0], "") == unknown.text.replace("nobody@example.org", "")


async def test_a_disabled_account_is_answered_as_an_unknown_one(house, browser, newcomer):
    async with house.engine.begin() as conn:
        await users.disable_user(conn, COMMAND_LINE, newcomer[1])
    assert (await log_in(browser(), newcomer[0])).status_code == 401


NEXT = (
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "/\tevil",
    "/%09/evil.example",
    "javascript:alert(1)",
    "/\r\nX: y",
    " //evil.example",
)


@pytest.mark.parametrize("after", NEXT)
async def test_a_log_in_leads_nowhere_else(browser, newcomer, after):
    answer = await log_in(browser(), newcomer[0], next=after)
    assert answer.status_code == 303
    assert answer.headers["location"] in ("/", after)
    assert not answer.headers["location"].startswith(("//", "/\\", "https", "java", " "))
    page = await browser().get(f"/login?next={quote(after)}")
    led = re.search(r'<form[^>]*action="/login".*?name="next" value="([^"]*)"', page.text, re.DOTALL)
    assert led is not None
    assert led[1] in ("/", after)


CROSS = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    "no origin at all": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
}


@pytest.mark.parametrize("name", CROSS)
async def test_another_site_has_no_effect(house, browser, newcomer, name):
    client = browser()
    await log_in(client, newcomer[0])
    headers = {key: value for key, value in CROSS[name].items() if value}
    if "Sec-Fetch-Site" not in headers:
        del client.headers["Sec-Fetch-Site"]
    before = await house.counts()
    for path in ("/logout", "/language", "/me/password", "/me/tokens", f"/a/{house.ids['laptop']}/note"):
        assert (await client.post(path, data={"note": "x", "name": "x"}, headers=headers)).status_code == 403
    text = {"content-type": "text/plain"}
    posted = await client.post("/api/v1/events", content=b"[]", headers={**headers, **text})
    assert posted.status_code in (403, 415)
    assert await house.counts() == before
    assert (await client.get("/me")).status_code == 200


async def test_a_cookie_is_told_to_be_kept_close(browser, newcomer):
    sent = (await log_in(browser(), newcomer[0])).headers["set-cookie"].lower()
    assert "httponly" in sent
    assert "samesite=lax" in sent
    assert "domain" not in sent


async def test_nobody_makes_sessions_by_coming_along(house, browser):
    async with house.engine.connect() as conn:
        before = await conn.scalar(select(func.count()).select_from(session))
    client = browser()
    for path in ("/login", "/", "/a/0000-0000", "/nowhere", "/healthz", "/api/openapi.json") * 5:
        answer = await client.get(path)
        assert "session" not in answer.headers.get("set-cookie", "")
    async with house.engine.connect() as conn:
        assert await conn.scalar(select(func.count()).select_from(session)) == before


TOKENS = (
    "",
    "x",
    "at_",
    "at_" + "A" * 43,
    "at_" + "A" * 100_000,
    "\xff",
    "at_\x00",
    "null",
    "Bearer Bearer x",
)


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: repr(token[:12]))
async def test_a_token_that_is_none(house, token):
    sent = {"headers": {"Authorization": f"Bearer {token}".encode("latin-1")}}
    await house.judge(Case("token", None, "GET", "/api/v1/assets", more=sent, expect=(400, 401)))


COOKIES = ("x", "a" * 10_000, "\xff", "%00", '"', "session=x; session=y")


@pytest.mark.parametrize("cookie", COOKIES, ids=lambda cookie: repr(cookie[:12]))
async def test_a_cookie_that_is_none(house, cookie):
    for name in ("session", "flash", "lang"):
        sent = {"headers": {"Cookie": f"{name}={cookie}".encode("latin-1")}}
        await house.judge(Case("cookie", None, "GET", "/login", more=sent, expect=(200, 400)))


async def test_a_revoked_token_is_refused_in_the_next_breath(house):
    async with house.engine.begin() as conn:
        made = await tokens.make_token(conn, COMMAND_LINE, "short-lived", user=house.ids["technician"])
    house.tokens["revoked"] = made.token
    assert (await house.ask("revoked", "GET", "/api/v1/assets")).status_code == 200
    gone = await house.ask("technician", "DELETE", f"/api/v1/tokens/{made.id}")
    assert gone.status_code == 204
    assert (await house.ask("revoked", "GET", "/api/v1/assets")).status_code == 401
    del house.tokens["revoked"]


def test_secrets_are_stored_as_digests():
    assert sessions.digest("a") != sessions.digest("b")
    assert len(sessions.digest("a")) == 32
