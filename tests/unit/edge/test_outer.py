"""What surrounds every answer: headers, and the refusal of foreign hosts, sites and content types."""

import httpx
import pytest

from asset_tracker.edge.outer import Outer

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
}


async def inner(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"ours"})


async def ask(method="GET", path="/assets", base="https://assets.example.org", **headers):
    transport = httpx.ASGITransport(app=Outer(inner, base, ()))
    async with httpx.AsyncClient(transport=transport, base_url="https://assets.example.org") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, path, headers=named)


async def test_every_answer_has_the_headers():
    answer = await ask()
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert POLICY.items() <= policy.items()
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers


async def test_a_refusal_bears_the_number_to_ask_for_help_with():
    answer = await ask("POST", sec_fetch_site="cross-site")
    assert (answer.status_code, answer.json()["request"]) == (403, answer.headers["x-request-id"])


async def test_browsers_are_told_to_keep_to_tls_where_there_is_tls():
    assert "max-age=63072000" in (await ask()).headers["strict-transport-security"]
    assert (
        "strict-transport-security" not in (await ask(base="http://127.0.0.1:8000", host="localhost")).headers
    )


async def test_what_is_refused_has_them_too():
    answer = await ask(host="evil.example.com")
    assert answer.status_code == 421
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example.com", "assets.example.org.evil.com", "a@evil.com", "[", "", "127.0.0.1.nip.io"]
)
async def test_another_host_name_is_not_ours(host):
    assert (await ask(host=host)).status_code == 421


@pytest.mark.parametrize(
    "host", ["assets.example.org", "assets.example.org:443", "localhost:8000", "127.0.0.1"]
)
async def test_our_host_names(host):
    assert (await ask(host=host)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "none"}, 200),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"origin": "https://assets.example.org"}, 200),
        ({"origin": "https://evil.example.com"}, 403),
        ({"origin": "https://assetsXexample.org"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({}, 200),
        ({"sec_fetch_site": "cross-site", "authorization": "Bearer x"}, 200),
    ],
)
async def test_what_another_site_sends_is_refused(headers, status):
    assert (await ask("POST", **headers)).status_code == status
    assert (await ask("GET", **headers)).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/xml", 415),
    ],
)
async def test_json_is_only_taken_as_json(content_type, status):
    answer = await ask("POST", "/api/v1/events", content_type=content_type, content_length="2")
    assert answer.status_code == status
