"""The workbooks that people take along: the empty one, and the one with its problems marked."""

import io

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import workbooks
from asset_tracker.imports import marking, template
from asset_tracker.imports.categories import CATEGORY_NAMES, category_of
from asset_tracker.imports.marking import CellMark
from asset_tracker.imports.offer import Offer
from asset_tracker.imports.template import SHEETS
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.search import MunicipalityIndex
from planning import plan

OVRUCH = "UA18060170000069581"
OFFER = Offer(programmes=("PROSTO",), municipalities=("Баранівська, Звягельський, Житомирська",))


@pytest.fixture(scope="module")
def ukraine():
    return MunicipalityIndex(read_shipped().municipalities)


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_the_template_is_understood_as_it_is_meant(ukraine, tmp_path, lang):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template.make(lang, OFFER))
    planned = plan(path, ukraine)
    assert planned.items == []
    assert [[c.field for c in each.columns] for each in planned.survey.mappings] == [
        list(s[2]) for s in SHEETS
    ]
    assert planned.problems == []


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_its_examples_are_good_lines(ukraine, tmp_path, lang):
    book = load_workbook(io.BytesIO(template.make(lang, OFFER)))
    for name in book.sheetnames:
        if name != template.EXAMPLES:
            del book[name]
    book[template.EXAMPLES].title = "Лист"
    book.save(tmp_path / "a.xlsx")
    planned = plan(tmp_path / "a.xlsx", ukraine)
    assert planned.codes("error", "question") == set()
    assert planned.count() == {"create": 6}


def test_what_was_chosen_stands_in_the_rows_and_a_row_with_nothing_else_is_no_line(ukraine, tmp_path):
    offer = Offer(
        programmes=("EGA-ZH",), municipalities=("Овруцька, Житомирська",), currency="EUR", chosen=True
    )
    book = load_workbook(io.BytesIO(template.make("uk", offer)))
    lists = book[template.LISTS]
    assert ([cell.value for cell in lists["B"] if cell.value], lists["A2"].value) == (["EGA-ZH"], None)
    examples = book[template.EXAMPLES].iter_rows(min_row=2, max_row=6, max_col=3, values_only=True)
    assert {row[1:] for row in examples} == {("Овруцька, Житомирська", "EGA-ZH")}
    for cell, text in (("D2", "П-1"), ("F2", "Ноутбук")):
        book["Обладнання"][cell] = text
    book.save(tmp_path / "a.xlsx")
    planned = plan(tmp_path / "a.xlsx", ukraine)
    assert [(i.facts.name_uk, i.facts.municipality) for i in planned.items] == [("Ноутбук", OVRUCH)]
    assert planned.problems == []


def test_the_template_offers_what_may_be_chosen():
    book = load_workbook(io.BytesIO(template.make("uk", OFFER)))
    sheet = book["Обладнання"]
    assert sheet["B1"].comment is not None
    assert "КАТОТТГ" in sheet["B1"].comment.text
    assert "KATOTTH" in sheet["B1"].comment.text
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"list", "whole"}
    assert book[template.LISTS].sheet_state == "veryHidden"


@pytest.mark.parametrize(("category", "names"), CATEGORY_NAMES.items())
def test_the_names_of_categories_mean_them(category, names):
    assert [category_of(name) for name in (*names, category)] == [category] * 3


def test_marks_stand_at_their_cells_and_go_when_they_are_marked_anew(tmp_path):
    def touch(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")

    path = workbooks.save(tmp_path / "a.xlsx", [["a", "b"], ["x", "=1+1"], [None, "y"]], touch=touch)
    book = load_workbook(path)
    marks = [
        CellMark("Пакувальний лист", 3, 1, "error", "перше"),
        CellMark("Пакувальний лист", 3, 1, "warning", "друге"),
        CellMark("Пакувальний лист", 2, 2, "warning", "третє"),
        CellMark("немає такого", 2, 2, "warning", "ніде"),
    ]
    marking.mark(book, marks)
    sheet = book.worksheets[0]
    assert sheet["A2"].comment.text == "перше\nдруге"
    assert sheet["A2"].fill.fgColor.rgb == "00F8CBAD"
    assert (sheet["B2"].value, sheet["B2"].comment.text) == ("=1+1", "третє")
    marking.mark(book, marks[2:3])
    assert sheet["A2"].comment is None
    assert sheet["A2"].fill.fill_type is None


def test_a_text_table_comes_back_as_a_workbook(tmp_path):
    path, said, target = tmp_path / "a.csv", tmp_path / "marks", tmp_path / "b.xlsx"
    path.write_text("Назва;Ціна\n=HYPERLINK(1)\x1b;дорого\n", encoding="utf-8")
    said.write_text(
        '[{"sheet": "a.csv", "row": 2, "column": 2, "severity": "error", "text": "не \\u0000число"}]'
    )
    from asset_tracker.imports import sheet
    from asset_tracker.imports.cells import Limits

    sheet.in_a_process(marking.__name__, (path, said, target), Limits())
    cells = load_workbook(target).worksheets[0]
    assert cells["B2"].comment.text == "не число"
    assert (cells["A2"].value, cells["A2"].data_type) == ("=HYPERLINK(1)", "s")
