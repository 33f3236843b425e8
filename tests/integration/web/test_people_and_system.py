"""The page of a person gives and ends roles; the mail server and the keys of the journal have pages."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import text

pytestmark = pytest.mark.anyio
SOON = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


async def page_of(site, name):
    people = await site.get("administrator", "/people")
    path = re.search(rf'href="(/people/[0-9a-f-]+)">{name}<', people.text)[1]
    return path, await site.get("administrator", path)


async def test_a_role_is_given_until_a_day_and_ended(site):
    await site.get("auditor", "/me")
    path, shown = await page_of(site, "Auditor")
    assert "Немає" in shown.text
    for wrong in ({"role": "coordinator"}, {"role": "administrator", "until": "2020-01-01"}):
        assert (await site.post("administrator", f"{path}/grants", wrong)).status_code == 422
    given = {"role": "coordinator", "programme": str(site.office.programme), "until": SOON}
    assert (await site.post("administrator", f"{path}/grants", given)).status_code == 303
    assert (await site.get("auditor", "/settings")).status_code == 200  # their session went on
    shown = await site.get("administrator", path)
    assert "PROSTO Програма PROSTO" in shown.text
    ends = re.findall(rf'action="({path}/grants/[0-9a-f-]+/end)"', shown.text)
    assert (await site.post("administrator", ends[-1])).status_code == 303
    assert (await site.get("auditor", "/me")).status_code in (303, 401)  # and now it is over
    assert "+ coordinator" in (await site.get("administrator", "/records")).text


async def test_the_last_administrator_stays(site):
    path, shown = await page_of(site, "Administrator")
    (end,) = re.findall(rf'action="({path}/grants/[0-9a-f-]+/end)"', shown.text)
    assert (await site.post("administrator", end)).status_code == 409
    passing = {"role": "administrator", "until": SOON}
    assert (await site.post("administrator", f"{path}/grants", passing)).status_code == 303
    assert (
        await site.post("administrator", end)
    ).status_code == 409  # one that runs out is none to stay with


async def test_sessions_and_tokens_of_somebody_are_ended(site):
    await site.post("coordinator", "/me/tokens", {"name": "a program"})
    path, shown = await page_of(site, "Coordinator")
    (revoke,) = re.findall(rf'action="({path}/tokens/[0-9a-f-]+/revoke)"', shown.text)
    assert (await site.post("administrator", revoke)).status_code == 303
    assert "a program" in shown.text
    assert (await site.post("administrator", f"{path}/sessions/end")).status_code == 303
    assert (await site.get("coordinator", "/me")).status_code in (303, 401)


async def test_a_trial_letter_says_what_the_server_said(site):
    none = await site.get("administrator", "/settings/mail")
    assert "Поштовий сервер не налаштовано" in none.text
    taken = []

    async def serve(reader, writer):
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(
                {b"RCPT": b"250 ok\r\n" if site.takes else b"550 no such box\r\n"}.get(word, b"250 ok\r\n")
            )
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    before = site.app.state.settings
    site.app.state.settings = msgspec.structs.replace(
        before, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Облік <assets@example.org>"
    )
    try:
        site.takes = True
        assert (await site.post("administrator", "/settings/mail/try")).status_code == 303
        assert b"administrator@example.org" in taken[0]
        site.takes = False
        refused = await site.post("administrator", "/settings/mail/try")
        assert refused.status_code == 502
        assert "no such box" in refused.text
    finally:
        site.app.state.settings = before
        server.close()
        await server.wait_closed()


async def test_the_key_of_the_journal_is_changed_by_a_statement(site):
    await site.app.state.sealing.once()
    before = await site.get("administrator", "/settings/keys")
    assert "Заява про заміну ключа" not in before.text
    assert (await site.post("administrator", "/settings/keys/rotate", {"reason": ""})).status_code == 422
    done = await site.post("administrator", "/settings/keys/rotate", {"reason": "every spring"})
    assert done.status_code == 303
    after = await site.get("administrator", "/settings/keys")
    assert "Заява про заміну ключа" in after.text
    assert "every spring" in (await site.get("administrator", "/records")).text


async def test_a_refusal_leads_back_to_the_page_it_came_from(site):
    path, shown = await page_of(site, "Administrator")
    end = re.findall(rf'action="({path}/grants/[0-9a-f-]+/end)"', shown.text)[0]
    came = {"Referer": f"http://127.0.0.1:8000{path}?from=list"}
    refused = await site.post("administrator", end, headers=came)
    assert (refused.status_code, f'href="{path}?from=list"' in refused.text) == (409, True)
    elsewhere = await site.post("administrator", end, headers={"Referer": "http://nowhere.example/x"})
    assert "nowhere.example" not in elsewhere.text


async def test_a_demonstration_says_so_to_everybody_once_it_is_loaded(site):
    assert 'class="demo"' not in (await site.get(None, "/login")).text
    async with site.app.state.engine.begin() as conn:
        await conn.execute(text("UPDATE programme SET demonstration = true"))
    assert 'class="demo"' in (await site.get(None, "/login")).text
    assert 'class="demo"' in (await site.get("technician", "/words")).text


async def test_who_is_logged_in_is_not_asked_to_log_in_again(site):
    for path in ("/nowhere", "/consignments/no-such-form"):
        assert "/login?next=" in (await site.get(None, path)).text
        assert "/login?next=" not in (await site.get("technician", path)).text
