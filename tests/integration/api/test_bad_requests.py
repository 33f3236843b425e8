"""Every bad request gets a problem that says what is wrong, and never a 500."""

import pytest

pytestmark = pytest.mark.anyio

CASES = {
    "deep JSON": {"content": b"[" * 100_000},
    "not a list": {"content": b"{}"},
    "empty list": {"content": b"[]"},
    "too many": {"content": b"[" + b",".join([b"{}"] * 201) + b"]"},
    "truncated": {"content": b'[{"id": '},
    "empty": {"content": b""},
    "text": {"content": b"[]", "headers": {"content-type": "text/plain"}},
    "xml": {"content": b"<a/>", "headers": {"content-type": "application/xml"}},
}


@pytest.mark.parametrize("name", CASES)
async def test_events(world, name):
    case = {"headers": {"content-type": "application/json"}} | CASES[name]
    answer = await world.post("technician", "/api/v1/events", **case)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["type"].startswith("urn:asset-tracker:problem:")


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id":"x"}]',
        b'[{"payload":{"kind":"nothing"},"id":"018f0000-0000-7000-8000-000000000000","asset":"A","occurred_at":"2025-01-01T00:00:00Z"}]',
        b'[{"payload":{"kind":"note","note":"\\u0000"},"id":"018f0000-0000-7000-8000-000000000000","asset":"A","occurred_at":"2025-01-01T00:00:00Z"}]',
        b'[{"payload":{"kind":"note","note":"a"},"id":"018f0000-0000-7000-8000-000000000000","asset":"A","occurred_at":"2025-01-01T00:00:00"}]',
        b'[{"payload":{"kind":"note","note":"a"},"id":"018f0000-0000-7000-8000-000000000000","asset":"A","occurred_at":"0001-01-01T00:00:00+14:00"}]',
        b'[{"payload":{"kind":"note","note":"a"},"id":"018f0000-0000-7000-8000-000000000000","asset":"A","occurred_at":"9999-12-31T23:59:59-14:00"}]',
        b"[" + b"[" * 5000 + b"]" * 5000 + b"]",
        b'[{"id": "\xff"}]',
        b"[1]",
        b"[null]",
    ],
)
async def test_one_broken_event_is_answered_not_raised(world, body):
    answer = await world.post(
        "technician", "/api/v1/events", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert [each["outcome"] for each in answer.json()] == ["rejected"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/assets/0000-0000",
        "/api/v1/assets/%00",
        "/api/v1/assets/" + "A" * 3000,
        "/api/v1/assets?limit=0",
        "/api/v1/imports?limit=-186644",
        "/api/v1/due?days=-1",
        "/api/v1/assets?limit=99999999999999999999",
        "/api/v1/assets?after=x",
        "/api/v1/assets?q=%25_%5C",
        "/api/v1/assets?q=%00",
        "/api/v1/assets?stage=nowhere",
        "/api/v1/assets?municipality=%00",
        "/api/v1/municipalities/UA00000000000000000",
        "/api/v1/municipalities/%00",
        "/api/v1/consignments?status=%00",
        "/api/v1/consignments/018f0000-0000-7000-8000-000000000000",
        "/api/v1/files/" + "0" * 64,
        "/api/v1/files/..%2f..%2fetc%2fpasswd",
        "/api/v1/nothing",
    ],
)
async def test_strange_addresses(world, path):
    answer = await world.get("administrator", path)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_another_site_cannot_use_a_session(world):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await world.post(None, "/api/v1/events", [], headers=headers)
        assert answer.status_code == 403


async def test_without_log_in_nothing_is_told(world):
    answer = await world.get(None, "/api/v1/assets")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_extra_fields_are_refused(world):
    body = {"programme": str(world.programmes[0]), "number": "X", "municipality": "UA1", "org_id": 1}
    answer = await world.post("coordinator", "/api/v1/consignments", body)
    assert 400 <= answer.status_code < 500
