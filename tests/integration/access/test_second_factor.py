"""The second factor: set up by its first code, asked at each log-in, used once, gone only by a code or an administrator."""

import re
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import delete, func, select, text, update

from asset_tracker import vault
from asset_tracker.access import second_factor, steps, totp, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import access_record, login_attempt, login_step
from asset_tracker.access.tables import second_factor as factor_table
from asset_tracker.ledger.ids import uuid7

from .browsers import PASSWORD, browser, is_in, keep_one, logged_in

pytestmark = pytest.mark.anyio
SECRET = "t" * 40


async def key_of(site, user):
    async with site.state.engine.connect() as conn:
        sealed = await conn.scalar(select(factor_table.c.sealed).where(factor_table.c.user_id == user))
    return vault.unseal(SECRET, "second factor", str(user), sealed)


def code_of(key, away=0):
    return totp.code_at(key, int(time.time()) // 30 + away)


async def forget_steps(site, user):
    """As if half an hour had passed: codes that were used are long over."""
    async with site.state.engine.begin() as conn:
        await conn.execute(update(factor_table).where(factor_table.c.user_id == user).values(last_step=0))
        await conn.execute(delete(login_attempt))


async def set_up(site, somebody):
    """Somebody with a second factor, at a browser: client, key, recovery codes."""
    client = await logged_in(site, somebody[0])
    page = await client.get("/me/second-factor")
    shown = re.search(r'id="key">([^<]+)<', page.text)[1]
    key = await key_of(site, somebody[1])
    assert shown == totp.key_text(key)
    assert "<svg" in page.text
    done = await client.post("/me/second-factor", data={"code": code_of(key)})
    codes = re.findall(r"<li><code>([^<]+)</code>", done.text)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    await forget_steps(site, somebody[1])
    return client, key, codes


async def half_in(site, email):
    client = browser(site)
    answer = await client.post("/login", data={"email": email, "password": PASSWORD, "next": "/assets"})
    assert answer.headers["location"] == "/login/code?next=/assets"
    assert "session" not in client.cookies
    return client


async def test_a_log_in_needs_the_code(site, somebody):
    _, key, _ = await set_up(site, somebody)
    client = await half_in(site, somebody[0])
    assert not await is_in(client)
    wrong = await client.post("/login/code", data={"code": "000000"})
    assert wrong.status_code == 401
    right = await client.post("/login/code", data={"code": code_of(key), "next": "/assets"})
    assert right.headers["location"] == "/assets"
    assert await is_in(client)
    assert "step" not in client.cookies


async def test_a_code_is_taken_once(site, somebody):
    _, key, _ = await set_up(site, somebody)
    code = code_of(key)
    one, two = await half_in(site, somebody[0]), await half_in(site, somebody[0])
    assert (await one.post("/login/code", data={"code": code})).status_code == 303
    assert (await two.post("/login/code", data={"code": code})).status_code == 401
    assert (await two.post("/login/code", data={"code": code_of(key, -1)})).status_code == 401


@pytest.mark.parametrize(("away", "status"), [(-1, 303), (1, 303), (-3, 401), (3, 401)])
async def test_a_clock_may_be_off_by_a_step(site, somebody, away, status, monkeypatch):
    now = time.time()
    monkeypatch.setattr(second_factor.time, "time", lambda: now)  # or a step may end between here and there
    _, key, _ = await set_up(site, somebody)
    client = await half_in(site, somebody[0])
    assert (await client.post("/login/code", data={"code": code_of(key, away)})).status_code == status


async def test_a_recovery_code_opens_once(site, somebody):
    _, _, codes = await set_up(site, somebody)
    client = await half_in(site, somebody[0])
    typed = codes[0].upper().replace("-", " ")
    assert (await client.post("/login/code", data={"code": typed})).status_code == 303
    again = await half_in(site, somebody[0])
    assert (await again.post("/login/code", data={"code": codes[0]})).status_code == 401
    assert f"{second_factor.RECOVERY_CODES - 1} recovery codes are left" in (await client.get("/me")).text


async def test_nothing_of_it_can_be_read_in_the_database(site, somebody):
    _, key, codes = await set_up(site, somebody)
    async with site.state.engine.connect() as conn:
        rows = [
            str((await conn.execute(text(f"SELECT t::text FROM {table} t"))).all())
            for table in ("second_factor", "recovery_code", "login_step", "access_record")
        ]
    assert key.hex() not in "".join(rows)
    assert not any(code in "".join(rows) for code in codes)


async def test_five_guesses_end_the_step(site, somebody):
    _, key, _ = await set_up(site, somebody)
    client = await half_in(site, somebody[0])
    answers = [await client.post("/login/code", data={"code": "000000"}) for _ in range(steps.GUESSES)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 303]
    assert answers[-1].headers["location"] == "/login"
    assert (await client.post("/login/code", data={"code": code_of(key)})).status_code == 303
    assert not await is_in(client)


async def test_guesses_are_limited_over_many_steps(site, somebody):
    _, key, _ = await set_up(site, somebody)
    first = await half_in(site, somebody[0])
    for _ in range(steps.GUESSES):
        await first.post("/login/code", data={"code": "000000"})
    second = await half_in(site, somebody[0])
    assert (await second.post("/login/code", data={"code": code_of(key)})).status_code == 429


async def test_a_step_ends_after_ten_minutes_and_with_the_account(site, somebody):
    _, key, _ = await set_up(site, somebody)
    late = await half_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        await conn.execute(update(login_step).values(created_at=datetime.now(UTC) - timedelta(minutes=11)))
    assert (await late.post("/login/code", data={"code": code_of(key)})).headers["location"] == "/login"
    shut = await half_in(site, somebody[0])
    async with site.state.engine.begin() as conn:
        await keep_one(conn)
        await users.disable_user(conn, COMMAND_LINE, somebody[1])
    assert (await shut.post("/login/code", data={"code": code_of(key)})).headers["location"] == "/login"


async def test_setting_it_up_ends_other_sessions_and_needs_a_right_code(site, somebody):
    other = await logged_in(site, somebody[0])
    client = await logged_in(site, somebody[0])
    await client.get("/me/second-factor")
    assert (await client.post("/me/second-factor", data={"code": "000000"})).status_code == 422
    assert await is_in(other)
    key = await key_of(site, somebody[1])
    assert (await client.post("/me/second-factor", data={"code": code_of(key)})).status_code == 200
    assert await is_in(client)
    assert not await is_in(other)


async def test_it_is_removed_by_a_code_only(site, somebody):
    client, key, _ = await set_up(site, somebody)
    assert (await client.post("/me/second-factor/remove", data={"code": "000000"})).status_code == 422
    assert (await client.post("/me/second-factor/remove", data={"code": code_of(key)})).status_code == 303
    assert await is_in(await logged_in(site, somebody[0]))


async def test_new_recovery_codes_void_the_old(site, somebody):
    client, key, codes = await set_up(site, somebody)
    shown = await client.post("/me/second-factor/codes", data={"code": code_of(key)})
    assert codes[0] not in shown.text
    again = await half_in(site, somebody[0])
    assert (await again.post("/login/code", data={"code": codes[0]})).status_code == 401


async def test_an_administrator_removes_it_with_a_reason_that_is_kept(site, somebody):
    client, _, _ = await set_up(site, somebody)
    async with site.state.engine.begin() as conn:
        email = f"{uuid7().hex}@example.org"
        await users.add_user(
            conn,
            COMMAND_LINE,
            email=email,
            name="Admin",
            password=PASSWORD,
            grants=(Grant(role="administrator"),),
            lang="en",
        )
    admin = await logged_in(site, email)
    path = f"/people/{somebody[1]}/second-factor/remove"
    assert (await admin.post(path, data={"reason": ""})).status_code == 422
    assert (await admin.post(path, data={"reason": "lost phone, called back"})).status_code == 303
    assert not await is_in(client)
    assert await is_in(await logged_in(site, somebody[0]))
    shown = (await admin.get("/records?act=second_factor_removed")).text
    assert "lost phone, called back" in shown
    assert f"user {somebody[1]}" in shown
    async with site.state.engine.connect() as conn:
        acts = list(
            await conn.scalars(select(access_record.c.act).order_by(access_record.c.id.desc()).limit(2))
        )
    assert "second_factor_removed" in acts


async def test_a_role_can_require_it(site, somebody, monkeypatch):
    asked = msgspec.structs.replace(site.state.settings, second_factor_roles=("administrator",))
    monkeypatch.setitem(site.state._state, "settings", asked)
    client = await logged_in(site, somebody[0])
    for path in ("/", "/assets", "/people"):
        assert (await client.get(path)).headers["location"] == "/me/second-factor"
    refused = await client.get("/api/v1/assets")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:asset-tracker:problem:second-factor")
    assert (await client.get("/a/0000-0000")).status_code in (200, 404)
    page = await client.get("/me/second-factor")
    assert "Your role needs a second factor" in page.text
    key = await key_of(site, somebody[1])
    await client.post("/me/second-factor", data={"code": code_of(key)})
    assert (await client.get("/assets")).status_code == 200


async def test_who_erases_a_person_gives_the_code_and_wrong_ones_are_counted(site, somebody):
    client, key, _ = await set_up(site, somebody)
    email = f"{uuid7().hex}@example.org"
    async with site.state.engine.begin() as conn:
        gone = await users.add_user(
            conn, COMMAND_LINE, email=email, name="Y", password=None, grants=(Grant(role="auditor"),)
        )
    asked = await client.get(f"/people/{gone}/erase")
    assert 'name="code"' in asked.text
    proof = {"typed": email, "reason": "a letter", "password": PASSWORD}
    for code in ("", "000000"):
        wrong = await client.post(f"/people/{gone}/erase", data=proof | {"code": code})
        assert (wrong.status_code, "The code is wrong" in wrong.text) == (422, True)
    async with site.state.engine.connect() as conn:
        failed = select(func.count()).select_from(login_attempt).where(~login_attempt.c.succeeded)
        assert await conn.scalar(failed) == 2
    right = await client.post(f"/people/{gone}/erase", data=proof | {"code": code_of(key)})
    assert right.status_code == 303
    assert email not in (await client.get(f"/people/{gone}")).text
