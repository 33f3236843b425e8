"""Bytes that are no request: what decoders, numbers, times, lengths and addresses make of them."""

import gzip

import pytest

from factories.house import Case, event

pytestmark = pytest.mark.anyio

C, T, A = "coordinator", "technician", "administrator"
JSON = {"content-type": "application/json"}
BAD = (400, 413, 415, 422)


def raw(name, body, path="/api/v1/parties", who=A, content_type="application/json", expect=BAD, **headers):
    sent = {"content": body, "headers": {"content-type": content_type, **headers}}
    return Case(name, who, "POST", path, more=sent, expect=expect)


PARTY = b'{"kind":"donor","name_uk":"%s","name_en":"x"}'
BODIES = [
    raw("invalid UTF-8", PARTY % b"\xff"),
    raw("NUL", PARTY % b"\\u0000"),
    raw("lone surrogate", PARTY % b"\\ud800"),
    raw("deep JSON", b'{"a":' * 100_000),
    raw("deep lists", b"[" * 100_000),
    raw("truncated", b'{"kind":"donor","name_uk":"'),
    raw("empty body", b""),
    raw("null", b"null"),
    raw("a number", b"1"),
    raw("UTF-16", '{"kind":"donor"}'.encode("utf-16"), content_type="application/json; charset=utf-16"),
    raw("text/plain", PARTY % b"x", content_type="text/plain"),
    raw("XML", b"<a/>", content_type="application/xml"),
    raw("form as JSON", b"kind=donor", content_type="application/x-www-form-urlencoded"),
    raw("no type", PARTY % b"x", content_type=""),
    raw("two values", b"{}{}"),
    raw("201 characters", PARTY % (b"x" * 201)),
    raw("gzip that nobody asked for", gzip.compress(b"[" * 10_000_000), **{"content-encoding": "gzip"}),
    raw("batch of 5 MB", b"[" + b" " * (5 * 2**20) + b"]", "/api/v1/events"),
    raw("multipart without a boundary", b"x", "/api/v1/photos", content_type="multipart/form-data"),
    raw(
        "multipart cut short",
        b"--b\r\nContent-Disposition: form",
        "/api/v1/photos",
        content_type="multipart/form-data; boundary=b",
    ),
    raw("multipart that is empty", b"", "/api/v1/photos", content_type="multipart/form-data; boundary=b"),
    raw(
        "multipart of an unknown charset",
        b'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: text/plain; charset=nothing\r\n\r\nx\r\n--b--\r\n',
        "/api/v1/photos",
        content_type="multipart/form-data; boundary=b",
    ),
    raw(
        "multipart text that is no UTF-8",
        b'--b\r\nContent-Disposition: form-data; name="programme"\r\n\r\n\xff\xfe\r\n--b--\r\n',
        "/api/v1/imports",
        content_type="multipart/form-data; boundary=b",
    ),
    raw(
        "1,200 parts",
        b"".join(b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\nx\r\n' % n for n in range(1200))
        + b"--b--\r\n",
        "/api/v1/photos",
        content_type="multipart/form-data; boundary=b",
    ),
    raw(
        "a file as a text field",
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        "/api/v1/photos",
        content_type="multipart/form-data; boundary=b",
    ),
    raw(
        "form of no encoding",
        b"email=%ff%fe&password=%00",
        "/login",
        None,
        "application/x-www-form-urlencoded",
        (400, 401, 422),
    ),
    raw(
        "form of 100,000 fields",
        b"a=1&" * 100_000,
        "/login",
        None,
        "application/x-www-form-urlencoded",
        (400, 401, 413, 422),
    ),
    raw(
        "a field that is named like a part of ours, twice",
        b"lang=uk&lang=en",
        "/language",
        None,
        "application/x-www-form-urlencoded",
    ),
    raw("JSON for a form", b"{}", "/login", None, expect=(400, 401, 415, 422)),
]

PROGRAMME = {
    "code": "NEW",
    "name_uk": "x",
    "name_en": "x",
    "implementer": "{programme}",
    "shares": [{"donor": "{programme}", "percent": "100"}],
}
ACTIVITY = {
    "programme": "{programme}",
    "municipality": "{here}",
    "kind": "training",
    "title_uk": "x",
    "title_en": "x",
    "starts_on": "2025-01-01",
    "ends_on": "2025-01-02",
}
CONSIGNMENT = {"programme": "{programme}", "number": "N-1", "municipality": "{here}"}


def value(name, path, body, who=A, method="POST", expect=(400, 404, 422)):
    return Case(name, who, method, path, body, expect=expect)


SHARES = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e999999999",
    "-0.0",
    "0",
    "101",
    "1" * 400,
    "0." + "1" * 400,
)
DATES = ("0001-01-01", "9999-12-31", "2025-02-30", "20250101", 0, "yesterday")
INSTANTS = (
    "2025-03-01T10:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2999-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "now",
)
NUMBERS = (2**63, 2**31, -(2**31), 10**400, -1, 1.5, "x", True)
VALUES = [
    *[
        value(
            f"share of {text[:12]}",
            "/api/v1/programmes",
            {**PROGRAMME, "shares": [{"donor": "{programme}", "percent": text}]},
        )
        for text in SHARES
    ],
    value("implementer that is no party", "/api/v1/programmes", PROGRAMME),
    value("programme that is none", "/api/v1/consignments", {**CONSIGNMENT, "programme": "{laptop_asset}"}),
    value("activity of no programme", "/api/v1/activities", {**ACTIVITY, "programme": "{laptop_asset}"}),
    value("number of blanks", "/api/v1/consignments", {**CONSIGNMENT, "number": "   "}),
    value("number with NUL", "/api/v1/consignments", {**CONSIGNMENT, "number": "a\x00"}),
    value("municipality with NUL", "/api/v1/consignments", {**CONSIGNMENT, "municipality": "\x00"}),
    value("municipality of 1 MB", "/api/v1/consignments", {**CONSIGNMENT, "municipality": "U" * 2**20}),
    value(
        "party in no municipality",
        "/api/v1/parties",
        {"kind": "council", "name_uk": "x", "name_en": "x", "municipality": "UA"},
    ),
    value(
        "EDRPOU with NUL",
        "/api/v1/parties",
        {"kind": "donor", "name_uk": "x", "name_en": "x", "edrpou": "\x00"},
    ),
    value(
        "EDRPOU of other digits",
        "/api/v1/parties",
        {"kind": "donor", "name_uk": "x", "name_en": "x", "edrpou": "１２３４５６７８"},
    ),
    *[
        value(f"activity on {day}", "/api/v1/activities", {**ACTIVITY, "starts_on": day, "ends_on": day})
        for day in DATES
    ],
    value("activity that ends before", "/api/v1/activities", {**ACTIVITY, "ends_on": "2024-01-01"}),
    *[value(f"{n!r} women"[:20], "/api/v1/activities", {**ACTIVITY, "women": n}) for n in NUMBERS],
    *[
        value(f"sent at {at}", "/api/v1/consignments/{consignment}/dispatch", {"occurred_at": at}, C)
        for at in INSTANTS
    ],
    *[
        value(f"expected on {day}", "/api/v1/consignments/{consignment}/dispatch", {"expected_on": day}, C)
        for day in DATES
    ],
    *[
        value(
            f"cleared on {day}", "/api/v1/consignments/{consignment}/customs", {"cleared_on": day}, C, "PUT"
        )
        for day in DATES
    ],
    *[
        value(f"act of {day}", "/api/v1/consignments/{consignment}/acts", {"drawn_on": day}, C)
        for day in DATES
    ],
    *[
        value(
            f"labels: {field} {n!r}"[:24],
            "/api/v1/labels",
            {"tags": ["{laptop}"], "stock": "L7160", field: n},
            C,
        )
        for field in ("copies", "start_cell", "blank")
        for n in NUMBERS
    ],
    value("labels of no tags", "/api/v1/labels", {"tags": [], "stock": "L7160"}, C),
    value("labels of a code of 4 KB", "/api/v1/labels", {"tags": ["A" * 4096], "stock": "L7160"}, C),
    value("labels of an emoji", "/api/v1/labels", {"tags": ["😀"], "stock": "L7160"}, C),
    value("labels on no stock", "/api/v1/labels", {"tags": ["{laptop}"], "stock": "../../etc"}, C),
    value("code with NUL", "/api/v1/assets/{laptop}/codes", {"code": "\x00"}, C),
    value("rule of no preset", "/api/v1/rules/presets", {"preset": "__class__"}, A),
]

