"""Attempts, links by mail, tokens that may less, sessions that end meanwhile, hosts that are not ours."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import delete, select, update

from asset_tracker import vault
from asset_tracker.access import granting, links, login, sessions, tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import api_token, login_attempt, one_time_link
from asset_tracker.assets import saved_views
from asset_tracker.assets.tables import saved_view
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail.letters import Letter
from asset_tracker.mail.tables import mail_outbox

from .browsers import PASSWORD, browser, is_in, logged_in

pytestmark = pytest.mark.anyio
SECRET = "t" * 40


@pytest.fixture(autouse=True)
async def no_attempts(site):
    async with site.state.engine.begin() as conn:
        await conn.execute(delete(login_attempt))


async def fail(client, email, times):
    form = {"email": email, "password": "a wrong password"}
    return [(await client.post("/login", data=form)).status_code for _ in range(times)]


# ---- attempts -------------------------------------------------------------


async def test_who_guesses_waits_and_its_owner_at_a_known_browser_does_not(site, somebody):
    known = await logged_in(site, somebody[0])
    await known.post("/logout")
    assert await fail(browser(site), somebody[0], 6) == [401] * 5 + [429]
    # The same address, the same account: but the browser was theirs before.
    again = await known.post("/login", data={"email": somebody[0], "password": PASSWORD})
    assert again.status_code == 303
    stranger = await browser(site).post("/login", data={"email": somebody[0], "password": PASSWORD})
    assert stranger.status_code == 429


async def test_a_known_browser_guesses_no_more_than_another(site, somebody):
    known = await logged_in(site, somebody[0])
    assert await fail(known, somebody[0], 6) == [401] * 5 + [429]


async def test_a_made_up_mark_is_worth_nothing(site, somebody):
    forger = browser(site)
    statuses = []
    for n in range(6):
        forger.cookies.set("device", f"{n:016x}.{'0' * 64}")
        statuses += await fail(forger, somebody[0], 1)
    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("not an address", "not an address", True),
    ],
)
def test_what_counts_as_one_address(one, other, same):
    assert (sessions.network_of(one) == sessions.network_of(other)) is same


def test_a_mark_is_for_one_account_only():
    mark = login.known_device(SECRET, "Olha@example.org")
    assert login.whence_of(SECRET, " olha@example.org", mark, "192.0.2.1").startswith("device ")
    assert login.whence_of(SECRET, "other@example.org", mark, "192.0.2.1") == "192.0.2.1"
    assert login.whence_of("x" * 40, "olha@example.org", mark, "192.0.2.1") == "192.0.2.1"


# ---- links by mail --------------------------------------------------------


@pytest.fixture
def mailing(site, monkeypatch):
    changed = msgspec.structs.replace(
        site.state.settings, smtp_url="smtp://127.0.0.1:9", mail_from="Облік <assets@example.org>"
    )
    monkeypatch.setitem(site.state._state, "settings", changed)


async def letters(site):
    o = mail_outbox.c
    async with site.state.engine.begin() as conn:
        rows = (await conn.execute(delete(mail_outbox).returning(o.id, o.kind, o.sealed))).all()
    return [
        msgspec.json.decode(vault.unseal(SECRET, "mail", str(row.id), row.sealed), type=Letter)
        for row in rows
    ]


async def page_of(admin, name):
    people = (await admin.get("/people", params={"q": name})).text
    return re.search(rf'href="(/people/[0-9a-f-]+)"><span lang="uk">{name}<', people)[1]


async def test_an_invitation_goes_by_mail_and_is_shown_to_nobody(site, somebody, mailing):
    admin = await logged_in(site, somebody[0])
    form = {"name": "New", "email": "new.person@example.org", "role": "auditor", "lang": "uk"}
    page = await admin.post("/people", data=form)
    assert page.status_code == 200
    assert "/password/" not in page.text
    (letter,) = await letters(site)
    assert (letter.kind, letter.to, letter.lang) == ("invitation", "new.person@example.org", "uk")
    guest = browser(site)
    done = await guest.post(letter.button.href, data={"password": PASSWORD})
    assert done.headers["location"] == "/login"
    assert (await guest.post(letter.button.href, data={"password": PASSWORD})).status_code == 404
    assert await is_in(await logged_in(site, "new.person@example.org"))


async def test_somebody_invited_who_never_came_is_erased_with_the_letter_that_waits(site, somebody, mailing):
    admin = await logged_in(site, somebody[0])
    form = {"name": "Оля Незвана", "email": "uninvited@example.org", "role": "auditor", "lang": "uk"}
    assert (await admin.post("/people", data=form)).status_code == 200
    path = await page_of(admin, "Оля Незвана")
    assert f"{path}/erase" in (await admin.get(path)).text
    assert (await admin.get(f"{path}/erase")).status_code == 200
    async with site.state.engine.begin() as conn:  # one letter more, to somebody else
        other = await links.make_link(conn, COMMAND_LINE, somebody[1], site.state.settings)
        assert other.token is None
    proof = {"typed": "uninvited@example.org", "reason": "Лист", "password": PASSWORD}
    erased = await admin.post(f"{path}/erase", data=proof)
    assert (erased.status_code, erased.headers.get("location")) == (303, "/people")
    (left,) = await letters(site)
    assert left.to == somebody[0], "an invitation is not sent to whoever was erased"
    shown = (await admin.get(path)).text + (await admin.get("/people?q=uninvited")).text
    assert "Незвана" not in shown
    assert "uninvited@example.org" not in shown
    # The address is free: who is invited again is somebody new.
    again = await admin.post("/people", data=form)
    assert again.status_code == 200
    assert ">Оля Незвана<" in (await admin.get("/people?q=Незвана")).text
    (invited,) = await letters(site)
    assert invited.to == "uninvited@example.org"


async def test_a_link_in_the_hands_of_somebody_who_is_erased_opens_nothing(site, somebody):
    admin = await logged_in(site, somebody[0])
    form = {"name": "Ганна Пізня", "email": "late@example.org", "role": "auditor", "lang": "uk"}
    made = await admin.post("/people", data=form)
    link = re.search(r"/password/[\w-]+", made.text)[0]
    guest = browser(site)
    assert (await guest.get(link)).status_code == 200
    path = await page_of(admin, "Ганна Пізня")
    proof = {"typed": "late@example.org", "reason": "Лист", "password": PASSWORD}
    assert (await admin.post(f"{path}/erase", data=proof)).status_code == 303
    assert (await guest.get(link)).status_code == 404
    assert (await guest.post(link, data={"password": PASSWORD})).status_code == 404
    assert (await admin.post(f"{path}/link")).status_code in (404, 409)


async def test_a_forgotten_password_tells_nobody_who_has_an_account(site, somebody, mailing):
    pages = [
        (await browser(site).post("/password-forgotten", data={"email": email})).text
        for email in (somebody[0], "nobody-here@example.org")
    ]
    assert pages[0] == pages[1]
    (letter,) = await letters(site)
    assert (letter.kind, letter.to) == ("reset", somebody[0])
    open_still = await logged_in(site, somebody[0])
    done = await browser(site).post(letter.button.href, data={"password": "a new long password"})
    assert done.status_code == 303
    assert not await is_in(open_still)


async def test_a_letter_is_made_once_the_answer_has_left(site, somebody, mailing, monkeypatch):
    """Or the time that it takes would tell who has an account: what goes wrong with it is not in the answer."""

    async def away(*_args, **_more):
        raise ConnectionError

    monkeypatch.setattr(links.outbox, "enqueue", away)
    answer = await browser(site).post("/password-forgotten", data={"email": somebody[0]})
    assert answer.status_code == 200
    assert not await letters(site)


async def test_a_mailbox_is_not_flooded_and_an_invitation_stays_good(site, somebody, mailing):
    async with site.state.engine.begin() as conn:
        await links.make_link(conn, COMMAND_LINE, somebody[1], site.state.settings)
    (invitation,) = await letters(site)
    for _ in range(3):
        await browser(site).post("/password-forgotten", data={"email": somebody[0]})
    assert len(await letters(site)) == 1
    assert (await browser(site).get(invitation.button.href)).status_code == 200
    async with site.state.engine.begin() as conn:
        l = one_time_link.c  # noqa: E741 - the house's short name
        await conn.execute(update(one_time_link).values(created_at=l.created_at - links.PAUSE))
    await browser(site).post("/password-forgotten", data={"email": somebody[0]})
    assert len(await letters(site)) == 1
    statuses = [
        (await browser(site).post("/password-forgotten", data={"email": somebody[0]})).status_code
        for _ in range(3)
    ]
    assert 429 in statuses


# ---- tokens ---------------------------------------------------------------


async def by_token(site, client, path="/api/v1/assets", method="GET", **more):
    async with browser(site) as program:
        return await program.request(method, path, headers={"Authorization": f"Bearer {client}"}, **more)


async def test_a_token_reads_and_does_nothing_else(site, somebody):
    client = await logged_in(site, somebody[0])
    page = await client.post("/me/tokens", data={"name": "reports", "days": "30", "may": "read"})
    token = re.search(r'id="token">([^<]+)<', page.text)[1]
    assert "Read only" in page.text
    assert (await by_token(site, token)).status_code == 200
    new = {"kind": "donor", "name_uk": "x", "name_en": "x"}
    assert (await by_token(site, token, "/api/v1/parties", "POST", json=new)).status_code == 403
    assert (await by_token(site, token, "/people")).status_code == 403
    for path in ("/me/password", "/me/second-factor/remove"):
        assert (await by_token(site, token, path, "POST", data={"code": "1"})).status_code == 403
    made = await by_token(site, token, "/api/v1/tokens", "POST", json={"name": "more"})
    assert made.status_code == 403
    async with site.state.engine.connect() as conn:
        ends = await conn.scalar(select(api_token.c.expires_at).where(api_token.c.name == "reports"))
    assert timedelta(days=29) < ends - datetime.now(UTC) <= timedelta(days=30)


async def test_a_token_hands_out_nothing_that_outlives_it(site, somebody):
    """Of everything that its owner may: whoever finds it has it until its day, and makes no other of it."""
    async with site.state.engine.begin() as conn:
        token = (await tokens.make_token(conn, COMMAND_LINE, "x", user=somebody[1])).token
    made = await by_token(site, token, "/api/v1/tokens", "POST", json={"name": "more"})
    assert made.status_code == 403
    key, shared = {"key_name": "x", "days": "7"}, {"purpose": "an auditor", "days": "7"}
    for path, form in (
        ("/me/tokens", {"name": "x"}),
        ("/questions/keys", key),
        ("/reports/links", shared),
        ("/calendar/link", {}),
    ):
        assert (await by_token(site, token, path, "POST", data=form)).status_code == 403, path


async def test_ways_in_are_opened_by_an_administrator_and_by_no_token_of_theirs(site, somebody):
    """A link to a new password, an account, a role: who found the token would have them for good."""
    async with site.state.engine.begin() as conn:
        token = (await tokens.make_token(conn, COMMAND_LINE, "x", user=somebody[1])).token
        email = f"{uuid7().hex}@example.org"
        other = await users.add_user(
            conn, COMMAND_LINE, email=email, name="Y", password=PASSWORD, grants=(Grant(role="auditor"),)
        )
    administrator, auditor = await logged_in(site, somebody[0]), await logged_in(site, email)
    new = {"name": "New", "email": f"{uuid7().hex}@example.org", "role": "auditor"}
    for path, form, done in (
        ("/people", new, 200),
        (f"/people/{other}/link", {}, 200),
        (f"/people/{other}/grants", {"role": "auditor"}, 303),
        (f"/people/{other}/second-factor/remove", {"reason": "a lost phone"}, 404),
        (f"/imports/{uuid7()}/invitations", {}, 404),
        (f"/api/v1/imports/{uuid7()}/invitations", {}, 404),
    ):
        assert (await by_token(site, token, path, "POST", data=form)).status_code == 403, path
        assert (await auditor.post(path, data=form)).status_code == 403, path
        assert (await administrator.post(path, data=form)).status_code == done, path


async def test_a_token_may_hold_until_it_is_revoked(site, somebody):
    client = await logged_in(site, somebody[0])
    for at in (
        "2025-03-01T10:00:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2999-01-01T00:00:00Z",
    ):
        made = await client.post("/api/v1/tokens", json={"name": "x", "expires_at": at})
        assert made.status_code in (400, 422), at
    page = await client.post("/me/tokens", data={"name": "for good", "days": "", "may": "all"})
    assert page.status_code == 200
    async with site.state.engine.connect() as conn:
        t = api_token.c
        ends = await conn.scalar(select(t.expires_at).where(t.user_id == somebody[1], t.name == "for good"))
    assert ends is None
    assert (await client.post("/me/tokens", data={"name": "x", "days": "7"})).status_code == 422


async def test_a_token_needs_at_least_one_permission(site, somebody):
    client = await logged_in(site, somebody[0])
    page = await client.post("/me/tokens", data={"name": "x", "may": "some"})
    assert page.status_code == 422
    some = {"name": "x", "may": "some", "permission": ["asset.read", "user.manage", "nonsense"]}
    for days, status in (("", 200), ("365", 200), ("7", 422)):
        assert (await client.post("/me/tokens", data=some | {"days": days})).status_code == status


async def test_a_token_of_one_grant_reaches_no_more_than_it(site, somebody):
    role = Grant(role="custodian", area="UA18080010000090720")
    async with site.state.engine.begin() as conn:
        custodian = await granting.give(conn, COMMAND_LINE, somebody[1], role, None)
        actor = await sessions.actor_of(conn, somebody[1])
        token = (await tokens.make_token(conn, actor, "x", grants=[custodian])).token
    assert (await by_token(site, token)).status_code == 200
    assert (await by_token(site, token, "/people")).status_code == 403
    async with site.state.engine.begin() as conn:
        await granting.end(conn, COMMAND_LINE, somebody[1], custodian)
        await granting.give(conn, COMMAND_LINE, somebody[1], role, None)
    # Grants given anew are not the token's: it may nothing until it is made anew too.
    assert (await by_token(site, token)).status_code == 403


# ---- sessions that end meanwhile ------------------------------------------


@pytest.mark.parametrize("how", ["session", "token"])
async def test_a_change_on_its_way_ends_with_what_it_was_allowed_by(site, somebody, how, monkeypatch):
    """It is allowed, and begins; then the session ends, and the log-out has answered; then it would commit."""
    client = await logged_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        made = await tokens.make_token(conn, COMMAND_LINE, "x", user=somebody[1])
    begun, go_on = asyncio.Event(), asyncio.Event()
    save = saved_views.save_view

    async def slow(*args, **kwargs):
        done = await save(*args, **kwargs)
        begun.set()
        await go_on.wait()
        return done

    monkeypatch.setattr(saved_views, "save_view", slow)
    view = {"name": "meanwhile"}
    if how == "session":
        change = client.post("/api/v1/views", json=view)
    else:
        change = by_token(site, made.token, "/api/v1/views", "POST", json=view)
    on_its_way = asyncio.create_task(change)
    await asyncio.wait_for(begun.wait(), 120)
    async with site.state.engine.begin() as conn:
        if how == "session":
            await sessions.end_all(conn, somebody[1])
        else:
            await conn.execute(
                update(api_token).where(api_token.c.id == made.id).values(revoked_at=datetime.now(UTC))
            )
    go_on.set()
    assert (await on_its_way).status_code == 401
    async with site.state.engine.connect() as conn:
        v = saved_view.c
        names = await conn.scalars(select(v.name).where(v.owner_id == somebody[1]))
        assert "meanwhile" not in set(names)


# ---- hosts and cookies ----------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
async def test_other_hosts_are_not_answered(site, host, status):
    answer = await browser(site).get("/login", headers={"Host": host})
    assert answer.status_code == status
    assert (await browser(site).get("/healthz", headers={"Host": host})).status_code == 200


async def test_over_tls_every_cookie_is_bound_to_the_host(site, somebody, monkeypatch):
    changed = msgspec.structs.replace(site.state.settings, base_url="https://127.0.0.1:8000")
    monkeypatch.setitem(site.state._state, "settings", changed)
    client = browser(site)
    said = await client.post("/login", data={"email": somebody[0], "password": PASSWORD})
    given = said.headers.get_list("set-cookie")
    given += (await client.post("/language", data={"lang": "en"})).headers.get_list("set-cookie")
    assert {each.partition("=")[0] for each in given} == {"__Host-session", "__Host-device", "__Host-lang"}
    for each in given:
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(each.split("; "))
        assert "Domain" not in each
