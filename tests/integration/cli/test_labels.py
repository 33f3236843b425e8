import pytest

from asset_tracker.cli import main


@pytest.fixture
def shell(new_database, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSET_TRACKER_DATABASE_URL", new_database())
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSET_TRACKER_BASE_URL", "https://assets.example.org")
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(["labels", *arguments])
    return end.value.code


def test_blank_labels_and_the_same_ones_again(shell, tmp_path, capsys):
    assert run("--blank", "5", "--stock", "l7160", "-o", "blank.pdf") == 0
    assert (tmp_path / "blank.pdf").read_bytes().startswith(b"%PDF")
    assert "5 labels on Avery L7160" in capsys.readouterr().out
    assert run("--blank", "2", "--stock", "ZEBRA-2X1", "--dpi", "203", "-o", "roll.zpl") == 0
    assert (tmp_path / "roll.zpl").read_bytes().count(b"^XA") == 2


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--tags", "7K3M-9QXD"], 1, "tags[0]: A character is wrong"),
        (["--tags", "@missing.txt"], 1, "cannot be read"),
        (["--blank", "3", "--start-cell", "22"], 1, "start_cell"),
        (["--blank", "3", "--stock", "nothing"], 1, "L7160"),
        (["--consignment", "none"], 1, "no single consignment"),
        (["--blank", "3", "--copies", "100"], 2, "copies"),
        ([], 1, "one of these"),
        (["--blank", "1", "--to", "zebra"], 2, "-o FILE or --to PRINTER"),
    ],
)
def test_what_is_wrong_is_told(shell, tmp_path, capsys, arguments, status, says):
    assert run(*arguments, "-o", "x.pdf") == status
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()


def test_labels_are_sent_to_a_printer(shell, capsys, monkeypatch):
    sent = []
    monkeypatch.setenv("ASSET_TRACKER_LABEL_PRINTERS", "zebra=socket://10.0.0.7")
    monkeypatch.setattr("asset_tracker.cli.labels.send", lambda *what: sent.append(what))
    assert run("--blank", "2", "--stock", "ZEBRA-2X1", "--format", "zpl", "--to", "zebra") == 0
    ((address, body, output),) = sent
    assert (address, body.count(b"^XA"), output) == ("socket://10.0.0.7", 2, "zpl")
    assert run("--blank", "2", "--to", "nobody") == 1
    assert "zebra" in capsys.readouterr().err
