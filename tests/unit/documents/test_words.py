from decimal import Decimal

import pytest

from asset_tracker.documents.words import amount_in_words, number_in_words


@pytest.mark.parametrize(
    ("number", "gender", "words"),
    [
        (0, "m", "нуль"),
        (1, "f", "одна"),
        (1, "n", "одне"),
        (2, "f", "дві"),
        (2, "n", "два"),
        (11, "m", "одинадцять"),
        (19, "f", "дев’ятнадцять"),
        (40, "m", "сорок"),
        (90, "m", "дев’яносто"),
        (101, "f", "сто одна"),
        (1_000, "m", "одна тисяча"),
        (2_000, "m", "дві тисячі"),
        (5_000, "m", "п’ять тисяч"),
        (12_312, "f", "дванадцять тисяч триста дванадцять"),
        (21_001, "f", "двадцять одна тисяча одна"),
        (1_000_000, "f", "один мільйон"),
        (2_000_002, "f", "два мільйони дві"),
        (
            999_999_999,
            "m",
            "дев’ятсот дев’яносто дев’ять мільйонів дев’ятсот дев’яносто дев’ять тисяч дев’ятсот дев’яносто дев’ять",
        ),
        (5_000_000_000, "m", "п’ять мільярдів"),
    ],
)
def test_number(number, gender, words):
    assert number_in_words(number, gender) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "UAH", "нуль гривень 00 копійок"),
        ("1.01", "UAH", "одна гривня 01 копійка"),
        ("121.05", "UAH", "сто двадцять одна гривня 05 копійок"),
        ("1980720.00", "UAH", "один мільйон дев’ятсот вісімдесят тисяч сімсот двадцять гривень 00 копійок"),
        ("22.22", "EUR", "двадцять два євро 22 центи"),
        ("1.50", "EUR", "одне євро 50 центів"),
        ("1402.11", "USD", "одна тисяча чотириста два долари США 11 центів"),
        ("2.21", "SEK", "дві шведські крони 21 ере"),
        ("1111", "SEK", "одна тисяча сто одинадцять шведських крон 00 ере"),
        ("3.4", "XTS", "три 40/100 XTS"),
    ],
)
def test_amount(amount, currency, words):
    assert amount_in_words(Decimal(amount), currency) == words


@pytest.mark.parametrize("number", [-1, 10**15])
def test_number_out_of_range(number):
    with pytest.raises(ValueError, match=str(number)):
        number_in_words(number)
