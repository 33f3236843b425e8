"""Accounts from the command line, against a database of its own."""

import pytest

from asset_tracker.cli import DONE, PROBLEMS, USAGE, _status


@pytest.fixture
def environment(new_database, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))


def user(*arguments):
    return _status(["user", *arguments])


PERSON = ("--name", "Олена", "--password", "correct horse battery")


def test_an_account_from_its_beginning_to_its_end(environment, capsys):
    assert user("add", "olena@example.org", "--role", "administrator", *PERSON) == DONE
    assert user("add", "second@example.org", "--role", "administrator", *PERSON) == DONE
    assert user("token", "OLENA@example.org", "--name", "scanner", "--days", "30") == DONE
    assert capsys.readouterr().out.splitlines()[-1].startswith("at_")
    assert user("disable", "olena@example.org") == DONE
    assert user("disable", "second@example.org") == PROBLEMS
    assert "last administrator" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("add", "x", "--role", "administrator", *PERSON), PROBLEMS, "e-mail"),
        (("add", "x@y.z", "--role", "coordinator", *PERSON), PROBLEMS, "gives access"),
        (("add", "x@y.z", "--role", "king", *PERSON), USAGE, "king"),
        (("add", "x@y.z", "--role", "donor", "--donor", "Nobody", *PERSON), PROBLEMS, "donor"),
        (("add", "x@y.z", "--role", "technician", "--area", "UA1", *PERSON), PROBLEMS, "area"),
        (("add", "x@y.z", "--role", "auditor", "--name", "X", "--password", "short"), PROBLEMS, "password"),
        (("token", "nobody@example.org", "--name", "x"), PROBLEMS, "no account"),
        (("disable", "nobody@example.org"), PROBLEMS, "no account"),
    ],
)
def test_what_cannot_be_done_says_why(environment, capsys, arguments, status, told):
    assert user(*arguments) == status
    assert told in capsys.readouterr().err
