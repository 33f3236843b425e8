"""Workbooks as they arrive: each made by script after a habit that was seen, with what must come of it."""

import datetime as dt
from decimal import Decimal

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

import workbooks
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.known import Item
from asset_tracker.ledger.tags import check_character
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.search import MunicipalityIndex
from planning import EGA, PROSTO, Planned, committed, plan

BARANIVKA = "UA18080010000090720"
OVRUCH = "UA18060170000069581"
UK = [
    "Громада",
    "Партія",
    "Категорія",
    "Найменування",
    "Виробник",
    "Модель",
    "Серійний номер",
    "К-сть",
    "Ціна за од., грн",
]
GOOD = [
    "Баранівська, Житомирська область",
    "П-1",
    "Ноутбук",
    "Ноутбук 15″",
    "Lenovo",
    "V15",
    "PF3ABC01",
    1,
    "28 999,50",
]


@pytest.fixture(scope="session")
def ukraine():
    return MunicipalityIndex(read_shipped().municipalities)


def row(**changes: object) -> list[object]:
    """The good row with some cells replaced, by heading."""
    values = dict(zip(UK, GOOD, strict=True)) | changes
    return [values[heading] for heading in UK]


def only(planned: Planned) -> Item:
    assert len(planned.items) == 1
    return planned.items[0]


def test_a_ukrainian_list(ukraine, tmp_path):
    planned = plan(workbooks.save(tmp_path / "a.xlsx", [UK, GOOD]), ukraine)
    facts = only(planned).facts
    assert planned.problems == []
    assert facts is not None
    assert (facts.municipality, facts.programme, facts.consignment) == (BARANIVKA, PROSTO.id, "П-1")
    assert (facts.category, facts.name_uk, facts.model, facts.serial) == (
        "laptop",
        "Ноутбук 15″",
        "V15",
        "PF3ABC01",
    )
    assert (facts.unit_price, facts.currency, facts.quantity, facts.line) == (
        Decimal("28999.50"),
        "UAH",
        1,
        1,
    )


def test_an_english_list_with_codes_and_a_programme_column(ukraine, tmp_path):
    headings = [
        "No.",
        "KATOTTH",
        "Programme",
        "Shipment",
        "Item",
        "Brand",
        "Model",
        "S/N",
        "Qty",
        "Unit price",
        "Currency",
        "Warranty until",
    ]
    cells = [
        7,
        "УА18080010000090720",
        "ega-zh",
        "EE-3",
        "Video camera",
        "Logitech",
        "Rally",
        "2103LZ",
        1,
        1250,
        "EUR",
        "31/12/2026",
    ]
    facts = only(plan(workbooks.save(tmp_path / "a.xlsx", [headings, cells]), ukraine)).facts
    assert facts is not None
    assert (facts.municipality, facts.programme, facts.line) == (BARANIVKA, EGA.id, 7)
    assert (facts.category, facts.name_uk, facts.name_en) == ("camera", "Video camera", "Video camera")
    assert (facts.currency, facts.warranty_until) == ("EUR", dt.date(2026, 12, 31))


def test_titles_above_numbers_below_totals_and_signatures_after(ukraine, tmp_path):
    rows = [
        ["Додаток 1 до договору № 12"],
        [],
        [None, None, "ПАКУВАЛЬНИЙ ЛИСТ № 5 від 01.06.2023"],
        UK,
        list(range(1, 10)),
        GOOD,
        row(**{"Серійний номер": "PF3ABC02"}),
        [],
        UK,
        row(**{"Серійний номер": "PF3ABC03"}),
        ["Разом", None, None, None, None, None, None, 3, 86998.5],
        [],
        ["Склав: провідний спеціаліст", None, None, None, None, None, None, "(підпис)"],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.count() == {"create": 3}
    assert [item.row for item in planned.items] == [6, 7, 10]
    assert planned.codes("warning") == {(13, "left-out")}


def test_merged_municipality_and_hidden_rows(ukraine, tmp_path):
    def touch(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A4")
        sheet.row_dimensions[3].hidden = True

    rows = [UK, GOOD, *(row(**{"Громада": None, "Серійний номер": f"X{n}"}) for n in range(2))]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows, touch=touch), ukraine)
    assert planned.count() == {"create": 3}
    assert {item.facts.municipality for item in planned.items if item.facts} == {BARANIVKA}
    assert planned.codes("warning") == {(0, "hidden-rows")}


