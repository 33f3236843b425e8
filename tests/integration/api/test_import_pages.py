"""The pages of imports, in both languages, by somebody without JavaScript."""

import re

import pytest

import workbooks

pytestmark = pytest.mark.anyio

HEADINGS = ["Municipality", "Consignment", "Category", "Name", "Serial", "Qty", "Price", "Currency", "Colour"]
GOOD = [
    "Baranivska, Zhytomyrska",
    "PG-1",
    "laptop",
    "Laptop <b>x</b>",
    "PG-SN-1",
    1,
    "1,234.50",
    "EUR",
    "grey",
]
BAD = ["Mykolaivska", "PG-1", "laptop", "Laptop", "PG-SN-2", 1, "dear", "EUR", "grey"]


async def send(world, tmp_path, *rows, name="<i>list.xlsx"):
    data = workbooks.save(tmp_path / "list.xlsx", [HEADINGS, *rows], title="List").read_bytes()
    answer = await world.request(
        "coordinator", "POST", "/imports", files={"file": (name, data)}, data={"programme": "P1"}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def page(world, path, who="coordinator"):
    answer = await world.get(who, path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_list_is_looked_at_put_right_recorded_and_taken_back(world, tmp_path):
    path = await send(world, tmp_path, GOOD, BAD)
    text = await page(world, path)
    assert "What does the column “Colour” hold?" in text
    assert "Laptop &lt;b&gt;x&lt;/b&gt;" in text
    assert "<i>list" not in text
    assert (
        '<option lang="uk" value="UA59080130000022249">' in text
    )  # a choice of the municipalities of this name
    places = re.findall(r'name="at:(\d+)" value="([^"]+)"', text)
    answers = {"programme": "P1", "column:colour": "-"}
    for number, at in places:
        answers[f"at:{number}"] = at.replace("&#34;", '"')
        answers[f"fix:{number}"] = "UA18060170000069581" if "A3" in at else "99"
    assert (await world.request("coordinator", "POST", f"{path}/plan", data=answers)).status_code == 303
    assert "Everything in the file is good" in await page(world, path)
    assert (await world.request("coordinator", "POST", f"{path}/commit", data={})).status_code == 303
    text = await page(world, path)
    assert "Recorded: 2 new, 0 changed" in text
    assert "/consignments/" in text
    again = await send(world, tmp_path, GOOD)
    assert "question is open" in await page(world, again)
    await world.request("coordinator", "POST", f"{path}/mapping", data={"name": "theirs"})
    assert "Nothing to do" in await page(world, await send(world, tmp_path, GOOD))
    assert (await world.request("coordinator", "POST", f"{path}/undo")).status_code == 303
    assert "undone" in await page(world, path)
    for action in ("create", "change", "unchanged", "problem", "nonsense"):
        await page(world, f"{path}?action={action}")


async def test_what_cannot_be_done_is_told_and_nothing_changes(world, tmp_path):
    path = await send(world, tmp_path, GOOD, BAD)
    for verb, data in (
        ("commit", {}),
        ("undo", {}),
        ("plan", {"column:colour": "no_such"}),
        ("mapping", {"name": " "}),
    ):
        answer = await world.request("coordinator", "POST", f"{path}/{verb}", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        assert "flash" in answer.headers["set-cookie"]
    assert "Planned" in await page(world, path)


async def test_a_file_that_is_none_is_told_on_the_page(world):
    for files in ({"file": ("a.xlsx", b"no")}, {"programme": (None, "P1")}):
        answer = await world.request("coordinator", "POST", "/imports", files=files)
        assert answer.status_code == 422
        assert "not an .xlsx workbook" in answer.text or "Choose a file first." in answer.text


async def test_the_first_page_and_who_may_see_it(world):
    text = await page(world, "/imports")
    assert "An empty list to fill in" in text
    assert (await world.get("coordinator", "/imports/template.xlsx")).status_code == 200
    wrong = await world.get("coordinator", "/imports/template.xlsx?municipality=Баранивська%0AОвруцька")
    told = 'There is no municipality “<span lang="uk">Баранивська</span>”'
    assert (wrong.status_code, told in wrong.text) == (422, True)
    assert (await world.get("technician", "/imports")).status_code == 403


async def test_a_foreign_plan_is_no_page(world, tmp_path):
    path = await send(world, tmp_path, GOOD)
    assert (await world.get("coordinator2", path)).status_code == 404
    for verb in ("plan", "commit", "undo", "mapping"):
        answer = await world.request("coordinator2", "POST", f"{path}/{verb}", data={"name": "x"})
        assert answer.status_code == 404
