import asyncio

import pytest
from sqlalchemy import text

from asset_tracker import cli
from asset_tracker.cli import common
from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer


@pytest.fixture
def shell(folder, monkeypatch):
    """A shell with no settings, in an environment of its own."""
    for name in ("DATABASE_URL", "DATA_DIR", "PORT", "BASE_URL", "SECRET_KEY"):
        monkeypatch.delenv(f"ASSET_TRACKER_{name}", raising=False)
    monkeypatch.setattr(common, "NOTE", folder / "note")
    monkeypatch.chdir(folder)
    return monkeypatch


def test_a_shell_finds_the_server_that_runs_and_no_other(shell, folder):
    assert common.load_settings().data_dir == folder / ".data"
    with shell.context() as served:
        served.setenv("ASSET_TRACKER_DATA_DIR", str(folder / "elsewhere"))
        served.setenv("ASSET_TRACKER_PORT", "8123")
        served.setenv("ASSET_TRACKER_SECRET_KEY", "k" * 32)
        running = common.announced(common.load_settings())
        running.__enter__()
    found = common.load_settings()
    assert found.data_dir == folder / "elsewhere"
    assert found.base_url == "http://127.0.0.1:8123"
    assert "kkkk" not in common.NOTE.read_text()
    with common.announced(found):
        assert common.load_settings().data_dir == folder / "elsewhere", "the first server is the one"
    shell.setenv("ASSET_TRACKER_DATA_DIR", str(folder / "mine"))
    assert common.load_settings().data_dir == folder / "mine"
    shell.delenv("ASSET_TRACKER_DATA_DIR")
    running.__exit__(None, None, None)
    assert common.load_settings().data_dir == folder / ".data"


def test_the_embedded_database_is_migrated_as_needed(shell, folder):
    async def ask(engine):
        async with engine.connect() as conn:
            municipalities = (await conn.execute(text("SELECT count(*) FROM municipality"))).scalar()
            return municipalities, await migrate.current_of(conn)

    assert common.run(ask) == (1774, migrate.head())
    assert not EmbeddedServer(folder / ".data").running(), "the last one to leave stops it"


def test_a_database_of_your_own_is_not_touched_unasked(shell, new_database, as_owner, capsys):
    async def never(engine):
        raise AssertionError(engine)

    url = new_database()
    asyncio.run(migrate.downgrade(as_owner(url), "base"))
    shell.setenv("ASSET_TRACKER_DATABASE_URL", url)
    shell.setenv("ASSET_TRACKER_OWNER_DATABASE_URL", as_owner(url))
    with pytest.raises(common.NotMigratedError, match="db upgrade"):
        common.run(never)
    assert status(["db", "status"]) == 1
    assert status(["db", "upgrade"]) == 0
    assert status(["db", "status"]) == 0
    assert f"Version: {migrate.head()}" in capsys.readouterr().out


def test_the_state_of_the_embedded_database_is_told(shell, folder, capsys):
    assert status(["db", "status"]) == 1
    assert "none yet" in capsys.readouterr().out
    assert status(["db", "upgrade"]) == 0
    assert status(["db", "status"]) == 0
    assert "postgres/cluster" in capsys.readouterr().out


def status(arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code
