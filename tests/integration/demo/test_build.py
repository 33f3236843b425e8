"""The whole demonstration, once, in a database of its own."""

import re
from collections import defaultdict
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import func, select

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.login import log_in
from asset_tracker.app import create_app
from asset_tracker.consignments.tables import act, consignment
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.metadata import metadata
from asset_tracker.demo import people
from asset_tracker.demo.build import HoldsOtherDataError, build
from asset_tracker.files.storage import Storage
from asset_tracker.ledger.tables import asset, asset_share, event
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.programmes.tables import programme
from asset_tracker.settings import Settings
from asset_tracker.territory.tables import municipality
from integration.access.routes_of_pages import ROUTES
from integration.access.walk import filled, names_of

SECRET = "k" * 40
# What the table of routes calls a thing, and the table that things of its kind stand in.
KINDS = {
    "batch": "import_batch", "print": "label_print", "rule": "policy_rule", "campaign": "campaign", "case": "loss_case",
    "plan": "maintenance_plan", "order": "work_order", "user": "user_account", "action": "bulk_action",
}  # fmt: skip


async def make(engine, folder):
    async with transaction(engine) as conn:
        return await build(
            conn, Storage.open(folder.as_uri()), secret_key=SECRET, base_url="http://127.0.0.1:8000"
        )


def settings(engine, folder):
    url = engine.url.render_as_string(hide_password=False)
    env = {"DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": SECRET}
    return Settings.from_env({f"ASSET_TRACKER_{name}": value for name, value in env.items()})


@asynccontextmanager
async def browser(app):
    """An administrator at a browser."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "uk"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        who = next(person for person in people.PEOPLE if person.email.startswith("administrator"))
        form = {"email": who.email, "password": people.password(SECRET, who)}
        assert (await client.post("/login", data=form)).status_code == 303
        yield client


def page_of(key, things):
    """The address of a page of the table of routes; None of what is no page, or of what there is nothing of."""
    method, _, path = key.partition(" ")
    if method != "GET" or re.search(r"[.]\w+$|/api/|/files/|static|fonts|/field|token", path):
        return None
    values = {name: filled(value, things) for name, value in names_of(key, ROUTES[key]).items()}
    query = filled(ROUTES[key].query or {}, things)
    return path.format_map(values) + ("?" + urlencode(query) if query else "")


async def shown(client, path):
    """The page, or None where there is none of that kind here."""
    answer = await client.get(path)
    assert answer.status_code < 500
    return answer if answer.status_code == 200 and "html" in answer.headers["content-type"] else None


async def heaviest(engine):
    """What stands for the names of the table of routes: of each the thing that has most, or any."""
    a = asset.c

    async def most(column, *where):
        rows = select(column).where(column.is_not(None), *where).group_by(column)
        return await conn.scalar(rows.order_by(func.count().desc()).limit(1))

    async def any_of(name):
        return await conn.scalar(select(metadata.tables[name].c.id).limit(1))

    async with transaction(engine) as conn:
        busiest = await most(event.c.asset_id)
        found = {
            "asset": busiest,
            "tag": await conn.scalar(select(a.tag).where(a.id == busiest)),
            "event": await conn.scalar(select(event.c.id).where(event.c.asset_id == busiest).limit(1)),
            "programme": await most(a.programme_id),
            "consignment": await most(a.consignment_id),
            "act": await most(a.act_id),
            "place": await most(a.municipality_code),
            "point": await most(a.service_point_id),
            "donor": await most(asset_share.c.donor_id),
        }
        code = select(programme.c.code).where(programme.c.id == found["programme"])
        oblast = select(municipality.c.oblast_code).where(municipality.c.code == found["place"])
        found |= {"programme_code": await conn.scalar(code), "oblast": await conn.scalar(oblast)}
        for name, table in KINDS.items():
            found[name] = await any_of(table)
    # What the demonstration has none of is asked for in vain, by a name that nothing has.
    return defaultdict(lambda: "01990000-0000-7000-8000-000000000000", {k: v for k, v in found.items() if v})


@pytest.fixture(scope="module")
async def engine(new_database, tmp_path_factory, anyio_backend):
    made = make_engine(new_database(), statement_timeout="60s")
    assert await make(made, tmp_path_factory.mktemp("files"))
    yield made
    await made.dispose()


async def counts(engine):
    async with engine.connect() as conn:
        return [
            await conn.scalar(select(func.count()).select_from(t)) for t in (event, asset, consignment, act)
        ]


async def test_a_second_run_changes_nothing(engine, tmp_path):
    before = await counts(engine)
    assert before[0] > 10_000
    assert not await make(engine, tmp_path)
    assert await counts(engine) == before


async def test_nothing_contradicts(engine):
    async with engine.connect() as conn:
        assert await conn.scalar(select(func.count()).select_from(asset).where(asset.c.disputed)) == 0
        reached = select(func.count(consignment.c.municipality_code.distinct()))
        assert await conn.scalar(reached.where(consignment.c.programme_id == people.PROSTO)) == 162
        stages = dict((await conn.execute(select(asset.c.stage, func.count()).group_by(asset.c.stage))).all())
        assert stages.keys() == {"in_service", "out_of_service", "gone", "expected", "dispatched"}
        assert stages["gone"] == 5


async def test_no_page_weighs_more_than_a_hundred_thousand_bytes(engine, tmp_path):
    """Every page that the table of routes knows, asked for what there is most of; and the lists of reports."""
    app = create_app(settings(engine, tmp_path))
    async with app.lifespan(), browser(app) as client:
        things = await heaviest(engine)
        paths = [path for key in ROUTES if (path := page_of(key, things))]
        reports = (
            f"/reports/programmes/{things['programme_code']}",
            f"/reports/municipalities/{things['place']}",
        )
        paths += [f"{report}?part=items" for report in reports]
        paths += [f"{reports[0]}?annex=us-2cfr", f"{reports[0]}?annex=us-2cfr&after=1400"]
        paths += [f"{report}/figures/{figure}" for report in reports for figure in ("planned", "value:UAH")]
        paths += [
            "/assets?sort=name",
            f"/labels?consignment={things['consignment']}",
            f"/map?oblast={things['oblast']}",
        ]
        weights = {path: len(page.content) for path in paths if (page := await shown(client, path))}
    assert {path: weight for path, weight in weights.items() if weight >= 100_000} == {}
    assert len(weights) > 75, "pages that are no longer asked are no longer weighed"


async def test_the_printed_log_ins_work(engine):
    for person in people.PEOPLE:
        async with transaction(engine) as conn:
            assert await log_in(conn, person.email, people.password(SECRET, person), "127.0.0.1")


async def test_data_of_your_own_is_left_alone(new_database, tmp_path):
    other = make_engine(new_database())
    async with transaction(other) as conn:
        donor = await add_party(conn, COMMAND_LINE, NewParty(kind="donor", name_uk="Д", name_en="D"))
        share = people.Share(donor, 100)
        new = NewProgramme(code="MINE", name_uk="М", name_en="M", implementer=donor, shares=(share,))
        await add_programme(conn, COMMAND_LINE, new)
    with pytest.raises(HoldsOtherDataError):
        await make(other, tmp_path)
    assert await counts(other) == [0, 0, 0, 0]
    await other.dispose()
