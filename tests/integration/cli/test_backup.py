"""Backup, drill and restore from the command line, on embedded databases of their own."""

import pytest

from asset_tracker.backups import upkeep
from asset_tracker.cli import DONE, PROBLEMS, _status
from asset_tracker.cli.common import run
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import transaction


@pytest.fixture
def home(folder, monkeypatch):
    """A data folder in use by the commands; its server is gone after the test."""
    place = folder / "home"
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(place))
    yield place
    EmbeddedServer(place).stop()


async def _ages(engine):
    async with transaction(engine) as conn:
        return await upkeep.ages(conn)


def db(*arguments):
    return _status(["db", *map(str, arguments)])


def test_a_backup_is_drilled_and_restored_elsewhere(home, folder, monkeypatch, capsys):
    assert _status(["territory", "load"]) == DONE
    backups = folder / "backups"  # made: as a file, the next one would replace it
    assert db("backup", "-o", backups, "--keys", folder / "keys.json") == DONE
    capsys.readouterr()
    assert db("drill", backups) == DONE
    told = capsys.readouterr().out
    assert "as in the backup" in told
    assert "clean" in told
    assert _status(["ledger", "verify"]) == DONE
    assert set(run(_ages)) == {"backup", "drill", "verify"}  # which watchers are told
    (archive,) = backups.glob("*.backup")
    elsewhere = folder / "elsewhere"
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(elsewhere))
    try:
        assert db("restore", archive, "--keys", folder / "keys.json") == DONE
        assert (elsewhere / "secret-key").read_text() == (home / "secret-key").read_text()
        assert db("restore", archive, "--keys", folder / "keys.json") == PROBLEMS
        assert "not empty" in capsys.readouterr().err
    finally:
        EmbeddedServer(elsewhere).stop()


def test_what_cannot_be_backed_up_or_drilled_says_why(home, folder, capsys):
    empty = folder / "none"
    empty.mkdir()
    assert db("drill", empty) == PROBLEMS
    assert "no backup" in capsys.readouterr().err
    assert db("backup", "-o", folder / "x", "--recipient", "somebody") == PROBLEMS
    assert "age key" in capsys.readouterr().err
