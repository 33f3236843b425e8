"""Whatever the API can do, from the shell."""

import json

import pytest

from asset_tracker.cli import DONE, PROBLEMS, USAGE, _status
from asset_tracker.cli.common import run as run_work
from asset_tracker.db.engine import transaction
from asset_tracker.ledger.ids import uuid7
from factories.facts import add, life

ONE = uuid7()


@pytest.fixture
def shell(new_database, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    async def load(engine):
        async with transaction(engine) as conn:
            await add(conn, *life(ONE))

    run_work(load)


def ask(capsys, *arguments):
    capsys.readouterr()
    status = _status(["api", *arguments])
    return status, capsys.readouterr().out


def fact(**payload):
    return {
        "id": str(uuid7()),
        "asset": str(ONE),
        "occurred_at": "2026-02-01T10:00:00Z",
        "payload": payload,
        "device": "shell",
    }


def test_facts_are_recorded_and_read_back(shell, capsys, tmp_path):
    (tmp_path / "facts.json").write_text(json.dumps([fact(kind="note", note="З командного рядка")]), "utf-8")
    status, told = ask(capsys, "POST", "/events", "-d", "@facts.json")
    assert (status, json.loads(told)[0]["outcome"]) == (DONE, "recorded")
    status, told = ask(capsys, "get", f"/api/v1/assets/{ONE}/events?limit=50")
    assert status == DONE
    assert "З командного рядка" in told
    status, told = ask(capsys, "POST", "/events", "-d", json.dumps([fact(kind="nonsense")]))
    assert (status, json.loads(told)[0]["outcome"]) == (PROBLEMS, "quarantined")


def test_what_is_refused_says_why(shell, capsys, tmp_path):
    status, told = ask(capsys, "GET", f"/assets/{uuid7()}")
    assert (status, json.loads(told)["status"]) == (PROBLEMS, 404)
    assert ask(capsys, "POST", "/events", "-d", "{")[0] == PROBLEMS
    assert ask(capsys, "POST", "/events", "-d", "@none.json")[0] == USAGE
    assert ask(capsys, "BREW", "/events")[0] == USAGE


def test_a_file_is_written(shell, capsys, tmp_path):
    status, told = ask(capsys, "GET", "/due/counts", "-o", "counts.json")
    assert (status, told) == (DONE, "")
    assert json.loads((tmp_path / "counts.json").read_bytes()) == []
