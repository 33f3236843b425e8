"""Logging in at an organisation: against a real provider in its own process, and against one that lies."""

import base64
import hmac
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwk, jwt
from sqlalchemy import delete, func, select
from structlog.testing import capture_logs

from asset_tracker.access import oidc, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import session, user_account, user_identity
from asset_tracker.ledger.ids import uuid7
from factories.provider import CLIENT, lying_provider, real_provider

from .browsers import browser, is_in, keep_one, logged_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def provider():
    with real_provider() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def liar():
    with lying_provider() as made:
        yield made


def at(site, monkeypatch, issuer, domains=("example.org",)):
    changed = msgspec.structs.replace(
        site.state.settings,
        oidc_issuer=issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret="s/e c:ret",
        oidc_name="Дія.Вхід",
        oidc_domains=domains,
    )
    monkeypatch.setitem(site.state._state, "settings", changed)
    site.state._state.pop("organisation", None)


async def account(site, email=None):
    email = email or f"{uuid7().hex}@example.org"
    async with site.state.engine.begin() as conn:
        made = await users.add_user(
            conn,
            COMMAND_LINE,
            email=email,
            name="X",
            password=None,
            grants=(Grant(role="auditor"),),
            lang="en",
        )
    return email, made


async def sign_in_there(issuer, address, subject, claims):
    """What a person does at the provider: say who they are; answers where they are sent back to."""
    async with httpx.AsyncClient() as client:
        await client.put(f"{issuer}/users/{subject}", json=claims)
        answer = await client.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def through(site, issuer, subject, claims, start="/login/organisation?next=/assets"):
    client = browser(site)
    away = (await client.get(start)).headers["location"]
    back = await sign_in_there(issuer, away, subject, claims)
    return client, back, await client.get(back.partition(":8000")[2])


async def test_a_verified_address_of_an_allowed_domain_opens_its_account(site, provider, monkeypatch):
    at(site, monkeypatch, provider)
    email, made = await account(site)
    claims = {"email": email.upper(), "email_verified": True}
    client, back, answer = await through(site, provider, "olha", claims)
    assert answer.headers["location"] == "/assets"
    assert await is_in(client)
    # Known by issuer and subject from now on, whatever becomes of the address.
    again, _, _ = await through(site, provider, "olha", {"email": "new@elsewhere.example"})
    assert await is_in(again)
    # The code and the state were for once.
    repeated = await client.get(back.partition(":8000")[2])
    assert repeated.status_code == 401
    other = await browser(site).get(back.partition(":8000")[2])
    assert other.status_code == 401
    async with site.state.engine.connect() as conn:
        via = await conn.scalars(select(session.c.via).where(session.c.user_id == made))
        assert set(via) == {"organisation"}


async def test_the_log_in_page_leads_there(site, provider, monkeypatch):
    at(site, monkeypatch, provider)
    page = (await browser(site).get("/login?next=/due")).text
    assert 'href="/login/organisation?next=/due"' in page
    assert "Дія.Вхід" in page


async def test_pkce_nonce_and_state_go_along_and_are_new_each_time(site, provider, monkeypatch):
    at(site, monkeypatch, provider)
    asked = [
        parse_qs(urlsplit((await browser(site).get("/login/organisation")).headers["location"]).query)
        for _ in range(2)
    ]
    for one in asked:
        assert one["code_challenge_method"] == ["S256"]
        assert one["response_type"] == ["code"]
        assert one["redirect_uri"] == ["http://127.0.0.1:8000/login/organisation/back"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "{email}", "email_verified": False},
        {"email": "{email}"},
        {"email": "{email}", "email_verified": "true"},
        {"email": "{email}.example.net", "email_verified": True},
        {"email": "nobody-here@example.org", "email_verified": True},
        {},
    ],
)
async def test_nobody_gets_an_account_or_a_role_by_logging_in(site, provider, monkeypatch, claims):
    at(site, monkeypatch, provider)
    email, _ = await account(site)
    told = {
        name: value.format(email=email) if isinstance(value, str) else value for name, value in claims.items()
    }
    before = await counted(site)
    client, _, answer = await through(site, provider, uuid7().hex, told)
    assert answer.status_code == 401
    assert "You have no account here" in answer.text
    assert not await is_in(client)
    assert await counted(site) == before


