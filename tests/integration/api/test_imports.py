"""An import by JSON: sent, planned, marked, committed, undone; and files that are none."""

import io

import pytest
from openpyxl import load_workbook

import workbooks
from asset_tracker.access import sessions

pytestmark = pytest.mark.anyio

HEADINGS = [
    "Municipality",
    "Consignment",
    "Category",
    "Name",
    "Manufacturer",
    "Serial",
    "Qty",
    "Price",
    "Currency",
]
GOOD = ["Baranivska, Zhytomyrska", "API-1", "laptop", "Laptop", "Lenovo", "API-SN-1", 1, "1,234.50", "EUR"]
BAD = ["Mykolaivska", "API-1", "laptop", "Laptop", "Lenovo", "API-SN-2", 1, "dear", "EUR"]


def book(tmp_path, *rows):
    return workbooks.save(tmp_path / "list.xlsx", [HEADINGS, *rows], title="List").read_bytes()


async def send(world, data, who="coordinator", name="list.xlsx", **form):
    return await world.request(
        who, "POST", "/api/v1/imports", files={"file": (name, data)}, data={"programme": "P1", **form}
    )


async def test_from_the_file_to_assets_and_back(world, tmp_path):
    answer = await send(world, book(tmp_path, GOOD))
    assert answer.status_code == 201, answer.text
    batch = answer.json()["batch"]
    assert (batch["status"], batch["plan"]["counts"]["create"]) == ("planned", 1)
    path = f"/api/v1/imports/{batch['id']}"
    rows = (await world.get("coordinator", f"{path}/rows?action=create")).json()["items"]
    assert (rows[0]["sheet"], rows[0]["row"], rows[0]["facts"]["unit_price"]) == ("List", 2, "1234.50")
    assert (await world.post("coordinator", f"{path}/commit", {})).json()["status"] == "committed"
    again = (await send(world, book(tmp_path, GOOD))).json()["batch"]
    assert (again["plan"]["counts"]["create"], again["plan"]["counts"]["unchanged"]) == (0, 1)
    assert (await world.post("coordinator", f"{path}/commit", {})).status_code == 409
    assert (await world.post("coordinator", f"{path}/undo")).json()["status"] == "undone"
    assert [each["id"] for each in (await world.get("coordinator", "/api/v1/imports")).json()][:1] == [
        again["id"]
    ]


async def test_problems_by_place_and_in_the_workbook(world, tmp_path):
    answer = (await send(world, book(tmp_path, GOOD, BAD))).json()
    told = {(p["place"], p["code"]): p for p in answer["problems"] if p["severity"] == "error"}
    assert set(told) == {("List!A3", "ambiguous-municipality"), ("List!H3", "bad-unit-price")}
    assert told["List!H3", "bad-unit-price"]["expected"] == "a number, such as 1234.50 or 1 234,50"
    path = f"/api/v1/imports/{answer['batch']['id']}"
    refused = await world.post("coordinator", f"{path}/commit", {})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:asset-tracker:problem:invalid")
    marked = await world.get("coordinator", f"{path}/problems.xlsx")
    sheet = load_workbook(io.BytesIO(marked.content))["List"]
    assert "a number" in sheet["H3"].comment.text
    fixes = {"List!A3": "UA18060170000069581", "List!H3": "99"}
    again = await world.post("coordinator", f"{path}/plan", {"defaults": {"programme": "P1"}, "fixes": fixes})
    assert again.json()["batch"]["plan"]["counts"]["create"] == 2


