"""The move from the command line: where it refuses, and what is left behind."""

from asset_tracker.cli import DONE, FAILED, USAGE, _status
from asset_tracker.cli.common import load_settings, moved_note


def test_it_moves_the_embedded_database_only(new_database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    assert _status(["db", "move-to", "postgresql://somebody@db.example.org/x"]) == USAGE
    monkeypatch.delenv("ASSET_TRACKER_DATABASE_URL")
    assert _status(["db", "move-to"]) == USAGE
    assert "db backup" in capsys.readouterr().err


def test_what_was_left_says_where_the_database_is_and_is_used_again_on_request(folder, monkeypatch, capsys):
    monkeypatch.delenv("ASSET_TRACKER_DATABASE_URL", raising=False)
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(folder))
    assert _status(["ledger", "verify"]) == DONE
    moved_note(load_settings()).write_text("db.example.org:5432/x on a day\n")
    assert _status(["ledger", "verify"]) == FAILED
    assert "db.example.org:5432/x" in capsys.readouterr().err
    assert _status(["db", "move-to", "--back"]) == DONE
    assert _status(["ledger", "verify"]) == DONE
