"""What screens show is written anew from the events, whatever became of it."""

import anyio.to_thread
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from asset_tracker.cli.ledger import command
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.verify import verify
from factories.facts import OVRUCH, add, draft, life

pytestmark = pytest.mark.anyio

ONE, OTHER = uuid7(), uuid7()
CHANGES = (
    f"UPDATE asset SET municipality_code = '{OVRUCH}', state = state - 'municipality' WHERE id = '{ONE}'",
    f"DELETE FROM asset WHERE id = '{OTHER}'",
    f"DELETE FROM asset_period WHERE asset_id = '{ONE}' AND stage = 'installed'",
    "UPDATE asset_share SET percent = 50",
    f"UPDATE tag SET asset_id = '{OTHER}' WHERE asset_id = '{ONE}'",
    f"UPDATE event_file SET sha256 = repeat('cd', 32) WHERE asset_id = '{ONE}'",
    f"UPDATE event_file SET kind = 'scan' WHERE asset_id = '{OTHER}'",
)


async def changed(url):
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *life(ONE), *life(OTHER), draft(ONE, ev.Note(note="late"), days=1))
    async with engine.begin() as conn:
        for change in CHANGES:
            await conn.execute(text(change))
    await engine.dispose()


async def test_the_command_mends_every_projection(new_database, tmp_path, monkeypatch):

    url = new_database()
    await changed(url)
    assert (await verify(url)).counts == {"projection-changed": 9}
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", url)
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    done = await anyio.to_thread.run_sync(lambda: CliRunner().invoke(command, ["rebuild"]))
    assert done.output.splitlines()[-1] == "Folded again: 2."
    assert (await verify(url)).clean