def test_merged_municipality_hidden_row_formula_and_error_in_an_ods(ukraine, tmp_path):
    rows = [UK, GOOD, *(row(**{"Громада": "", "Серійний номер": f"X{n}"}) for n in range(3))]

    def touch(xml: str) -> str:
        cells = xml.split("<table:table-cell ")
        cells[1 + len(UK)] = 'table:number-rows-spanned="4" ' + cells[1 + len(UK)]
        price = [n for n, cell in enumerate(cells) if "28 999,50" in cell]
        cells[price[1]] = 'table:formula="of:=[.I2]" ' + cells[price[1]]
        cells[price[2]] = 'calcext:value-type="error" ' + cells[price[2]]
        parts = "<table:table-cell ".join(cells).split("<table:table-row ")
        parts[3] = 'table:visibility="collapse" ' + parts[3]
        return "<table:table-row ".join(parts)

    planned = plan(workbooks.ods(tmp_path / "a.ods", rows, touch=touch), ukraine)
    assert planned.count() == {"create": 3, "problem": 1}
    assert {item.facts.municipality for item in planned.items if item.facts} == {BARANIVKA}
    assert planned.codes("warning") == {(0, "hidden-rows"), (0, "formulas")}
    assert {at for at, _ in planned.codes()} == {4}


def test_municipalities_as_titles_between_the_rows(ukraine, tmp_path):
    bare = [
        UK[1:],
        ["Баранівська міська громада, Житомирська область"],
        GOOD[1:],
        ["Овруцька міська ТГ"],
        row(**{"Серійний номер": "X9"})[1:],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", bare), ukraine)
    assert [item.facts.municipality for item in planned.items if item.facts] == [BARANIVKA, OVRUCH]


def test_several_sheets_a_hidden_one_and_notes(ukraine, tmp_path):
    book = Workbook()
    one, two, hidden, notes = (
        book.worksheets[0],
        *(book.create_sheet(name) for name in ("Овруч", "Старе", "Примітки")),
    )
    for sheet, serial in ((one, "A1"), (two, "A2"), (hidden, "A3")):
        sheet.append(UK)
        sheet.append(row(**{"Серійний номер": serial}))
    hidden.sheet_state = "hidden"
    notes.append(["Це лише примітки"])
    book.save(tmp_path / "a.xlsx")
    planned = plan(tmp_path / "a.xlsx", ukraine)
    assert planned.count() == {"create": 2}
    assert {(p.sheet, p.code) for p in planned.problems} == {
        ("Старе", "hidden-sheet"),
        ("Примітки", "no-headings"),
    }


def test_an_unknown_column_is_a_question_until_it_is_answered(ukraine, tmp_path):
    path = workbooks.save(tmp_path / "a.xlsx", [[*UK, "Колір корпусу"], [*GOOD, "сірий"]])
    assert plan(path, ukraine).codes() == {(1, "unknown-column")}
    assert plan(path, ukraine, answers={"колір корпусу": None}).codes() == set()
    noted = only(plan(path, ukraine, answers={"J": "notes"})).facts
    assert noted is not None
    assert noted.note == "сірий"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Кому (громада)", "municipality"),
        ("Прим.", "notes"),
        ("Ціна за од. (з ПДВ)", "unit_price"),
        ("Щось (інше)", None),
    ],
)
def test_what_stands_in_brackets_may_be_the_name(heading, field):
    assert ASSETS.guess(heading)[0] == field


