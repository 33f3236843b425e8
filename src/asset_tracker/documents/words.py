"""Amounts in Ukrainian words, as an act prints them: «сто двадцять одна гривня 05 копійок».

Numerals agree with the gender of what they count (одна гривня, один долар, одне євро), and the noun with the
numeral (1 гривня, 2 гривні, 5 гривень). Minor units stand in digits, two of them, as in payment documents.
"""

from decimal import Decimal
from typing import Literal, NamedTuple

Gender = Literal["m", "f", "n"]


class _Noun(NamedTuple):
    gender: Gender
    one: str
    few: str
    many: str


_UNITS = ("", "один", "два", "три", "чотири", "п’ять", "шість", "сім", "вісім", "дев’ять")
_ONE: dict[Gender, str] = {"m": "один", "f": "одна", "n": "одне"}
_TEENS = (
    "десять",
    "одинадцять",
    "дванадцять",
    "тринадцять",
    "чотирнадцять",
    "п’ятнадцять",
    "шістнадцять",
    "сімнадцять",
    "вісімнадцять",
    "дев’ятнадцять",
)
_TENS = (
    "",
    "",
    "двадцять",
    "тридцять",
    "сорок",
    "п’ятдесят",
    "шістдесят",
    "сімдесят",
    "вісімдесят",
    "дев’яносто",
)
_HUNDREDS = (
    "",
    "сто",
    "двісті",
    "триста",
    "чотириста",
    "п’ятсот",
    "шістсот",
    "сімсот",
    "вісімсот",
    "дев’ятсот",
)
_SCALES = (
    _Noun("f", "тисяча", "тисячі", "тисяч"),
    _Noun("m", "мільйон", "мільйони", "мільйонів"),
    _Noun("m", "мільярд", "мільярди", "мільярдів"),
    _Noun("m", "трильйон", "трильйони", "трильйонів"),
)

# Major and minor unit by ISO 4217 code.
_CURRENCIES: dict[str, tuple[_Noun, _Noun]] = {
    "UAH": (_Noun("f", "гривня", "гривні", "гривень"), _Noun("f", "копійка", "копійки", "копійок")),
    "EUR": (_Noun("n", "євро", "євро", "євро"), _Noun("m", "цент", "центи", "центів")),
    "USD": (
        _Noun("m", "долар США", "долари США", "доларів США"),
        _Noun("m", "цент", "центи", "центів"),
    ),
    "SEK": (
        _Noun("f", "шведська крона", "шведські крони", "шведських крон"),
        _Noun("n", "ере", "ере", "ере"),
    ),
    "CHF": (
        _Noun("m", "швейцарський франк", "швейцарські франки", "швейцарських франків"),
        _Noun("m", "раппен", "раппени", "раппенів"),
    ),
    "GBP": (
        _Noun("m", "фунт стерлінгів", "фунти стерлінгів", "фунтів стерлінгів"),
        _Noun("m", "пенс", "пенси", "пенсів"),
    ),
    "PLN": (_Noun("m", "злотий", "злоті", "злотих"), _Noun("m", "грош", "гроші", "грошів")),
    "NOK": (
        _Noun("f", "норвезька крона", "норвезькі крони", "норвезьких крон"),
        _Noun("n", "ере", "ере", "ере"),
    ),
    "DKK": (
        _Noun("f", "данська крона", "данські крони", "данських крон"),
        _Noun("n", "ере", "ере", "ере"),
    ),
}


def number_in_words(number: int, gender: Gender = "m") -> str:
    """A whole number from 0 below 10**15 in Ukrainian, nominative; raises ``ValueError`` outside."""
    if not 0 <= number < 10**15:
        raise ValueError(number)
    if number == 0:
        return "нуль"
    words: list[str] = []
    for power in range(len(_SCALES), 0, -1):
        if group := number // 1000**power % 1000:
            scale = _SCALES[power - 1]
            words += [*_below_thousand(group, scale.gender), _form(group, scale)]
    words += _below_thousand(number % 1000, gender)
    return " ".join(words)


def amount_in_words(amount: Decimal, currency: str) -> str:
    """``1234.05`` UAH as «одна тисяча двісті тридцять чотири гривні 05 копійок».

    ``amount`` is rounded to two decimals and must not be negative. A currency without Ukrainian words here
    keeps its ISO code: «... 05/100 XTS».
    """
    cents = int((amount * 100).to_integral_value())
    major, minor = divmod(cents, 100)
    if currency not in _CURRENCIES:
        return f"{number_in_words(major)} {minor:02d}/100 {currency}"
    unit, fraction = _CURRENCIES[currency]
    return f"{number_in_words(major, unit.gender)} {_form(major, unit)} {minor:02d} {_form(minor, fraction)}"


def _below_thousand(number: int, gender: Gender) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [_HUNDREDS[hundreds]]
    if 10 <= rest < 20:
        words.append(_TEENS[rest - 10])
    else:
        tens, unit = divmod(rest, 10)
        words += [_TENS[tens], _unit(unit, gender)]
    return [word for word in words if word]


def _unit(unit: int, gender: Gender) -> str:
    if unit == 1:
        return _ONE[gender]
    return "дві" if unit == 2 and gender == "f" else _UNITS[unit]


def _form(number: int, noun: _Noun) -> str:
    if 10 < number % 100 < 20:
        return noun.many
    last = number % 10
    if last == 1:
        return noun.one
    return noun.few if 2 <= last <= 4 else noun.many
