"""Sessions end when they should and for good; links work once; the brake stops changes and not reading."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from asset_tracker.access import granting, panic, sessions, tokens, users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.tables import one_time_link, session
from asset_tracker.ledger.ids import uuid7

from .browsers import PASSWORD, browser, is_in, keep_one, logged_in

pytestmark = pytest.mark.anyio


async def test_one_sees_ones_sessions_and_ends_another(site, somebody):
    laptop, phone = await logged_in(site, somebody[0]), await logged_in(site, somebody[0], "Phone")
    shown = (await laptop.get("/me")).text
    assert "Phone" in shown
    (other,) = re.findall(r"/me/sessions/([\w-]+)/end", shown)
    assert (await laptop.post(f"/me/sessions/{other}/end")).status_code == 303
    assert await is_in(laptop)
    assert not await is_in(phone)
    assert (await laptop.post(f"/me/sessions/{other}/end")).status_code == 404


async def test_nobody_ends_anothers_session(site, somebody):
    mine = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        other = await users.add_user(
            conn, COMMAND_LINE, email=f"{uuid7().hex}@example.org", name="Y", password=None, grants=()
        )
        theirs = await sessions.begin_session(conn, other)
        (view,) = await sessions.list_sessions(conn, theirs.actor)
    assert (await mine.post(f"/me/sessions/{view.id}/end")).status_code == 404


async def test_a_new_password_ends_all_other_sessions_and_renews_this(site, somebody):
    laptop, phone = await logged_in(site, somebody[0]), await logged_in(site, somebody[0])
    before = laptop.cookies["session"]
    form = {"old": PASSWORD, "password": "another long password"}
    assert (await laptop.post("/me/password", data=form)).headers["location"] == "/me"
    assert laptop.cookies["session"] != before
    assert await is_in(laptop)
    assert not await is_in(phone)
    stale = browser(site)
    stale.cookies.set("session", before)
    assert not await is_in(stale)


async def test_who_finds_a_session_open_guesses_the_password_no_faster_than_others(site, somebody):
    client = await logged_in(site, somebody[0])
    form = {"old": "not this one", "password": "another long password"}
    statuses = [(await client.post("/me/password", data=form)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert (await client.post("/me/password", data=form | {"old": PASSWORD})).status_code == 429


@pytest.mark.parametrize(
    ("column", "age", "open_still"),
    [
        ("seen_at", sessions.IDLE - timedelta(minutes=1), True),
        ("seen_at", sessions.IDLE + timedelta(minutes=1), False),
        ("created_at", sessions.ABSOLUTE - timedelta(minutes=1), True),
        ("created_at", sessions.ABSOLUTE + timedelta(minutes=1), False),
    ],
)
async def test_sessions_time_out(site, somebody, column, age, open_still):
    client = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        values = {column: datetime.now(UTC) - age}
        await conn.execute(update(session).where(session.c.user_id == somebody[1]).values(values))
    assert await is_in(client) is open_still


async def test_logging_out_ends_the_session_and_not_only_the_cookie(site, somebody):
    client = await logged_in(site, somebody[0])
    kept = client.cookies["session"]
    await client.post("/logout")
    client.cookies.set("session", kept)
    assert not await is_in(client)


@pytest.mark.parametrize("end", ["disable", "grants"])
async def test_a_role_taken_away_ends_what_is_open(site, somebody, end):
    client = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        await keep_one(conn)
        if end == "disable":
            await users.disable_user(conn, COMMAND_LINE, somebody[1])
        else:
            (role,) = await users.grants_of(conn, somebody[1])
            await granting.end(conn, COMMAND_LINE, somebody[1], role.id)
    assert not await is_in(client)


async def test_a_log_in_on_its_way_does_not_outlive_the_account(site, somebody, monkeypatch):
    """The password is found right; then the account is shut; then the session would be made."""
    checked, shut = asyncio.Event(), asyncio.Event()
    verify = sessions.verify_password

    async def slow(stored, password):
        right = await verify(stored, password)
        checked.set()
        await shut.wait()
        return right

    monkeypatch.setattr(sessions, "verify_password", slow)
    client = browser(site)
    form = {"email": somebody[0], "password": PASSWORD}
    on_its_way = asyncio.create_task(client.post("/login", data=form))
    await asyncio.wait_for(checked.wait(), 120)
    async with site.state.engine.begin() as conn:
        await keep_one(conn)
        await users.disable_user(conn, COMMAND_LINE, somebody[1])
    shut.set()
    assert (await on_its_way).status_code == 401
    assert "session" not in client.cookies


async def test_an_invitation_works_once(site, somebody):
    admin = await logged_in(site, somebody[0])
    email = f"{uuid7().hex}@example.org"
    form = {"name": "New", "email": email, "role": "auditor", "lang": "en"}
    page = await admin.post("/people", data=form)
    assert page.status_code == 200
    address = re.search(r'id="link">([^<]+)<', page.text)[1]
    path = address.partition(":8000")[2]
    guest = browser(site)
    asked = await guest.get(path)
    assert (asked.status_code, asked.headers["referrer-policy"]) == (200, "no-referrer")
    assert email in asked.text
    short = await guest.post(path, data={"password": "short"})
    assert (short.status_code, short.headers["referrer-policy"]) == (422, "no-referrer")
    assert (await guest.post(path, data={"password": PASSWORD})).headers["location"] == "/login"
    assert (await guest.post(path, data={"password": "a third long password"})).status_code == 404
    assert (await guest.get(path)).status_code == 404
    assert await is_in(await logged_in(site, email))


@pytest.mark.parametrize("end", ["newer", "old", "shut"])
async def test_a_link_ends(site, somebody, end):
    admin = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        other = await users.add_user(
            conn, COMMAND_LINE, email=f"{uuid7().hex}@example.org", name="Y", password=None, grants=()
        )
    page = await admin.post(f"/people/{other}/link")
    path = re.search(r'id="link">[^<]+(/password/[^<]+)<', page.text)[1]
    if end == "newer":
        await admin.post(f"/people/{other}/link")
    async with site.state.engine.begin() as conn:
        if end == "shut":
            await users.disable_user(conn, COMMAND_LINE, other)
        if end == "old":
            past = datetime.now(UTC) - timedelta(seconds=1)
            await conn.execute(update(one_time_link).values(expires_at=past))
    assert (await browser(site).get(path)).status_code == 404


def calendar_in(page):
    return re.search(r"/calendar/feed/[\w-]{40,}\.ics", page.text)[0]


@pytest.mark.parametrize("how", ["shut", "panic"])
async def test_what_somebody_handed_out_ends_for_good(site, somebody, how):
    """A link to a calendar is opened by whoever has it: it ends with the account, and is not there again with it."""
    client, stranger = await logged_in(site, somebody[0]), browser(site)
    feed = calendar_in(await client.post("/calendar/link"))
    assert (await stranger.get(feed)).status_code == 200
    async with site.state.engine.begin() as conn:
        await keep_one(conn)
        if how == "panic":
            await panic.begin(conn)
            await panic.over(conn)
        else:
            await users.disable_user(conn, COMMAND_LINE, somebody[1])
            await users.reopen_user(conn, COMMAND_LINE, somebody[1])
    assert (await stranger.get(feed)).status_code == 404


async def test_panic_ends_everything_and_stops_changes(site, somebody):
    client = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        token = (await tokens.make_token(conn, COMMAND_LINE, "x", user=somebody[1])).token
        ended = await panic.begin(conn)
        await panic.begin(conn)
    assert ended.sessions >= 1
    assert ended.tokens >= 1
    assert not await is_in(client)
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/assets", headers=bearer)).status_code == 401
    again = await logged_in(site, somebody[0])
    assert (await again.get("/assets")).status_code == 200
    refused = await again.post("/api/v1/parties", json={"kind": "donor", "name_uk": "x", "name_en": "x"})
    assert refused.status_code == 503
    assert "read-only" in refused.json()["detail"]
    assert (await again.post("/me/tokens", data={"name": "x"})).status_code == 503
    async with site.state.engine.begin() as conn:
        assert await panic.over(conn)
        assert not await panic.over(conn)
    assert (await again.post("/me/tokens", data={"name": "x"})).status_code == 200
