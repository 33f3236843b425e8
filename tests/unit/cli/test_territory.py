import msgspec

from asset_tracker.cli.territory import told
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.editions import compare


def test_every_change_is_told():
    stored = read_shipped().municipalities[-20:]
    first, second, third, fourth, fifth, *rest = stored
    newer = [
        msgspec.structs.replace(first, name_uk="Нова"),
        msgspec.structs.replace(second, raion_uk="Новий"),
        msgspec.structs.replace(third, kind="urban" if third.kind != "urban" else "rural"),
        *rest,
    ]
    lines = told(compare([*stored[:4], *rest], [*newer, fifth]))
    assert [line.split()[0] for line in lines] == ["new", "renamed", "moved", "kind", "gone"]
    assert lines[0].split()[1] == fifth.code
    assert lines[1].endswith("-> Нова")
    assert lines[4].split()[1] == fourth.code


def test_no_change_is_told_too():
    stored = read_shipped().municipalities
    assert told(compare(stored, stored)) == ["No changes."]
    assert told(compare([], stored)) == ["new      1774 municipalities"]
