"""The examples printed in the annex to resolution No 55 of 27.01.2010, and names with traps."""

import pytest

from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.translit import transliterate

OFFICIAL = """
Алушта Alushta|Андрій Andrii|Борщагівка Borshchahivka|Борисенко Borysenko|Вінниця Vinnytsia|Володимир Volodymyr
Гадяч Hadiach|Богдан Bohdan|Згурський Zghurskyi|Ґалаґан Galagan|Ґорґани Gorgany|Донецьк Donetsk|Дмитро Dmytro
Рівне Rivne|Олег Oleh|Есмань Esman|Єнакієве Yenakiieve|Гаєвич Haievych|Короп’є Koropie|Житомир Zhytomyr
Жанна Zhanna|Жежелів Zhezheliv|Закарпаття Zakarpattia|Казимирчук Kazymyrchuk|Медвин Medvyn|Михайленко Mykhailenko
Іванків Ivankiv|Іващенко Ivashchenko|Їжакевич Yizhakevych|Кадиївка Kadyivka|Мар’їне Marine|Йосипівка Yosypivka
Стрий Stryi|Олексій Oleksii|Київ Kyiv|Коваленко Kovalenko|Лебедин Lebedyn|Леонід Leonid|Миколаїв Mykolaiv
Маринич Marynych|Ніжин Nizhyn|Наталія Nataliia|Одеса Odesa|Онищенко Onyshchenko|Полтава Poltava|Петро Petro
Решетилівка Reshetylivka|Рибчинський Rybchynskyi|Суми Sumy|Соломія Solomiia|Тернопіль Ternopil|Троць Trots
Ужгород Uzhhorod|Уляна Uliana|Фастів Fastiv|Філіпчук Filipchuk|Харків Kharkiv|Христина Khrystyna
Стеценко Stetsenko|Чернівці Chernivtsi|Шевченко Shevchenko|Шостка Shostka|Кишеньки Kyshenky|Щербухи Shcherbukhy
Гоща Hoshcha|Гаращенко Harashchenko|Юрій Yurii|Корюківка Koriukivka|Яготин Yahotyn|Ярошенко Yaroshenko
Костянтин Kostiantyn|Знам’янка Znamianka|Феодосія Feodosiia|Розгон Rozghon
"""
PAIRS = [tuple(pair.split()) for line in OFFICIAL.split("\n") for pair in line.split("|") if pair]


@pytest.mark.parametrize(("ukrainian", "latin"), PAIRS)
def test_the_official_examples(ukrainian, latin):
    assert transliterate(ukrainian) == latin


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("Біла Церква", "Bila Tserkva"),
        ("Знам'янка", "Znamianka"),
        ("Нью-Йоркська", "Niu-Yorkska"),
        ("Івано-Франківська", "Ivano-Frankivska"),
        ("ЩОРС", "SHCHORS"),
        ("ЄВПАТОРІЯ", "YEVPATORIIA"),
        ("Україна", "Ukraina"),
        ("HP ProBook 450, 15 дюймів", "HP ProBook 450, 15 diuimiv"),
        ("відділ 'ЦНАП'", "viddil 'TSNAP'"),
        ("", ""),
    ],
)
def test_traps(ukrainian, latin):
    assert transliterate(ukrainian) == latin


def test_no_municipality_keeps_a_cyrillic_letter():
    assert all(each.name_en.isascii() for each in read_shipped().municipalities)
