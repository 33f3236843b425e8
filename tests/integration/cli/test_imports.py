import json
from decimal import Decimal

import pytest
from openpyxl import load_workbook

import workbooks
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.cli import main
from asset_tracker.cli.common import run as run_with_database
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.service import load_shipped

HEADINGS = ["Громада", "Партія", "Категорія", "Назва", "Серійний номер", "Ціна, грн"]
ROWS = [["Баранівська", "П-1", "ноутбук", f"Ноутбук {n}", f"CLI{n}", "1 234,50"] for n in range(3)]


@pytest.fixture
def shell(new_database, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    async def furnish(engine):
        async with engine.begin() as conn:
            await load_shipped(conn)
            parties = [
                await add_party(conn, COMMAND_LINE, NewParty(kind=kind, name_uk=kind, name_en=kind))
                for kind in ("implementer", "donor")
            ]
            new = NewProgramme(
                code="PROSTO",
                name_uk="Просто",
                name_en="Prosto",
                implementer=parties[0],
                shares=(Share(parties[1], Decimal(100)),),
            )
            await add_programme(conn, COMMAND_LINE, new)

    run_with_database(furnish)
    return tmp_path


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(["import", *arguments])
    return end.value.code


def test_planned_recorded_and_nothing_to_do(shell, capsys):
    workbooks.save(shell / "a.xlsx", [HEADINGS, *ROWS])
    assert run("a.xlsx", "--programme", "PROSTO", "--dry-run") == 0
    assert "create 3" in capsys.readouterr().out
    assert run("a.xlsx", "--programme", "PROSTO") == 0
    assert "Recorded" in capsys.readouterr().out
    assert run("a.xlsx", "--programme", "PROSTO") == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_problems_are_listed_and_nothing_is_recorded(shell, capsys):
    rows = [*ROWS, ["Миколаївська", "П-1", "ноутбук", "[red]x\x1b[31m", "B", "дорого"]]
    lines = [[*HEADINGS, "Колір"], *([*row, "сірий"] for row in rows)]
    (shell / "a.csv").write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    assert run("a.csv", "--programme", "PROSTO") == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    for words in ("a.csv!A5", "a.csv!F5", "a.csv!G1", "Nothing was recorded"):
        assert words in told
    (shell / "map.json").write_text(json.dumps({"Колір": None}), encoding="utf-8")
    assert run("a.csv", "--programme", "PROSTO", "--mapping", "map.json", "--partial", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["import"]["status"] == "committed"
    assert {each["code"] for each in answer["problems"]} == {"ambiguous-municipality", "bad-unit-price"}


def test_what_is_no_table_and_what_is_no_mapping(shell, capsys):
    (shell / "a.xlsx").write_bytes(b"no workbook")
    assert run("a.xlsx") == 1
    assert "not an .xlsx workbook" in capsys.readouterr().err
    workbooks.save(shell / "a.xlsx", [HEADINGS, *ROWS])
    (shell / "map.json").write_text("[1]")
    assert run("a.xlsx", "--mapping", "map.json") == 1
    assert run("missing.xlsx") == 2


def test_an_empty_list_for_those_chosen(shell, capsys):
    chosen = ("--programme", "PROSTO", "--municipality", "Баранівська", "--lang", "en")
    assert run("--template", "empty.xlsx", *chosen) == 0
    book = load_workbook(shell / "empty.xlsx")
    assert (book["Equipment"]["B2"].value, book["Equipment"]["C2"].value) == (
        "Баранівська, Звягельський, Житомирська",
        "PROSTO",
    )
    assert run("--template", "other.xlsx", "--municipality", "Барановичі") == 1
    assert "There is no municipality" in capsys.readouterr().err
    assert not (shell / "other.xlsx").exists()
    assert run() == 2
