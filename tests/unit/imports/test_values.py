import datetime as dt
from decimal import Decimal

import pytest

from asset_tracker.imports import identifiers, values
from asset_tracker.imports.cells import Mark


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1’234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("12.345.678,90", "12345678.90"),
        ("1,234,567", "1234567"),
        ("1234,5", "1234.5"),
        ("0,125", "0.125"),
        ("₴ 1 234,50", "1234.50"),
        ("1234.50 грн.", "1234.50"),
        ("1 234,50 гривень", "1234.50"),
        ("€1,000.00", "1000.00"),
        ("UAH 25000", "25000"),
        ("25 000,-", "25000"),
        ("(12,50)", "-12.50"),
        ("−5", "-5"),
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (28999.99, "28999.99"),
        (12, "12"),
        (Mark("formula", 45.5), "45.5"),
    ],
)
def test_numbers_as_people_write_them(cell, amount):
    assert values.number(cell) == values.Reading(Decimal(amount))


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "12 ноутбуків",
        "1,2,3",
        "1.2.3,4,5",
        "10^400",
        "1" * 40,
        True,
        Mark("date", "2024-01-01"),
        "NaN",
        "1e5",
    ],
)
def test_what_is_not_a_number_says_what_was_expected(cell):
    reading = values.number(cell)
    assert reading.value is None
    assert reading.expected


@pytest.mark.parametrize("cell", ["1,234", "1.234", "25.000", "-1,234"])
def test_a_mark_that_could_be_either_is_a_warning(cell):
    reading = values.number(cell)
    assert reading.value == Decimal(cell.replace(",", "").replace(".", ""))
    assert reading.warning


def test_money_is_bounded_and_rounded():
    assert values.money("-5").expected
    assert values.money("10000000000000").expected
    assert values.money(99.999).value == Decimal("100.00")
    assert values.money(99.999).warning
    assert values.money(28999.9).value == Decimal("28999.90")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("грн", "UAH"),
        ("ГРН.", "UAH"),
        ("₴", "UAH"),
        ("uah", "UAH"),
        ("євро", "EUR"),
        ("$", "USD"),
        ("SEK", "SEK"),
        ("доларів США", "USD"),
    ],
)
def test_currencies(cell, code):
    assert values.currency(cell).value == code


def test_an_unknown_currency_and_one_beside_the_amount():
    assert values.currency("монети").expected
    assert values.currency_in("1 234,50 грн") == "UAH"
    assert values.currency_in("€ 12") == "EUR"
    assert values.currency_in("12") is None


@pytest.mark.parametrize(
    ("cell", "count"),
    [(3, 3), (3.0, 3), ("3", 3), ("2 шт.", 2), ("10 pcs", 10), ("1 к-т", 1), (Mark("merged", 4), 4)],
)
def test_quantities(cell, count):
    assert values.quantity(cell).value == count


@pytest.mark.parametrize("cell", [0, -1, 1.5, "пара", "1,5", 10**7, Mark("date", "2024-01-02")])
def test_what_is_no_quantity(cell):
    assert values.quantity(cell).expected


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-05-31", (2024, 5, 31)),
        ("2024-05-31T10:15:00Z", (2024, 5, 31)),
        ("2024-05-31 00:00:00", (2024, 5, 31)),
        ("31.05.2024", (2024, 5, 31)),
        ("1.5.24", (2024, 5, 1)),
        ("31.05.2024 р.", (2024, 5, 31)),
        ("31/05/2024", (2024, 5, 31)),
        ("31-05-2024", (2024, 5, 31)),
        ("2024/05/31", (2024, 5, 31)),
        ("2024.05.31", (2024, 5, 31)),
        ("20240531", (2024, 5, 31)),
        ("31 травня 2024 року", (2024, 5, 31)),
        ("«31» травня 2024 р.", (2024, 5, 31)),
        ("31 May 2024", (2024, 5, 31)),
        ("31-May-2024", (2024, 5, 31)),
        ("May 31, 2024", (2024, 5, 31)),
        ("1st of May 2024", None),
        (Mark("date", "2024-05-31"), (2024, 5, 31)),
        (Mark("date", "2024-05-31T13:00:00"), (2024, 5, 31)),
    ],
)
def test_dates_in_a_dozen_forms(cell, day):
    assert values.date(cell).value == (dt.date(*day) if day else None)


def test_dates_that_had_to_be_understood_are_warnings():
    assert values.date(45443) == values.Reading(
        dt.date(2024, 5, 31), warning="a number read as the day %(date)s", params={"date": "2024-05-31"}
    )
    assert values.date(43981, since_1904=True).value == dt.date(2024, 5, 31)
    assert values.date("05/31/2024").value == dt.date(2024, 5, 31)
    assert values.date("05/31/2024").warning
    assert values.date("05/06/2024").value == dt.date(2024, 6, 5)
    assert values.date("05/06/2024").warning
    assert values.date("05/05/2024").warning is None


@pytest.mark.parametrize(
    "cell", ["31.02.2024", "торік", "2024", 12, True, "1.1.1066", Mark("error", "#REF!")]
)
def test_what_is_no_date(cell):
    assert values.date(cell).expected


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("PF3ABCDE", "PF3ABCDE"),
        (" 000123 ", "000123"),
        (Mark("padded", "000123"), "000123"),
        ("б/н", None),
        ("—", None),
        ("N/A", None),
    ],
)
def test_serial_numbers_stay_as_written(cell, number):
    assert identifiers.serial(cell) == values.Reading(number)


def test_serial_numbers_that_a_spreadsheet_spoilt():
    assert identifiers.serial(123).value == "123"
    assert "zeros" in (identifiers.serial(123).warning or "")
    assert identifiers.serial("1.23457E+11").expected
    assert identifiers.serial("1,23457Е+11").expected
    assert identifiers.serial(1234567890123456789).expected
    assert identifiers.serial(Mark("date", "2024-03-01")).expected


def test_comparison_forgives_what_eyes_forgive():
    assert values.fold("Мобiльна  валiза") == values.fold("МОБІЛЬНА валіза")
    assert values.fold("комп'ютер") == values.fold("комп’ютер") == values.fold("компʼютер")
    assert values.fold("й") == values.fold("и\u0306")
    assert values.fold("Dell") == "dell"


def test_plates_and_vins():
    assert identifiers.plate("ам 1234 вс").value == "AM1234BC"
    assert identifiers.plate("Т-123").warning
    assert identifiers.vin("1M8GDM9AXKP042788") == values.Reading("1M8GDM9AXKP042788")
    assert identifiers.vin("VF1HJD40668888888").warning
    assert identifiers.vin("VF1HJD").expected


def test_years():
    assert values.year(2023).value == 2023
    assert values.year("2023 р.").value == 2023
    assert values.year(Mark("date", "2023-01-01")).value == 2023
    assert values.year("нова").expected


def test_texts():
    assert values.text("  Ноутбук\n Lenovo ").value == "Ноутбук Lenovo"
    assert values.text(Mark("long", "x", 2_000_000)).params["length"] == 2_000_000
    assert values.text("x" * 201).expected
    assert values.text(12).value == "12"
    assert values.text(" \u200b ") == values.NOTHING
