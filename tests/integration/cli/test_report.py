"""Reports from the shell."""

import json

import pytest

from asset_tracker.cli import main
from asset_tracker.cli.common import run as run_work
from asset_tracker.db.engine import transaction
from asset_tracker.territory.service import load_shipped

BARANIVKA = "UA18080010000090720"


@pytest.fixture
def shell(new_database, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    async def load(engine):
        async with transaction(engine) as conn:
            await load_shipped(conn)

    run_work(load)


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(["report", *arguments])
    return end.value.code


def test_a_report_becomes_a_file(shell, tmp_path, capsys):
    asked = ("--as-of", "2025-02-01", "--lang", "en")
    assert run("municipality", BARANIVKA, *asked, "--format", "pdf", "-o", "r.pdf") == 0
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert "r.pdf" in capsys.readouterr().out
    assert run("municipality", BARANIVKA, *asked, "--format", "json", "-o", "r.json") == 0
    made = json.loads((tmp_path / "r.json").read_bytes())
    assert made["facts"]["municipality"]["pcode"] == "UA1808001"
    assert made["making"]["lang"] == "en"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["municipality", "UA99999999999999999", "--format", "csv"], 1, "No municipality has the code"),
        (["municipality", BARANIVKA, "--as-of", "2025-02-30", "--format", "csv"], 1, "as_of"),
        (["municipality", BARANIVKA, "--format", "iati"], 1, "format"),
        (["municipality", BARANIVKA, "--format", "docx"], 2, "docx"),
        (["programme", "NONE", "--format", "csv"], 1, "NONE"),
        (["municipality", BARANIVKA, "--donor", "Nobody", "--format", "csv"], 1, "Nobody"),
    ],
)
def test_what_is_wrong_is_told(shell, tmp_path, capsys, arguments, status, says):
    assert run(*arguments, "-o", "x") == status
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
