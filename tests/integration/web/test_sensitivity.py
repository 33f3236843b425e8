"""A place that a donor may not know is in none of the answers to them: every page, list, format and file."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import select, update

from asset_tracker.assets.tables import sensitivity_rule
from asset_tracker.ledger.ids import uuid7
from asset_tracker.reports.formats import formats
from asset_tracker.territory.tables import service_point
from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio

POINT = "ЦНАП Баранівської"
ASSET = ("/api/v1/assets/{tag}", "/api/v1/assets/{tag}/events", "/api/v1/assets/{tag}/state", "/a/{tag}")
LISTS = ("/api/v1/assets", "/assets", "/assets.xlsx", "/find?q=5CD2381XYZ", "/")
OVER_ALL = (
    "/municipalities",
    "/api/v1/municipalities",
    f"/municipalities/{BARANIVKA}",
    f"/api/v1/municipalities/{BARANIVKA}",
    "/reports",
    "/reports/programmes/PROSTO",
    "/api/v1/due",
    "/api/v1/bundle",
)
REPORTS = tuple(f"/api/v1/reports/programmes/PROSTO.{name}" for name in formats(of_programme=True))
ROUTES = (*ASSET, *LISTS, *OVER_ALL, *REPORTS)


@pytest.fixture(scope="module")
async def stand(site):
    """The laptop stands at a service point since a month ago, and the ledger is sealed."""
    async with site.app.state.engine.connect() as conn:
        point = await conn.scalar(select(service_point.c.id))
    fact = {
        "id": str(uuid7()),
        "asset": site.office.laptop,
        "occurred_at": (datetime.now(UTC) - timedelta(days=30)).isoformat(),
        "payload": {
            "kind": "delivered",
            "municipality": BARANIVKA,
            "service_point": str(point),
            "consignment": str(site.office.consignment),
        },
    }
    told = await (await site.at("coordinator")).post("/api/v1/events", json=[fact])
    assert told.json()[0]["outcome"] == "recorded", told.text
    await site.app.state.sealing.once()
    return str(point)


@pytest.fixture
async def rule(site):
    """Makes a rule over the programme, and ends all rules after the test."""

    async def make(**fields):
        form = {"programme": str(site.office.programme), "sensitivity": "public"} | fields
        answer = await site.post("coordinator", "/sensitivity", form)
        assert answer.status_code == 303, answer.text[-3000:]

    yield make
    async with site.app.state.engine.begin() as conn:
        await conn.execute(update(sensitivity_rule).values(ended_at=datetime.now(UTC)))


async def read(site, who, route):
    answer = await site.get(who, route.format(tag=site.office.laptop))
    assert answer.status_code in (200, 303), (route, answer.text[-500:])
    return words_of(answer)


def words_of(answer):
    """All that is in an answer, unpacked."""
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            names = [name for name in packed.namelist() if not name.endswith((".py", "README.txt"))]
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in names)
    if answer.content.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(answer.content)
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    return answer.text


def names_place(text):
    return BARANIVKA in text or "Баранівська" in text or "Baranivka" in text


def names_point(text, point):
    return POINT in text or point in text


async def test_without_a_rule_a_donor_sees_places(site, stand):
    assert names_point(await read(site, "donor", "/api/v1/assets/{tag}"), stand)
    assert names_place(await read(site, "donor", "/api/v1/reports/programmes/PROSTO.json"))


# These name the municipality because they are about it, and list its offices, which are no secret.
ABOUT_IT = (f"/municipalities/{BARANIVKA}", f"/api/v1/municipalities/{BARANIVKA}", "/api/v1/municipalities")


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in ABOUT_IT])
async def test_restricted_hides_the_point_and_not_the_municipality(site, stand, rule, route):
    await rule(sensitivity="restricted")
    assert not names_point(await read(site, "donor", route), stand)


async def test_restricted_still_tells_the_municipality(site, stand, rule):
    await rule(sensitivity="restricted")
    for route in ("/api/v1/assets/{tag}", "/api/v1/reports/programmes/PROSTO.csv", "/assets"):
        assert names_place(await read(site, "donor", route)), route


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in ABOUT_IT])
async def test_secret_hides_the_municipality(site, stand, rule, route):
    await rule(sensitivity="secret")
    text = await read(site, "donor", route)
    assert not names_point(text, stand)
    assert not names_place(text)


async def test_secret_still_tells_the_oblast(site, stand, rule):
    await rule(sensitivity="secret")
    listed = await read(site, "donor", "/api/v1/assets")
    assert "Житомирська область" in listed
    assert '"precision":"oblast"' in listed


@pytest.mark.parametrize(
    "path", [f"/api/v1/reports/municipalities/{BARANIVKA}.csv", f"/api/v1/municipalities/{BARANIVKA}"]
)
async def test_secret_things_are_not_counted_in_their_municipality(site, stand, rule, path):
    assert "5CD2381XYZ" in await read(site, "donor", path) or '"assets":' in await read(site, "donor", path)
    await rule(sensitivity="secret")
    text = (await site.get("donor", path)).text
    assert "5CD2381XYZ" not in text
    assert '"assets":3' not in text


@pytest.mark.parametrize(
    "query", [f"municipality={BARANIVKA}", "service_point={point}", f"municipality={BARANIVKA}&q=5CD2381XYZ"]
)
async def test_a_hidden_place_is_not_found_by_asking_for_it(site, stand, rule, query):
    path = f"/api/v1/assets?{query.format(point=stand)}"
    assert (await site.get("donor", path)).json()["items"]
    await rule(sensitivity="secret")
    assert (await site.get("donor", path)).json()["items"] == []
    assert (await site.get("coordinator", path)).json()["items"]


@pytest.mark.parametrize("who", ["coordinator", "administrator", "technician", "custodian", "auditor"])
async def test_whoever_works_there_sees_where_it_is(site, stand, rule, who):
    await rule(sensitivity="secret", delay_days="100")
    assert names_point(await read(site, who, "/api/v1/assets/{tag}"), stand)


@pytest.mark.parametrize(("days", "shown"), [("10", True), ("1000", False)])
async def test_a_delay_tells_it_later(site, stand, rule, days, shown):
    await rule(sensitivity="public", delay_days=days)
    text = await read(site, "donor", "/api/v1/assets/{tag}")
    assert names_point(text, stand) is shown
    assert names_place(text) is shown


@pytest.mark.parametrize(
    ("about", "hidden"),
    [
        ({"category": "laptop"}, True),
        ({"category": "vehicle"}, False),
        ({"programme": "", "tag": "{tag}"}, True),
    ],
)
async def test_a_rule_is_about_a_category_or_one_asset(site, stand, rule, about, hidden):
    told = {name: value.format(tag=site.office.laptop) for name, value in about.items()}
    await rule(sensitivity="secret", **told)
    assert names_place(await read(site, "donor", "/api/v1/assets/{tag}")) is not hidden


@pytest.mark.parametrize(
    ("who", "form", "status"),
    [
        ("coordinator", {"programme": "", "sensitivity": "secret"}, 422),
        ("coordinator", {"programme": "", "category": "laptop", "sensitivity": "secret"}, 422),
        ("administrator", {"programme": "", "category": "laptop", "sensitivity": "public"}, 303),
        ("stranger", {"sensitivity": "public"}, 404),
        ("technician", {"sensitivity": "public"}, 403),
        ("coordinator", {"sensitivity": "hidden"}, 422),
        ("coordinator", {"sensitivity": "secret", "delay_days": "-1"}, 422),
        ("coordinator", {"sensitivity": "secret", "tag": "NO-SUCH"}, 422),
        ("coordinator", {"sensitivity": "secret", "tag": "{tag}"}, 422),
    ],
)
async def test_who_may_make_which_rule(site, stand, rule, who, form, status):
    given = {"programme": str(site.office.programme)} | form
    given = {name: value.format(tag=site.office.laptop) for name, value in given.items()}
    assert (await site.post(who, "/sensitivity", given)).status_code == status


async def test_a_rule_is_listed_ended_and_written_down(site, stand, rule):
    await rule(sensitivity="secret")
    page = (await site.get("coordinator", "/sensitivity")).text
    assert "PROSTO" in page
    async with site.app.state.engine.connect() as conn:
        made = await conn.scalar(select(sensitivity_rule.c.id).where(sensitivity_rule.c.ended_at.is_(None)))
    assert isinstance(made, UUID)
    assert (await site.post("stranger", f"/sensitivity/{made}/end")).status_code == 404
    assert (await site.post("coordinator", f"/sensitivity/{made}/end")).status_code == 303
    assert (await site.post("coordinator", f"/sensitivity/{made}/end")).status_code == 404
    assert names_place(await read(site, "donor", "/api/v1/assets/{tag}"))
    assert str(made) in (await site.get("auditor", "/records?act=sensitivity_set")).text