ADDRESSES = [
    ("GET", path)
    for path in (
        "//evil.example/",
        "/api/v1//assets",
        "/api/v1/assets/..;/",
        "/api/v1/assets/%2e%2e/%2e%2e/etc/passwd",
        "/static/../settings.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static/..%2f..%2fsettings.py",
        "/static/%00",
        "/static/" + "a" * 300,
        "/fonts/..%2f..%2f..%2fsettings.py",
        "/api/v1/assets/health",
        "/api/v1/assets/",
        "/api/v1/assets/%00",
        "/api/v1/files/..%2f..%2f..%2fetc%2fpasswd",
        "/consignments?programme=x",
        "/assets?programme=x",
        "/api/v1/reports/municipalities/..%2f..%2fetc.pdf",
        "/api/v1/reports/municipalities/UA18080010000090720.exe",
        "/api/v1/reports/municipalities/UA18080010000090720.pdf?as_of=0001-01-01",
        "/api/v1/reports/municipalities/UA18080010000090720.json?as_of=9999-12-31",
        "/api/v1/reports/municipalities/UA18080010000090720.json?as_of=2025-02-30",
        "/api/v1/reports/municipalities/UA18080010000090720.json?known_on=2025-01-01T00:00:00",
        "/api/v1/reports/municipalities/UA18080010000090720.json?donor=%00",
        "/api/v1/reports/municipalities/UA18080010000090720.json?lang=xx",
        "/api/v1/reports/programmes/%00.json",
        "/reports/municipalities/UA18080010000090720?as_of=0001-01-01",
        "/reports/programmes/%00",
        "/municipalities/%00",
        "/programmes/%00",
        "/consignments/%00",
        "/assets?after=x",
        "/assets?municipality=%00",
        "/assets?q=%00",
        "/consignments?after=%FF",
        "/labels?consignment=%00",
        "/labels?tags=%00",
        "/due?programme=x",
        "/a/{laptop}?since=0001-01-01",
        "/a/{laptop}?as_of=9999-12-31",
        "/reports/municipalities/{here}/figures/planned?sets=x",
        "/api/v1/assets?limit=1e3",
        "/api/v1/assets?limit=9999999999999999999999",
        "/api/v1/assets?disputed=perhaps",
        "/api/v1/imports/018f0000-0000-7000-8000-000000000000/rows?after=99999999999999999999",
        "/api/v1/assets/018f0000-0000-7000-8000-000000000000/state?as_of=2025-01-01T00:00:00",
        "/api/v1/checkpoints/consistency?from=-1",
        "/api/v1/municipalities?q=" + "a" * 5000,
        "/api/v1/municipalities?limit=0",
    )
] + [
    ("TRACE", "/"),
    ("HEAD", "/api/v1/assets"),
    ("OPTIONS", "/api/v1/assets"),
    ("PATCH", "/api/v1/assets"),
    ("DELETE", "/api/v1/assets/x"),
    ("FOO", "/"),
]