async def test_who_may_not(world, tmp_path):
    data = book(tmp_path, GOOD)
    batch = (await send(world, data)).json()["batch"]["id"]
    for who in ("technician", "custodian", "donor", "auditor", "nobody"):
        assert (await send(world, data, who)).status_code == 403
        assert (await world.get(who, f"/api/v1/imports/{batch}")).status_code == 403
    assert (await world.get(None, f"/api/v1/imports/{batch}")).status_code == 401
    for tail in ("", "/rows", "/problems.xlsx"):
        assert (await world.get("coordinator2", f"/api/v1/imports/{batch}{tail}")).status_code == 404
    for verb in ("commit", "undo"):
        body = {} if verb == "commit" else None
        assert (await world.post("coordinator2", f"/api/v1/imports/{batch}/{verb}", body)).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("a.csv", b"%PDF-1.7"),
        ("../../a.csv", b"\x00\x01\x02\x03" * 100),
        ("CON.xlsx", b"<html><p>"),
    ],
)
async def test_files_that_are_none(world, name, data):
    answer = await send(world, data, name=name)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_form_without_a_file_or_with_nonsense(world, tmp_path):
    form = {"programme": (None, "P1")}
    assert (await world.request("coordinator", "POST", "/api/v1/imports", files=form)).status_code == 400
    data = book(tmp_path, GOOD)
    assert (await send(world, data, occurred_on="yesterday")).status_code == 400
    assert (await send(world, data, mapping="no such")).status_code == 404
    batch = (await send(world, data)).json()["batch"]["id"]
    for body, status in (
        ({"fixes": {"x": 1}}, 400),
        ({"answers": {"a": "no_such_field"}}, 422),
        ({"more": 1}, 400),
    ):
        answer = await world.post("coordinator", f"/api/v1/imports/{batch}/plan", body)
        assert answer.status_code == status
    odd = {
        "fixes": {"List!ZZZZ9": "x", "!!": "x", "List!A99999999": "x", "List!A²": "x"},
        "defaults": {"programme": "P1"},
    }
    assert (await world.post("coordinator", f"/api/v1/imports/{batch}/plan", odd)).status_code == 200


async def test_the_template_is_for_ones_own_programmes(world):
    answer = await world.get("coordinator", "/api/v1/imports/template.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert [cell.value for cell in book["_lists"]["B"] if cell.value] == ["P1"]


async def test_the_template_is_for_what_was_chosen(world):
    path = "/api/v1/imports/template.xlsx?programme=p1&oblast=Житомирська&municipality="
    answer = await world.get("coordinator", f"{path}Баранівська&municipality=Овруч")
    offered = load_workbook(io.BytesIO(answer.content))["_lists"]
    assert [cell.value.split(",")[0] for cell in offered["A"] if cell.value] == ["Баранівська", "Овруцька"]
    whole = load_workbook(
        io.BytesIO((await world.get("coordinator", path.removesuffix("&municipality="))).content)
    )
    assert {
        row[0].rsplit(", ")[-1] for row in whole["_lists"].iter_rows(max_col=1, values_only=True) if row[0]
    } == {"Житомирська"}
    answer = await world.get(
        "coordinator", "/api/v1/imports/template.xlsx?programme=P2&oblast=x&municipality=Баранивська"
    )
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["programme", "oblast", "municipality"]
    assert "Баранівська" in answer.json()["errors"][2]["expected"]


async def test_people_of_a_list_are_invited_by_an_administrator(world):
    data = b"Name;E-mail\nAnna Guest;guest@example.org\n"
    made = (await send(world, data, "administrator", "people.csv", kind="users")).json()["batch"]
    path = f"/imports/{made['id']}"
    assert (await world.post("administrator", f"/api/v1{path}/commit", {})).status_code == 200
    assert "1 person was not invited yet." in (await world.get("administrator", path)).text
    async with world.engine.begin() as conn:
        begun = await sessions.begin_session(conn, world.users["administrator"])
    at_a_browser = {"headers": {"Cookie": f"session={begun.token}"}}
    shown = await world.request(None, "POST", f"{path}/invitations", **at_a_browser)
    assert (shown.status_code, "/password/" in shown.text) == (200, True)
    again = (await world.request(None, "POST", f"/api/v1{path}/invitations", **at_a_browser)).json()
    assert [(each["email"], bool(each["token"])) for each in again] == [("guest@example.org", True)]