async def counted(site):
    async with site.state.engine.connect() as conn:
        return [
            await conn.scalar(select(func.count()).select_from(table))
            for table in (user_account, user_identity, session)
        ]


async def test_an_account_that_somebody_there_has_is_nobody_elses(site, provider, monkeypatch):
    at(site, monkeypatch, provider)
    email, _ = await account(site)
    claims = {"email": email, "email_verified": True}
    first, _, _ = await through(site, provider, uuid7().hex, claims)
    second, _, answer = await through(site, provider, uuid7().hex, claims)
    assert await is_in(first)
    assert answer.status_code == 401
    assert not await is_in(second)


async def test_a_shut_account_stays_shut(site, provider, monkeypatch):
    at(site, monkeypatch, provider)
    email, made = await account(site)
    subject = uuid7().hex
    client, _, _ = await through(site, provider, subject, {"email": email, "email_verified": True})
    assert await is_in(client)
    async with site.state.engine.begin() as conn:
        await keep_one(conn)
        await users.disable_user(conn, COMMAND_LINE, made)
    assert not await is_in(client)
    _, _, answer = await through(site, provider, subject, {"email": email, "email_verified": True})
    assert answer.status_code == 401


async def test_an_invitation_links_whoever_follows_it_once(site, provider, monkeypatch, somebody):
    at(site, monkeypatch, provider, domains=())
    admin = await logged_in(site, somebody[0])
    _, made = await account(site)
    page = await admin.post(f"/people/{made}/link")
    path = re.search(r'id="link">[^<]+(/password/[^<]+)<', page.text)[1]
    subject = uuid7().hex
    client, _, answer = await through(site, provider, subject, {}, start=f"{path}/organisation")
    assert answer.status_code == 303
    assert await is_in(client)
    assert (await browser(site).get(f"{path}/organisation")).status_code == 404
    assert (await browser(site).get(path)).status_code == 404
    again, _, _ = await through(site, provider, subject, {})
    assert await is_in(again)


# ---- a provider that lies -------------------------------------------------


@pytest.fixture
async def lies(site, liar, monkeypatch):
    """Somebody known to the liar as ``somebody``, and a function that goes there and back."""
    liar.reset()
    at(site, monkeypatch, liar.issuer)
    _, made = await account(site)
    async with site.state.engine.begin() as conn:
        await conn.execute(delete(user_identity).where(user_identity.c.issuer == liar.issuer))
        await conn.execute(
            user_identity.insert().values(issuer=liar.issuer, subject="somebody", user_id=made)
        )

    async def go(**changed):
        client = browser(site)
        away = await client.get("/login/organisation")
        if "location" not in away.headers:
            return client, away
        asked = {
            name: values[0] for name, values in parse_qs(urlsplit(away.headers["location"]).query).items()
        }
        liar.nonce = asked["nonce"]
        query = {"code": "good", "state": asked["state"]} | changed
        answer = await client.get("/login/organisation/back", params=query)
        return client, answer

    return liar, go


async def test_what_fits_is_taken(lies):
    _, go = lies
    client, answer = await go()
    assert answer.status_code == 303
    assert await is_in(client)


def encoded(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(claims):
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def by_public_key(liar):
    """The public key of the provider, which everybody has, taken for a shared secret."""

    def sign(claims):
        told = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(claims)}"
        return f"{told}.{encoded(hmac.digest(liar.key.as_pem(private=False), told.encode(), 'sha256'))}"

    return sign


def by_a_stranger(claims):
    stranger = jwk.RSAKey.generate_key(2048, private=True)
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger)