@pytest.mark.parametrize("case", BODIES, ids=lambda case: case.name)
async def test_a_body_that_is_none(house, case):
    await house.judge(case)


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.name)
async def test_a_value_out_of_bounds(house, case):
    await house.judge(case)


@pytest.mark.parametrize(("method", "path"), ADDRESSES, ids=lambda part: part[:60])
@pytest.mark.parametrize("who", [C, None])
async def test_a_strange_address(house, method, path, who):
    expect = (200, 204, 303, 307, 400, 401, 404, 405, 422)
    strange = {"Referer": "http://["}
    answer = await house.judge(Case(path, who, method, path, expect=expect, more={"headers": strange}))
    if who is None and path.startswith("/api/v1"):
        assert answer.status_code in (204, 401, 404, 405)
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


async def test_a_method_is_not_overridden(house):
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "DELETE"}):
        path = house.filled("/api/v1/tokens/{other_token}")
        answer = await house.ask("stranger", "POST", path, json={}, headers=headers)
        assert answer.status_code == 405


FORGED = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "forwarded": "for=127.0.0.1;host=evil.example",
    "host": "evil.example",
}


async def test_headers_of_a_proxy_that_is_none(house):
    answer = await house.ask(C, "GET", house.filled("/a/{laptop}"), headers=FORGED)
    assert "evil.example" not in answer.text
    act = await house.ask(C, "GET", "/labels", headers=FORGED)
    assert "evil.example" not in act.text
    told = await house.ask(None, "GET", "/metrics", headers={k: v for k, v in FORGED.items() if k != "host"})
    assert told.status_code == 404


ORIGINS = (
    "https://evil.example",
    "null",
    "http://127.0.0.1:8000.evil.example",
    "http://sub.127.0.0.1:8000",
    "https://x127.0.0.1:8000",
)


@pytest.mark.parametrize("origin", ORIGINS)
async def test_no_other_site_reads_or_writes(house, origin):
    answer = await house.ask(C, "GET", "/api/v1/assets", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = await house.ask(None, "OPTIONS", "/api/v1/events", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    case = Case("write", None, "POST", "/login", more={"data": {"email": "a"}, "headers": {"Origin": origin}})
    await house.judge(case._replace(expect=(403,)))


async def test_keys_twice_mean_one_thing_only(house):
    """The last one holds, for whoever checks as for whoever stores."""
    body = b'{"kind":"donor","kind":"carrier","name_uk":"Twice","name_en":"Twice"}'
    answer = await house.ask(A, "POST", "/api/v1/parties", content=body, headers=JSON)
    assert answer.status_code == 201
    assert answer.json()["kind"] == "carrier"


async def test_one_broken_fact_says_nothing_of_how_we_are_built(house):
    broken = [event("note", note="x", occurred_at="2025-03-01T10:00:00") | {"asset": 1}]
    answer = await house.judge(Case("broken", T, "POST", "/api/v1/events", broken, expect=(200,)))
    assert answer.json()[0]["outcome"] == "rejected"
