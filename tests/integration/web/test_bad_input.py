"""Whatever an address or a form may hold, the answer is a page that says so, and never a failure."""

import pytest

pytestmark = pytest.mark.anyio

NASTY = (
    "x",
    "'; drop table asset;--",
    "%",
    "_\\",
    "\x00",
    "../../etc/passwd",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "9" * 400,
    "я" * 5000,
    "2026-13-45T99:99",
    "00000000-0000-0000-0000-000000000000",
    "NaN",
)
QUERIES = {
    "/assets": ("q", "programme", "consignment", "municipality", "service_point", "category", "stage", "condition", "after"),
    "/consignments": ("programme", "status", "after"),
    "/municipalities": ("q",),
    "/find": ("q",),
    "/login": ("next",),
    "/due": ("rule", "programme", "municipality", "days", "after"),
    "/labels": ("what", "consignment", "tags", "stock", "start_cell", "copies"),
    "/reports": ("q", "oblast", "as_of"),
    "/reports/municipalities/UA18080010000090720": ("as_of", "known_on", "donor"),
}  # fmt: skip
FORMS = {
    "/consignments/{consignment}/dispatch": ("waybill", "carrier", "expected_on", "occurred_at"),
    "/consignments/{consignment}/deliver": ("service_point", "occurred_at"),
    "/a/{laptop}/delivered": ("outcome", "service_point", "received_by", "occurred_at", "id", "head"),
    "/a/{laptop}/moved": ("service_point", "municipality", "occurred_at"),
    "/a/{laptop}/maintained": ("work", "cost", "currency", "meter_value", "meter_unit", "condition"),
    "/a/{laptop}/resolve": ("reason", "id", "head"),
    "/people": ("name", "email", "password", "role", "programme", "area", "donor"),
    "/parties": ("kind", "name_uk", "edrpou"),
    "/programmes": ("code", "implementer", "donor_0", "percent_0", "starts_on"),
    "/programmes/{programme}/activities": ("kind", "municipality", "women", "starts_on"),
    "/municipalities/UA18080010000090720/points": ("kind", "name_uk", "address"),
    "/language": ("lang", "next"),
    "/me/password": ("old", "password"),
}


@pytest.mark.parametrize("path", QUERIES)
async def test_an_address_with_nonsense(site, path):
    failed = []
    for name in QUERIES[path]:
        for value in NASTY:
            answer = await site.get("administrator", path, params={name: value})
            if answer.status_code >= 500 or "<script>alert" in answer.text:
                failed.append((name, value[:20], answer.status_code))
    assert failed == []


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_with_nonsense(site, path):
    failed = []
    for name in FORMS[path]:
        for value in NASTY:
            there = path.format(**site.office._asdict())
            answer = await site.post("administrator", there, {name: value})
            if answer.status_code >= 500 or "<script>alert" in answer.text:
                failed.append((name, value[:20], answer.status_code))
    assert failed == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe\xfa", "application/x-www-form-urlencoded"),
        (b'{"a": 1}', "application/json"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"no parts", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xff\xff\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="note"\r\nContent-Type: text/plain; charset=klingon\r\n\r\na\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/a/{laptop}/note", "/login", "/people", "/parties"])
async def test_a_body_that_is_no_form(site, path, content, kind):
    there = path.format(**site.office._asdict())
    answer = await site.post("administrator", there, content=content, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", b"<html>not a photo</html>"),
        ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("../../x.jpg", b"\xff\xd8\xff\xe0 cut short"),
        ("empty.jpg", b""),
    ],
)
async def test_a_file_that_is_no_photo(site, name, content):
    answer = await site.post(
        "technician",
        f"/a/{site.office.laptop}/note",
        {"note": "x", "occurred_at": "2026-01-01T10:00", "head": "", "id": ""},
        files={"photos": (name, content, "image/jpeg")},
    )
    assert answer.status_code in (409, 422)
    assert "x" in answer.text