def tampered(liar):
    def sign(claims):
        head, _, tail = jwt.encode({"alg": "RS256", "kid": "one"}, claims, liar.key).split(".")
        other = encoded(claims | {"sub": "else"})
        return f"{head}.{other}.{tail}"

    return sign


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("another nonce", {"nonce": "another"}),
        ("no nonce", {"nonce": None}),
        ("expired", {"exp": int(time.time()) - 3600}),
        ("no end", {"exp": None}),
        ("another audience", {"aud": "another"}),
        ("two audiences", {"aud": [CLIENT, "another"]}),
        ("another party", {"azp": "another"}),
        ("another issuer", {"iss": "https://evil.example"}),
        ("no issuer", {"iss": None}),
        ("nobody", {"sub": None}),
        ("no name", {"sub": ""}),
        ("a number", {"sub": 7}),
        ("from the future", {"iat": int(time.time()) + 3600}),
        ("signed long ago", {"iat": int(time.time()) - 86400}),
    ],
)
async def test_claims_that_do_not_fit_are_refused(lies, what, change):
    liar, go = lies
    liar.claims = change
    with capture_logs() as logs:
        client, answer = await go()
    assert answer.status_code == 401, what
    assert not await is_in(client)
    assert "somebody" not in str(logs)
    assert "good" not in str(logs)


@pytest.mark.parametrize(
    "how", ["none", "shared", "stranger", "tampered", "nothing", "unknown key", "garbage"]
)
async def test_signatures_that_do_not_fit_are_refused(lies, how):
    liar, go = lies
    liar.sign = {
        "none": unsigned,
        "shared": by_public_key(liar),
        "stranger": by_a_stranger,
        "tampered": tampered(liar),
        "nothing": lambda _: "",
        "unknown key": None,
        "garbage": lambda _: "a.b.c",
    }[how]
    if how == "shared":
        liar.metadata = {"id_token_signing_alg_values_supported": ["HS256", "RS256", "none"]}
    if how == "unknown key":
        liar.header = {"kid": "two"}
    client, answer = await go()
    assert answer.status_code == 401
    assert not await is_in(client)


@pytest.mark.parametrize(
    "query",
    [
        {"state": "another"},
        {"state": ""},
        {"code": ""},
        {"code": "never given"},
        {"error": "access_denied"},
        {"iss": "https://evil.example"},
        {"code": "x" * 5000},
        {"state": "\x00"},
    ],
)
async def test_answers_that_do_not_fit_are_refused(lies, query):
    _, go = lies
    client, answer = await go(**query)
    assert answer.status_code == 401
    assert not await is_in(client)


async def test_a_wrong_answer_uses_the_log_in_up(lies):
    liar, go = lies
    client, answer = await go(state="another")
    assert answer.status_code == 401
    assert (await client.get("/login/organisation/back?code=good&state=x")).status_code == 401
    assert "good" in liar.codes


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": 7},
    ],
)
async def test_a_provider_that_says_it_is_another_is_refused(lies, metadata):
    liar, go = lies
    liar.metadata = metadata
    _, answer = await go()
    assert answer.status_code == 401
    assert "/token" not in liar.asked


async def test_an_issuer_that_promises_to_name_itself_must(lies):
    """RFC 9207: an answer of another provider is told by its name."""
    liar, go = lies
    liar.metadata = {"authorization_response_iss_parameter_supported": True}
    assert (await go())[1].status_code == 401
    assert (await go(iss=liar.issuer))[1].status_code == 303


async def test_new_keys_of_the_provider_are_fetched(site, lies, monkeypatch):
    liar, go = lies
    assert (await go())[1].status_code == 303
    new = jwk.RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}, private=True)
    liar.published, liar.header, liar.codes = [liar.key, new], {"kid": "two"}, {"good"}
    # Not at once after the last look, or whoever invents key names would have us ask all day.
    assert (await go())[1].status_code == 401
    monkeypatch.setattr(oidc, "_AGAIN", 0.0)
    liar.codes = {"good"}
    assert (await go())[1].status_code == 303
    asked = liar.asked.count("/jwks")
    liar.codes = {"good"}
    assert (await go())[1].status_code == 303
    assert liar.asked.count("/jwks") == asked


async def test_a_provider_that_is_away_is_told(site, monkeypatch):
    at(site, monkeypatch, "http://127.0.0.1:9")
    answer = await browser(site).get("/login/organisation")
    assert answer.status_code == 401
    assert "cannot be reached" in answer.text


async def test_without_a_provider_there_is_no_such_page(site):
    site.state._state.pop("organisation", None)
    assert (await browser(site).get("/login/organisation")).status_code == 404
