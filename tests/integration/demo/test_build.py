"""The whole demonstration, once, in a database of its own."""

import pytest
from sqlalchemy import func, select

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.login import log_in
from asset_tracker.consignments.tables import act, consignment
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.demo import people
from asset_tracker.demo.build import HoldsOtherDataError, build
from asset_tracker.files.storage import Storage
from asset_tracker.ledger.tables import asset, event
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme

SECRET = "k" * 40


async def make(engine, folder):
    async with transaction(engine) as conn:
        return await build(
            conn, Storage.open(folder.as_uri()), secret_key=SECRET, base_url="http://127.0.0.1:8000"
        )


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
