import zipfile
from pathlib import Path

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

import workbooks
from asset_tracker.errors import InvalidError
from asset_tracker.imports import meter, reader, sheet
from asset_tracker.imports.cells import (
    Limits,
    Mark,
    Opened,
    RefusedBookError,
    Row,
    Rows,
    SheetEnd,
    SheetInfo,
    column_index,
    column_name,
)


def rows_of(path: Path, limits: Limits | None = None) -> list[Row]:
    """Rows as the reader gives them, without starting its process."""
    return [
        row
        for frame in reader.read(path, limits or Limits())
        if isinstance(frame, Rows)
        for row in frame.rows
    ]


def sheets_of(path: Path) -> list[SheetInfo]:
    return [frame.sheet for frame in reader.read(path, Limits()) if isinstance(frame, SheetEnd)]


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(RefusedBookError) as caught:
        list(reader.read(path, limits or Limits()))
    return caught.value.refused.message % caught.value.refused.params


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16383, "XFD")])
def test_columns_have_letters(index, name):
    assert column_name(index) == name
    assert column_index(name) == index


def test_cells_keep_their_type(tmp_path):
    def touch(ws: Worksheet) -> None:
        ws["F1"].number_format = "000000"
        error = ws["G1"]
        assert isinstance(error, Cell)
        error.value, error.data_type = "#N/A", "e"

    path = workbooks.save(
        tmp_path / "a.xlsx",
        [["ноутбук ", 12, 1.5, True, workbooks.day(2024, 5, 1), 123, None, "=1+1"]],
        touch=touch,
    )
    assert rows_of(path) == [
        Row(
            1,
            (
                "ноутбук ",
                12,
                1.5,
                True,
                Mark("date", "2024-05-01"),
                Mark("padded", "000123"),
                Mark("error", "#N/A"),
                Mark("formula", None),
            ),
        )
    ]


def test_merged_cells_reach_down_and_hidden_rows_say_so(tmp_path):
    def touch(ws: Worksheet) -> None:
        ws.merge_cells("A2:A4")
        ws.merge_cells("A6:A9")
        ws.row_dimensions[3].hidden = True

    path = workbooks.save(
        tmp_path / "a.xlsx",
        [["Громада", "Назва"], ["Овруцька", "a"], [None, "b"], [None, "c"], [None, "d"], ["Підпис", None]],
        touch=touch,
    )
    assert rows_of(path) == [
        Row(1, ("Громада", "Назва")),
        Row(2, ("Овруцька", "a")),
        Row(3, (Mark("merged", "Овруцька"), "b"), hidden=True),
        Row(4, (Mark("merged", "Овруцька"), "c")),
        Row(5, (None, "d")),
        Row(6, ("Підпис",)),
    ]
    assert sheets_of(path)[0].hidden_rows == 1


