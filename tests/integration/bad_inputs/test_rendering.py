"""What people type is text, wherever it is shown: pages, documents, workbooks, logs, headers."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from factories.house import Case, event

pytestmark = pytest.mark.anyio

C, T, A = "coordinator", "technician", "administrator"

MARKUP = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
    "#{7*7}",
    "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>",
    '#import "/etc/passwd"',
    '#read("/etc/passwd")',
    "\\input{/etc/passwd}",
    "]]><a/>",
    "%(name)s %s {0}",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "|calc", "＝1+1", "＋1", "－1", "＠SUM(A1)")
SORTS = ("name;select 1", "name desc nulls", "__class__", "a.b", "1;drop table asset", "(select 1)")
SEARCHES = (
    "%",
    "_",
    "\\",
    "%%%%",
    "'",
    '"',
    "' or 1=1 --",
    "(",
    "[",
    "*",
    ".*",
    "a" * 10_000,
    "\x00",
    "\ud800",
    "À" * 200,
)


@pytest.fixture(scope="module")
async def marked(house):
    """Every field of text that a fact, a list or a form takes, filled with what attackers type."""
    for nasty in (*MARKUP, *FORMULAS):
        facts = [event("note", note=nasty), event("code_linked", code=nasty)]
        answer = await house.ask(C, "POST", "/api/v1/events", json=house.filled(facts))
        assert answer.status_code == 200, answer.text
    new = {"kind": "supplier", "name_uk": MARKUP[0], "name_en": MARKUP[1]}
    assert (await house.ask(A, "POST", "/api/v1/parties", json=new)).status_code == 201
    lines = ["Municipality,Consignment,Category,Name,Manufacturer,Model,Serial number"]
    for n, nasty in enumerate((*MARKUP, *FORMULAS)):
        cells = [house.ids["here"], "NASTY", "laptop", nasty, nasty, nasty, f"{nasty} {n}"]
        out = StringIO()
        csv.writer(out).writerow(cells)
        lines.append(out.getvalue().strip("\n\r"))
    sent = {"file": ("=1+1<script>.csv", "\n".join(lines).encode(), "text/csv")}
    answer = await house.ask(C, "POST", "/api/v1/imports", files=sent, data={"programme": "PROSTO"})
    assert answer.status_code == 201, answer.text
    batch = answer.json()["batch"]["id"]
    done = await house.ask(C, "POST", f"/api/v1/imports/{batch}/commit", json={"partial": True})
    assert done.status_code == 200, done.text
    found = (await house.ask(C, "GET", "/api/v1/consignments?limit=200")).json()["items"]
    return {"batch": batch, "consignment": next(c["id"] for c in found if c["number"] == "NASTY")}


PAGES = (
    "/a/{laptop}",
    "/assets",
    "/assets?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/find?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/find?q=%7B%7B7*7%7D%7D",
    "/consignments/{nasty}",
    "/labels?consignment={nasty}",
    "/municipalities/{here}",
    "/reports/municipalities/{here}",
    "/parties",
    "/imports",
    "/imports/{nasty_batch}",
    "/login?next=%22%3E%3Csvg%20onload=alert(1)%3E",
    "/%3Cscript%3Ealert(1)%3C/script%3E",
    "/a/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_shows_it_as_text(house, marked, path):
    house.ids |= {"nasty": marked["consignment"], "nasty_batch": marked["batch"]}
    answer = await house.ask(A, "GET", house.filled(path), headers={"User-Agent": MARKUP[0]})
    assert answer.status_code in (200, 303, 404, 422), answer.status_code
    for nasty in (
        "<script>alert",
        "<svg onload",
        "<img src=file",
        "<link rel=attachment",
        'href="javascript:',
    ):
        assert nasty not in answer.text
    assert ">49<" not in answer.text


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "json", "geojson"])
async def test_a_report_holds_it_as_text(house, marked, form):
    path = f"/api/v1/reports/municipalities/{house.ids['here']}.{form}"
    answer = await house.ask(C, "GET", path)
    assert answer.status_code == 200, answer.text[:300]
    if form == "csv":
        rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        assert [c for c in cells if c[:1] in "=@|\t\r＝＋－＠" and len(c) > 1] == []
        assert [
            c for c in cells if c[:1] in "+-" and not c[1:].replace(".", "").isdigit() and len(c) > 1
        ] == []
    if form == "xlsx":
        ours = ("=0", "=SUM(", "=SUMIFS(")
        assert [f for f in formulas(answer.content) if not f.startswith(ours)] == []


@pytest.mark.parametrize("stock", ["L7160"])
async def test_labels_and_acts_are_printed_with_it(house, marked, stock):
    order = {"consignment": marked["consignment"], "stock": stock}
    answer = await house.ask(C, "POST", "/api/v1/labels", json=order)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.content.startswith(b"%PDF")
    act = await house.ask(C, "POST", f"/api/v1/consignments/{marked['consignment']}/acts", json={})
    assert act.status_code == 201, act.text
    pdf = await house.ask(C, "GET", f"/api/v1/acts/{act.json()['id']}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert b"root:" not in pdf.content


async def test_a_marked_workbook_holds_it_as_text(house, marked):
    answer = await house.ask(C, "GET", f"/api/v1/imports/{marked['batch']}/problems.xlsx")
    assert answer.status_code == 200
    assert formulas(answer.content) == []


def formulas(data):
    book = openpyxl.load_workbook(BytesIO(data))
    return [str(c.value) for sheet in book for row in sheet.rows for c in row if c.data_type == "f"]


@pytest.mark.parametrize("text", SEARCHES, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize(
    "path", ["/api/v1/assets", "/assets", "/find", "/municipalities", "/api/v1/municipalities"]
)
async def test_a_search_for_anything(house, path, text):
    case = Case("search", C, "GET", path, more={"params": {"q": text.encode("utf-8", "surrogatepass")}})
    answer = await house.judge(case._replace(expect=(200, 303, 400, 404, 422)))
    if text in ("%", "_", "%%%%") and path == "/api/v1/assets":
        assert answer.json()["items"] == [], "wildcards are letters"


@pytest.mark.parametrize("value", SORTS)
@pytest.mark.parametrize("name", ["sort", "order", "filter", "include", "stage", "after", "limit", "status"])
async def test_a_strange_parameter(house, name, value):
    for path in ("/api/v1/assets", "/api/v1/consignments", "/assets", "/consignments"):
        await house.judge(
            Case("parameter", C, "GET", path, more={"params": {name: value}}, expect=(200, 400, 404, 422))
        )


HEADERS = ("\r\nSet-Cookie: a=b", "\n\x1b[31mred", "%0d%0aX: y")


@pytest.mark.parametrize("value", HEADERS)
async def test_lines_in_what_becomes_a_header_or_a_log_line(house, value):
    paths = (f"/api/v1/reports/municipalities/{house.ids['here']}.csv", "/login", "/language")
    for path in paths:
        answer = await house.ask(C, "GET", path, params={"next": value, "lang": value, "donor": value})
        assert answer.status_code < 500
        assert "a=b" not in answer.headers.get("set-cookie", "")
    sent = {"file": (value, b"x", "text/csv")}
    answer = await house.ask(C, "POST", "/api/v1/imports", files=sent)
    assert answer.status_code < 500
