from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from asset_tracker.errors import InvalidError
from asset_tracker.territory.codes import MUNICIPALITY_CATEGORIES, categories
from asset_tracker.territory.codifier import read_shipped, read_workbook
from asset_tracker.territory.editions import compare

HEAD = [
    "Перший рівень",
    "Другий рівень",
    "Третій рівень",
    "Четвертий рівень",
    "Додатковий рівень",
    "Категорія",
    "Назва",
]
OBLAST, RAION, HROMADA = "UA18000000000041385", "UA18080000000016657", "UA18080010000090720"
ROWS = [
    ["UA80000000000093317", None, None, None, None, "K", "Київ"],
    [OBLAST, None, None, None, None, "O", "Житомирська"],
    [OBLAST, RAION, None, None, None, "P", "Звягельський"],
    [OBLAST, RAION, HROMADA, None, None, "H", "Баранівська  "],
    [OBLAST, RAION, HROMADA, "UA18080010010011111", None, "M", "Баранівка"],
    [OBLAST, RAION, HROMADA, "UA18080010020022222", None, "C", "Марківка"],
]


def workbook(rows):
    book = Workbook()
    for row in [HEAD, *rows]:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_shipped_edition_is_whole():
    codifier = read_shipped()
    assert codifier.edition == date(2026, 7, 7)
    assert codifier.order == "1321"
    municipalities = codifier.municipalities
    assert Counter(each.category for each in municipalities) == {"H": 1772, "K": 2}
    assert sum(each.oblast_code.startswith("UA01") for each in municipalities) == 303
    assert all(categories(each.code) & MUNICIPALITY_CATEGORIES for each in municipalities)
    assert len({each.code[-5:] for each in municipalities}) == len(municipalities)
    assert all(each.raion_code for each in municipalities if each.category == "H")
    zhytomyr = [each for each in municipalities if each.oblast_uk == "Житомирська"]
    assert (len(zhytomyr), sum(each.population for each in zhytomyr)) == (66, 1_179_032)


def test_a_municipality_says_what_it_is():
    (baranivka,) = [each for each in read_shipped().municipalities if each.code == HROMADA]
    assert baranivka.title("uk") == "Баранівська міська територіальна громада"
    assert baranivka.title("en") == "Baranivska municipality"
    assert baranivka.region("uk") == "Звягельський район, Житомирська область"
    assert baranivka.region("en") == "Zviahelskyi raion, Zhytomyrska oblast"
    assert (baranivka.population, baranivka.pcode, baranivka.centre_en) == (24_837, "UA1808001", "Baranivka")
    assert (round(baranivka.lat, 2), round(baranivka.lon, 2)) == (50.29, 27.67)


def test_an_official_workbook_is_read():
    codifier = read_workbook(workbook(ROWS), edition=date(2027, 1, 1), order="7")
    kyiv, baranivka = codifier.municipalities
    assert (kyiv.category, kyiv.kind, kyiv.title("uk")) == ("K", "city", "місто Київ")
    assert (baranivka.name_uk, baranivka.kind, baranivka.centre_uk) == ("Баранівська", "urban", "Баранівка")
    assert (baranivka.raion_uk, baranivka.oblast_uk) == ("Звягельський", "Житомирська")


@pytest.mark.parametrize("data", [b"", b"not a zip", workbook([]), workbook([["1", 2, None]])])
def test_what_is_no_codifier_is_said_so(data):
    with pytest.raises(InvalidError) as caught:
        read_workbook(data)
    assert caught.value.errors[0].field == "file"


def test_the_difference_between_editions():
    stored = [each for each in read_shipped().municipalities if each.code in {HROMADA, "UA85000000000065278"}]
    changed = [[*row[:6], "Нова Баранівська"] if row[5] == "H" else row for row in ROWS]
    diff = compare(stored, read_workbook(workbook(changed)).municipalities)
    assert [each.name_uk for each in diff.new] == ["Київ"]
    assert [(pair.before.name_uk, pair.after.name_uk) for pair in diff.renamed] == [
        ("Баранівська", "Нова Баранівська")
    ]
    assert [each.name_uk for each in diff.gone] == ["Севастополь"]
    assert diff.moved == diff.retyped == ()
    after = {each.name_uk: each for each in diff.after}
    assert after["Севастополь"].gone
    assert after["Нова Баранівська"].population == 24_837, "facts the codifier lacks are kept"


def test_the_same_edition_changes_nothing():
    municipalities = read_shipped().municipalities
    assert compare(municipalities, municipalities).empty
