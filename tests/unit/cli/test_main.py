import subprocess
import sys

import click
import pytest

from asset_tracker import cli, errors
from asset_tracker.settings import SettingsError


def status_of(monkeypatch, error):
    @click.command()
    def command():
        raise error

    monkeypatch.setattr(cli.group, "get_command", lambda ctx, name: command)
    with pytest.raises(SystemExit) as ended:
        cli.main(["anything"])
    return ended.value.code


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidError("x", errors=(errors.FieldError("a", "%(n)s is bad", {"n": 1}, "2"),)), 1),
        (errors.NotFoundError(), 1),
        (errors.RefusedError(), 1),
        (click.FileError("list.xlsx", "no such file"), 1),
        (click.BadParameter("x"), 2),
        (SettingsError("ASSET_TRACKER_X", "no"), 2),
        (errors.UnavailableError(), 3),
        (ZeroDivisionError(), 3),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_each_kind_of_end_has_its_status(monkeypatch, capfd, error, status):
    assert status_of(monkeypatch, error) == status


def test_problems_are_listed_with_what_was_expected(monkeypatch, capsys):
    problem = errors.FieldError("line[3].price", "%(value)s is no price", {"value": "x"}, "1234.50")
    status_of(monkeypatch, errors.InvalidError("2 problems", errors=(problem,)))
    assert (
        capsys.readouterr().err == "Error: 2 problems\n  line[3].price: x is no price (expected: 1234.50)\n"
    )


def test_a_database_that_is_away_is_told_in_words(monkeypatch, capsys):
    status_of(monkeypatch, ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5432)"))
    told = capsys.readouterr().err
    assert told.startswith("Error: The database does not answer: [Errno 111] Connect call failed")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileNotFoundError(2, "No such file or directory", "/a/report.pdf"), "/a/report.pdf: No such file"),
        (OSError(28, "No space left on device"), "writing: No space left on device"),
    ],
)
def test_a_place_that_takes_no_file_is_told_in_a_line(monkeypatch, capsys, error, told):
    assert status_of(monkeypatch, error) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"Error: {told}")
    assert said.count("\n") == 1


def test_every_command_is_there_and_has_help(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for name, (_, told) in cli.COMMANDS.items():
        assert name in shown
        command = cli.group.get_command(click.Context(cli.group), name)
        assert command is not None
        assert told


def test_the_start_imports_neither_database_nor_web():
    program = (
        "import sys; from asset_tracker.cli import group;"
        "heavy = {'sqlalchemy', 'litestar', 'uvicorn', 'alembic', 'babel'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": "src"})
