"""Reports over HTTP: formats, scope, and questions that cannot be answered."""

import pytest

from .conftest import BARANIVKA, OVRUCH

pytestmark = pytest.mark.anyio

ADDRESS = f"/api/v1/reports/municipalities/{BARANIVKA}"
STARTS = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{", "hxl": b"\xef\xbb\xbf"}


@pytest.mark.parametrize("form", sorted(STARTS))
async def test_every_format_is_served(world, form):
    answer = await world.get("administrator", f"{ADDRESS}.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(STARTS[form])
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{BARANIVKA}-')
    assert len(answer.headers["x-content-hash"]) == 64


async def test_the_address_in_the_report_gives_the_same_report(world):
    first = (await world.get("administrator", f"{ADDRESS}.json?as_of=2025-02-01")).json()
    again = first["making"]["page_url"].split("/reports/municipalities/")[1].replace("?", ".json?")
    second = await world.get("administrator", f"/api/v1/reports/municipalities/{again}")
    assert second.json()["content_hash"] == first["content_hash"]


async def test_an_empty_municipality_is_an_empty_report(world):
    answer = await world.get("donor", f"/api/v1/reports/municipalities/{OVRUCH}.json?as_of=2001-01-01")
    assert answer.status_code == 200
    assert answer.json()["facts"]["items"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ADDRESS}.docx", 422),
        (ADDRESS, 404),
        (f"{ADDRESS}.json?as_of=2025-02-30", 422),
        (f"{ADDRESS}.json?as_of=2999-01-01", 422),
        (f"{ADDRESS}.json?as_of=2025-02-01&known_on=2025-01-01", 422),
        (f"{ADDRESS}.json?donor=Nobody", 404),
        (f"{ADDRESS}.json?lang=ru", 422),
        ("/api/v1/reports/municipalities/UA99999999999999999.json", 404),
        ("/api/v1/reports/municipalities/%00.json", 400),
        ("/api/v1/reports/programmes/NONE.json", 404),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(world, path, status):
    answer = await world.get("administrator", path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_every_wrong_field_is_named(world):
    answer = await world.get("administrator", f"{ADDRESS}.json?as_of=x&since=y")
    assert [error["field"] for error in answer.json()["errors"]] == ["as_of", "since"]


async def test_nobody_reads_without_logging_in(world):
    assert (await world.get(None, f"{ADDRESS}.json")).status_code == 401
