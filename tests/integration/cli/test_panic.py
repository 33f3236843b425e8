"""The emergency brake from the command line, against a database of its own."""

from asset_tracker.cli import DONE, _status


def test_the_brake_is_pulled_and_released(new_database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    person = ("--name", "X", "--role", "administrator", "--password", "correct horse battery")
    assert _status(["user", "add", "x@example.org", *person]) == DONE
    assert _status(["user", "token", "x@example.org", "--name", "scanner"]) == DONE
    assert _status(["panic"]) == DONE
    assert "0 sessions, 1 tokens and 0 links" in capsys.readouterr().out
    assert _status(["panic", "--over"]) == DONE
    assert "may be changed again" in capsys.readouterr().out
    assert _status(["panic", "--over"]) == DONE
    assert "was not read-only" in capsys.readouterr().out
