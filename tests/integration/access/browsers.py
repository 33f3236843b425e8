"""People at browsers, for tests of the ways in."""

import httpx

from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.ledger.ids import uuid7

PASSWORD = "a long enough password"


def browser(site, name="Firefox"):
    transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)
    headers = {"Accept-Language": "en", "User-Agent": name, "Sec-Fetch-Site": "same-origin"}
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)


async def logged_in(site, email, name="Firefox"):
    client = browser(site, name)
    answer = await client.post("/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text[-500:]
    return client


async def keep_one(conn):
    """One administrator more: the last one cannot be shut out."""
    await users.add_user(
        conn,
        COMMAND_LINE,
        email=f"{uuid7().hex}@example.org",
        name="Z",
        password=None,
        grants=(Grant(role="administrator"),),
    )


async def is_in(client):
    return (await client.get("/me")).status_code == 200