def test_a_table_that_starts_in_the_middle_keeps_its_rows_and_columns(tmp_path):
    path = workbooks.save(tmp_path / "a.xlsx", [[], [], [None, None, "x"], [], [None, None, None, 5]])
    assert rows_of(path) == [Row(3, (None, None, "x")), Row(5, (None, None, None, 5))]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("cp1251", ";"),
        ("utf-16", "\t"),
        ("utf-16-le", ";"),
        ("utf-16-be", ","),
    ],
)
def test_text_tables_in_any_encoding(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    lines = [["Назва", "Серійний номер", "Ціна"], ["Ґанок, їжак", "000123", "1 234,50"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines) + "\r\n"
    path.write_bytes(text.encode(encoding))
    assert rows_of(path) == [Row(1, tuple(lines[0])), Row(2, tuple(lines[1]))]


def test_an_ods_is_read(tmp_path):
    path = workbooks.ods(tmp_path / "a.ods", [["Назва", "Ціна"], ["Ноутбук", 1234.5]])
    assert rows_of(path) == [Row(1, ("Назва", "Ціна")), Row(2, ("Ноутбук", 1234.5))]


def test_an_ods_that_repeats_a_value_without_end_is_refused(tmp_path):
    path = workbooks.ods(tmp_path / "a.ods", [["Назва"]], repeat=1_000_000)
    assert "repeats one value over 1000000 cells" in refusal(path)


def test_texts_too_long_are_cut_and_marked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Назва;Примітка\nНоутбук;" + "я" * 2_000_000, encoding="utf-8")
    assert rows_of(path)[1].cells[1] == Mark("long", "я" * 200, 2_000_000)


def test_what_a_file_is_not(tmp_path):
    def made(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    word = tmp_path / "word.xlsx"
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types>wordprocessingml</Types>")
    types = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    expected = {
        made("empty.xlsx", b""): "empty",
        made("text.xlsx", b"Name;Price\n1;2\n"): "not an .xlsx workbook",
        made("cut.xlsx", b"PK\x03\x04 half a file"): "not an .xlsx workbook",
        made("list.csv", b"%PDF-1.7"): "PDF",
        made("photo.csv", b"\xff\xd8\xff\xe0" + bytes(range(32)) * 50): "not a text table",
        made("page.csv", b"<html><table><tr><td>1</td></tr></table></html>"): "web page",
        word: "not an .xlsx workbook",
        workbooks.old_xls(tmp_path / "old.xlsx"): "old .xls format",
        workbooks.protected(tmp_path / "secret.xlsx"): "protected by a password",
        workbooks.patched(tmp_path / "macro.xlsx", {"[Content_Types].xml": types}): "macros",
        workbooks.patched(tmp_path / "dots.xlsx", {"../../etc/passwd": b"x"}): "forbidden name",
        workbooks.entities(tmp_path / "lol.xlsx"): "entities",
        workbooks.far_cell(tmp_path / "far.xlsx"): "XFD",
        workbooks.patched(
            tmp_path / "damaged.xlsx",
            {workbooks.SHEET: workbooks.sheet_xml('<row r="1"><c r="A1"><v>1</c></row>')},
        ): "damaged inside",
    }
    for path, words in expected.items():
        assert words in refusal(path), path.name


def test_a_sheet_of_too_many_columns_rows_cells_or_merges_is_refused_by_name(tmp_path):
    wide = "".join(f'<c r="{column_name(n)}1"><v>1</v></c>' for n in range(16_384))
    path = workbooks.patched(
        tmp_path / "w.xlsx", {workbooks.SHEET: workbooks.sheet_xml(f'<row r="1">{wide}</row>')}
    )
    assert "value in column XF" in refusal(path)
    tall = '<row r="900000"><c r="A900000"><v>1</v></c></row>'
    path = workbooks.patched(tmp_path / "t.xlsx", {workbooks.SHEET: workbooks.sheet_xml(tall)})
    assert "row 900000" in refusal(path)
    merges = '<mergeCell ref="A1:A2"/>' * 30_000
    path = workbooks.patched(tmp_path / "m.xlsx", {workbooks.SHEET: workbooks.sheet_xml(merges)})
    assert "merged cells" in refusal(path)
    path = tmp_path / "wide.csv"
    path.write_text(";".join("x" * 100_000), encoding="utf-8")
    assert "100000 columns" in refusal(path)


def test_a_far_cell_is_seen_however_it_is_written(tmp_path):
    for n, xml in enumerate(
        (
            "<row r='1'><c r='XFD1' t='n'><v>1</v></c></row>",
            '<x:row r="1"><x:c\n s="0"\tr="XFD1"><x:v>1</x:v></x:c></x:row>',
            '<row spans="1:2" r="1048576"><c s="0" r="B1048576"><v>1</v></c></row>',
        )
    ):
        path = workbooks.patched(tmp_path / f"{n}.xlsx", {workbooks.SHEET: workbooks.sheet_xml(xml)})
        assert "A sheet has a value in" in refusal(path), xml


def test_styled_but_empty_cells_far_away_are_no_reason_to_refuse(tmp_path):
    xml = '<row r="1"><c r="A1" t="n"><v>1</v></c><c r="XFD1" s="0"/></row><row r="1048576"><c r="B1048576" s="0"></c></row>'
    path = workbooks.patched(tmp_path / "a.xlsx", {workbooks.SHEET: workbooks.sheet_xml(xml)})
    assert rows_of(path) == [Row(1, (1,))]


def test_the_reader_lives_in_its_own_process(tmp_path):
    path = workbooks.save(tmp_path / "a.xlsx", [["Назва"], ["Ноутбук"]])
    with sheet.opened(path) as book:
        assert book.about == Opened(format="xlsx")
        assert [row.cells for row in book.rows(0)] == [("Назва",), ("Ноутбук",)]


def test_the_only_sheet_of_a_text_table_is_called_after_its_file(tmp_path):
    (tmp_path / "a.csv").write_text("Назва;Кількість\nНоутбук;1\n", encoding="utf-8")
    with sheet.opened(tmp_path / "a.csv") as book:
        assert [each.name for each in book.called("список.csv").sheets] == ["список.csv"]
    with sheet.opened(workbooks.save(tmp_path / "a.xlsx", [["Назва"]])) as book:
        assert book.called("список.xlsx").sheets == book.sheets


def test_a_bomb_is_refused_and_this_process_does_not_notice(tmp_path):
    path = workbooks.bomb(tmp_path / "b.xlsx", megabytes=40)
    limits = Limits(unpacked_bytes=32 * 2**20)
    with pytest.raises(InvalidError, match="unpacks to more than"), sheet.opened(path, limits):
        pass


def test_a_workbook_that_packs_too_well_was_made_to_be_large(tmp_path):
    assert "times its size" in refusal(workbooks.bomb(tmp_path / "b.xlsx", megabytes=60))


def test_what_the_look_misses_the_limits_of_the_process_stop(tmp_path):
    # the position is written as a character reference, which the quick look does not see and the parser does
    xml = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="&#49;048576"><c r="&#88;FD1048576"><v>1</v></c></row>'
    )
    path = workbooks.patched(tmp_path / "a.xlsx", {workbooks.SHEET: workbooks.sheet_xml(xml)})
    with pytest.raises(InvalidError), sheet.opened(path):
        pass


def test_a_file_that_takes_too_long_is_given_up(tmp_path):
    path = workbooks.save(tmp_path / "a.xlsx", [["x"]])
    with pytest.raises(InvalidError, match="too long"), sheet.opened(path, Limits(wall_seconds=0)):
        pass


def test_whoever_waits_hears_how_far_a_file_is_read(tmp_path):
    def touch(sheet: Worksheet) -> None:
        other = sheet.parent.create_sheet("Другий")
        for n in range(900):
            other.append([n])

    book = workbooks.save(tmp_path / "a.xlsx", [[n, "x"] for n in range(900)], touch=touch)
    (tmp_path / "a.csv").write_text("a;b\n" * 900)
    for path in (book, tmp_path / "a.csv"):
        seen: list[float] = []
        list(reader.read(path, Limits(), seen.append))
        assert seen == sorted(seen)
        assert (len(seen) > 1, 0.8 < seen[-1] <= 1) == (True, True)
    rows = tmp_path / "rows"
    assert meter.percent_at(rows) == 0
    sheet.read(book, rows)
    assert 80 < meter.percent_at(rows) <= 100