def test_a_name_that_exists_twice_is_asked_for_and_a_misspelt_one_suggested(ukraine, tmp_path):
    rows = [
        UK,
        row(Громада="Миколаївська"),
        row(**{"Громада": "Бараннівська", "Серійний номер": "B"}),
        row(**{"Громада": None, "Серійний номер": "C"}),
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.count() == {"problem": 3}
    assert planned.codes() == {
        (2, "ambiguous-municipality"),
        (3, "unknown-municipality"),
        (4, "no-municipality"),
    }
    first, second, _ = planned.problems
    assert "Дніпровський" in (first.suggestion or "")
    assert BARANIVKA in (second.suggestion or "")
    assert (first.sheet, first.column, first.heading, first.value) == (
        "Пакувальний лист",
        "A",
        "Громада",
        "Миколаївська",
    )


def test_oblast_in_its_own_column_and_latin_letters_in_ukrainian_words(ukraine, tmp_path):
    rows = [["Область", *UK], ["Сумська обл.", *row(Громада="Mиколаївська сiльська")]]
    facts = only(plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)).facts
    assert facts is not None
    assert facts.municipality.startswith("UA59")


def test_a_serial_number_twice_in_the_file_by_a_look_alike(ukraine, tmp_path):
    rows = [UK, GOOD, row(**{"Серійний номер": "РF3-АВС01"})]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.count() == {"create": 1, "problem": 1}
    assert planned.codes() == {(3, "twice-in-file")}
    assert next(p for p in planned.problems if p.code == "twice-in-file").params["row"] == 2
    assert next(p for p in planned.problems if p.code == "look-alike").suggestion == "PF3-ABC01"


def test_serial_numbers_that_the_spreadsheet_spoilt(ukraine, tmp_path):
    def touch(sheet: Worksheet) -> None:
        sheet["G5"].number_format = "000000"

    rows = [
        UK,
        *(
            row(**{"Серійний номер": serial})
            for serial in (123, "1.23457E+11", 1234567890123456789, 42, dt.date(2024, 3, 1))
        ),
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows, touch=touch), ukraine)
    assert planned.codes() == {(3, "bad-serial"), (4, "bad-serial"), (6, "bad-serial")}
    assert planned.codes("warning") == {(2, "read-serial")}
    assert [item.facts.serial for item in planned.items if item.facts] == ["123", "000042"]


def test_prices_as_people_write_them(ukraine, tmp_path):
    prices = ["1,234.50", "1 234,50", "1'234.50 грн", "€ 1.234,50", 1234.5, "дорого"]
    rows = [
        [*UK[:-1], "Ціна"],
        *(row(**{UK[-1]: price, "Серійний номер": f"S{n}"}) for n, price in enumerate(prices)),
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine, defaults={"currency": "UAH"})
    assert {item.facts.unit_price for item in planned.items if item.facts} == {Decimal("1234.50")}
    assert [item.facts.currency for item in planned.items if item.facts] == [
        "UAH",
        "UAH",
        "UAH",
        "EUR",
        "UAH",
    ]
    assert planned.codes() == {(7, "bad-unit-price")}


def test_a_price_without_currency_and_one_that_does_not_add_up(ukraine, tmp_path):
    rows = [
        [*UK[:-1], "Ціна", "Сума"],
        [*row(**{UK[-1]: 10}), 10],
        [*row(**{"Серійний номер": None, "К-сть": 3, UK[-1]: "10 грн"}), 31],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.codes() == {(2, "no-currency")}
    assert planned.codes("warning") == {(3, "total")}


def test_dates_as_text_as_numbers_and_from_a_mac(ukraine, tmp_path):
    rows = [
        [*UK, "Дата придбання", "Гарантія до"],
        [*GOOD, "31 травня 2023 р.", 46022],
        [*row(**{"Серійний номер": "B"}), "торік", None],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    facts = planned.items[0].facts
    assert facts is not None
    assert (facts.acquired_on, facts.warranty_until) == (dt.date(2023, 5, 31), dt.date(2025, 12, 31))
    assert planned.codes() == {(3, "bad-acquired-on")}
    assert planned.codes("warning") == {(2, "read-warranty-until")}
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append([*UK, "Дата придбання"])
    book.worksheets[0].append([*GOOD, workbooks.day(2023, 5, 31)])
    book.worksheets[0].append([*row(**{"Серійний номер": "B"}), 43615])
    book.save(tmp_path / "mac.xlsx")
    days = [item.facts.acquired_on for item in plan(tmp_path / "mac.xlsx", ukraine).items if item.facts]
    assert days == [dt.date(2023, 5, 31), dt.date(2023, 5, 31)]


def test_a_kit_with_a_row_of_its_own(ukraine, tmp_path):
    rows = [
        [*UK, "Комплект"],
        [*row(**{"Категорія": None, "Найменування": "Камера", "Серійний номер": "C1"}), "ВК-1"],
        [
            *row(
                **{"Категорія": None, "Найменування": "Комплект відеоконсультування", "Серійний номер": None}
            ),
            "ВК-1",
        ],
        [*row(**{"Категорія": None, "Найменування": "Монітор 27″", "Серійний номер": "M1"}), "ВК-1"],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    kits = [item.facts.is_kit for item in planned.items if item.facts]
    assert kits == [False, True, False]
    assert len({item.kit_key for item in planned.items}) == 1
    assert [item.facts.category for item in planned.items if item.facts] == ["camera", "video_kit", "monitor"]


def test_a_kit_named_only_beside_its_parts_is_made(ukraine, tmp_path):
    rows = [
        [*UK, "Комплект"],
        [*GOOD, "Мобільна валіза № 4"],
        [*row(**{"Категорія": "сканер", "Серійний номер": "S"}), "Мобільна валіза № 4"],
    ]
    path = workbooks.save(tmp_path / "a.xlsx", rows)
    planned = plan(path, ukraine)
    assert [
        (item.facts.name_uk, item.facts.category)
        for item in planned.items
        if item.facts and item.facts.is_kit
    ] == [("Мобільна валіза № 4", "mobile_case")]
    again = plan(path, ukraine, known=committed(planned.items))
    assert again.count() == {"unchanged": 2}


def test_several_serial_numbers_in_one_cell(ukraine, tmp_path):
    rows = [
        UK,
        row(**{"Серійний номер": "A1, A2\nA3", "К-сть": 3}),
        row(**{"Серійний номер": "B1;B2", "К-сть": 3}),
        row(**{"Серійний номер": "C1", "К-сть": 2}),
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.count() == {"create": 3, "problem": 2}
    assert [item.facts.serial for item in planned.items if item.facts] == ["A1", "A2", "A3"]
    assert planned.codes() == {(3, "serials"), (4, "quantity")}


def test_lots_without_serial_number_are_known_again(ukraine, tmp_path):
    rows = [
        UK,
        *(
            row(
                **{
                    "Категорія": "інше",
                    "Найменування": "Кабель",
                    "Модель": None,
                    "Серійний номер": "б/н",
                    "К-сть": "10 шт.",
                }
            )
            for _ in range(2)
        ),
    ]
    path = workbooks.save(tmp_path / "a.xlsx", rows)
    planned = plan(path, ukraine)
    assert planned.count() == {"create": 2}
    assert plan(path, ukraine, known=committed(planned.items)).count() == {"unchanged": 2}
    longer = workbooks.save(tmp_path / "b.xlsx", [*rows, rows[-1]])
    assert plan(longer, ukraine, known=committed(planned.items)).count() == {"unchanged": 2, "create": 1}


def test_the_same_file_changes_nothing_and_a_changed_one_only_what_changed(ukraine, tmp_path):
    rows = [
        ["№", *UK],
        [1, *GOOD],
        [2, *row(**{"Серійний номер": "S2"})],
        [3, *row(**{"Серійний номер": None, "К-сть": 5})],
    ]
    first = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    known = committed(first.items)
    assert plan(tmp_path / "a.xlsx", ukraine, known=known).count() == {"unchanged": 3}
    rows[1] = [1, *row(Модель="V15 G4", Виробник=None)]
    rows[2] = [2, *row(**{"Серійний номер": "S2-нов"})]
    rows[3] = [3, *row(**{"Серійний номер": None, "К-сть": 6})]
    changed = plan(workbooks.save(tmp_path / "b.xlsx", rows), ukraine, known=known)
    assert {item.row: [(c.field, c.old, c.new) for c in item.changes] for item in changed.items} == {
        2: [("model", "V15", "V15 G4")],
        3: [("serial", "S2", "S2-нов")],
        4: [("quantity", 5, 6)],
    }


def test_a_serial_number_of_another_programme(ukraine, tmp_path):
    path = workbooks.save(tmp_path / "a.xlsx", [UK, GOOD])
    known = committed(plan(path, ukraine, defaults={"programme": "EGA-ZH"}).items)
    assert plan(path, ukraine, known=known).codes() == {(2, "other-programme")}


def test_the_same_serial_number_of_another_maker_is_another_thing(ukraine, tmp_path):
    known = committed(plan(workbooks.save(tmp_path / "a.xlsx", [UK, GOOD]), ukraine).items)
    other = workbooks.save(tmp_path / "b.xlsx", [UK, row(Виробник="HP")])
    assert plan(other, ukraine, known=known).count() == {"create": 1}


def test_errors_formulas_and_two_megabytes_in_a_cell(ukraine, tmp_path):
    def touch(sheet: Worksheet) -> None:
        cell = sheet["F2"]
        cell.value, cell.data_type = "#REF!", "e"
        sheet["H3"] = "=1+1"

    rows = [UK, GOOD, row(**{"Серійний номер": "B"})]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows, touch=touch), ukraine)
    assert planned.codes() == {(2, "cell-error"), (3, "formula")}
    text = "\n".join(
        ";".join(f'"{cell}"' for cell in each) for each in (UK, row(Найменування="я" * 2_000_000))
    )
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    problem = plan(tmp_path / "a.csv", ukraine).problems[0]
    assert (problem.row, problem.code, problem.params["length"]) == (2, "bad-name", 2_000_000)


def test_tags(ukraine, tmp_path):
    first = committed(plan(workbooks.save(tmp_path / "a.xlsx", [UK, GOOD]), ukraine).items)
    tag = "7K3M9QX" + check_character("7K3M9QX")
    rows = [
        [*UK, "Мітка"],
        [*GOOD, tag],
        [*row(**{"Серійний номер": "B"}), "7K3M-XXXX"],
        [*row(**{"Серійний номер": "C"}), tag.lower()],
    ]
    planned = plan(workbooks.save(tmp_path / "b.xlsx", rows), ukraine, known=first)
    assert planned.codes() == {(3, "bad-tag"), (4, "tag-twice-in-file")}


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        # Snipe-IT
        (
            ["Asset Tag", "Serial", "Model", "Category", "Manufacturer", "Purchase Date", "Purchase Cost", "Status", "Checked Out To", "Location"],
            [None, "SN-1", "V15", "Laptops", "Lenovo", "2023-06-01", "999.00", "Ready", "", "Ovruch ASC"],
        ),
        # InvenTree
        (
            ["ID", "Part name", "Serial Number", "Quantity", "Purchase Price", "Purchase Price Currency", "Batch", "Status", "Notes"],
            [1, "Laptop V15", "SN-1", 1, "999.00", "EUR", "П-1", "OK", "new"],
        ),
        # Shelf
        (
            ["id", "title", "description", "category", "kit", "tags", "location", "custodian", "valuation", "cf:Serial Number,type:text"],
            ["x1", "Laptop V15", "", "Laptop", None, "", "Ovruch", "", "999", "SN-1"],
        ),
        # Homebox
        (
            ["HB.import_ref", "HB.location", "HB.labels", "HB.asset_id", "HB.name", "HB.quantity", "HB.manufacturer", "HB.model_number", "HB.serial_number", "HB.purchase_price", "HB.purchase_time", "HB.warranty_expires", "HB.notes"],
            ["", "Office", "IT", None, "Laptop V15", 1, "Lenovo", "V15", "SN-1", 999, "2023-06-01", "2026-06-01", ""],
        ),
    ],
)  # fmt: skip
def test_exports_of_other_programs(ukraine, tmp_path, headings, cells):
    path = workbooks.save(tmp_path / "a.xlsx", [headings, cells])
    planned = plan(path, ukraine, defaults={"municipality": OVRUCH, "currency": "EUR", "consignment": "1"})
    facts = only(planned).facts
    assert planned.codes() == set()
    assert facts is not None
    assert (facts.serial, facts.category, facts.unit_price) == ("SN-1", "laptop", Decimal("999.00"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_csv_in_any_encoding_is_the_same_list(ukraine, tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_text(
        "\r\n".join(";".join(map(str, each)).replace("″", "") for each in (UK, GOOD)), encoding=encoding
    )
    assert only(plan(path, ukraine)).action == "create"


def test_an_ods_is_the_same_list(ukraine, tmp_path):
    assert only(plan(workbooks.ods(tmp_path / "a.ods", [UK, GOOD]), ukraine)).action == "create"


def test_vehicles(ukraine, tmp_path):
    rows = [
        ["Громада", "Партія", "Назва", "Марка", "VIN", "Держ. номер", "Рік випуску", "Вартість, грн"],
        [
            "Баранівська",
            "А-1",
            "Автомобіль Renault Duster",
            "Renault",
            "1M8GDM9AXKP042788",
            "ам 1234 вс",
            2023,
            "834 000",
        ],
        ["Баранівська", "А-1", "Автомобіль", "Renault", "VF1HJD40668888888", "ТР-12", "нова", 834000],
    ]
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    facts = planned.items[0].facts
    assert facts is not None
    assert (facts.category, facts.serial) == ("vehicle", "1M8GDM9AXKP042788")
    assert facts.attributes == {"year": "2023", "vin": "1M8GDM9AXKP042788", "plate": "AM1234BC"}
    assert planned.codes() == {(3, "bad-year")}
    assert planned.codes("warning") == {(3, "read-vin"), (3, "read-plate")}


@pytest.mark.parametrize("rows", [[], [["Лист без таблиці"]], [["a", "b"], [1, 2]]])
def test_a_sheet_without_a_list(ukraine, tmp_path, rows):
    planned = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert planned.items == []
    assert planned.problems[0].code in {"empty", "no-list"}


def test_a_heading_without_rows(ukraine, tmp_path):
    assert plan(workbooks.save(tmp_path / "a.xlsx", [UK]), ukraine).items == []


def test_no_programme_and_an_unknown_one(ukraine, tmp_path):
    path = workbooks.save(
        tmp_path / "a.xlsx", [["Програма", *UK], ["PROSTA", *GOOD], [None, *row(**{"Серійний номер": "B"})]]
    )
    planned = plan(path, ukraine, defaults={"programme": ""})
    assert planned.codes() == {(2, "unknown-programme"), (3, "no-programme")}
    assert planned.problems[0].suggestion == "PROSTO"


def test_one_packing_list_for_several_municipalities(ukraine, tmp_path):
    rows = [UK, GOOD, row(**{"Громада": "Овруцька", "Серійний номер": None}), row(**{"Серійний номер": "C"})]
    first = plan(workbooks.save(tmp_path / "a.xlsx", rows), ukraine)
    assert [item.facts.consignment for item in first.items if item.facts] == ["П-1", "П-1 — Овруцька", "П-1"]
    turned = workbooks.save(tmp_path / "b.xlsx", [UK, *reversed(rows[1:])])
    assert plan(turned, ukraine, known=committed(first.items)).count() == {"unchanged": 3}


def test_a_total_under_tags_and_serial_numbers_is_none_of_them(ukraine, tmp_path):
    rows = [
        ["Мітка", "Серійний номер", "Назва"],
        [None, "SN-000001", "Ноутбук"],
        ["Разом:", 7, None],
        ["Усього", None, None],
    ]
    planned = plan(
        workbooks.save(tmp_path / "a.xlsx", rows), ukraine, defaults={"municipality": "UA18080010000090720"}
    )
    assert [item.row for item in planned.items] == [2]
