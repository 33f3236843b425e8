"""Fields that categories have of their own: what one is, and what may stand in it [pure].

A value is kept among the ``attributes`` of an asset, as text in one form for each kind: a number with a point,
a day as ``2026-12-31``, a choice by its code, ``yes`` or ``no``. No float ever touches it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, get_args

import msgspec
from babel.numbers import format_decimal

from asset_tracker.errors import FieldError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.values import FIRST_YEAR, LAST_YEAR, AttributeKey, Name

AttributeKind = Literal["text", "number", "date", "choice", "yes_no"]
Check = Literal["", "imei", "vin", "mac"]
KINDS: Final[tuple[AttributeKind, ...]] = get_args(AttributeKind)

MAX_VALUE: Final = 200
YES, NO = "yes", "no"
OWN_CATEGORY: Final = "own_category"
OWN: Final = "attributes."  # before the key of a field where names of other things may stand too
# What an asset says elsewhere, and what other parts of the product keep among the attributes.
TAKEN: Final[frozenset[str]] = frozenset(
    {
        "tag", "programme", "consignment", "line", "municipality", "oblast", "raion", "service_point", "category",
        "name", "name_uk", "name_en", "manufacturer", "model", "serial", "quantity", "unit_price", "total_price",
        "currency", "kit", "acquired_on", "warranty_until", "inventory_number", "notes", "note", "photos", "place",
        "stage", "condition", "title", "destination", "room", OWN_CATEGORY,
    }
)  # fmt: skip

_YES: Final = frozenset({"yes", "y", "true", "1", "+", "так", "є", "т", "✓"})
_NO: Final = frozenset({"no", "n", "false", "0", "-", "–", "—", "ні", "немає", "н"})
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009'’ʼ]")
_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_MAC: Final = re.compile(r"[0-9A-F]{12}")
_TO_LATIN: Final = str.maketrans("АВСЕНІКМОРТХУ", "ABCEHIKMOPTXY")


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer of a choice. A retired one is shown where it stands and offered no more."""

    code: AttributeKey
    name_uk: Name
    name_en: Name
    retired: bool = False

    def name(self, lang: Lang) -> str:
        """What it is called."""
        return self.name_en if lang == "en" else self.name_uk


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A field of its own that some categories have. ``categories``: their codes; none means all of them.

    ``unit`` stands behind a number; ``least`` and ``most`` bound it. ``check`` is what a text must stand.
    ``version`` counts the definitions that this key has had; ``retired``: shown where a value stands, asked no more.
    """

    key: str
    version: int
    kind: AttributeKind
    name_uk: str
    name_en: str
    hint_uk: str | None = None
    hint_en: str | None = None
    unit: str | None = None
    options: tuple[Option, ...] = ()
    check: Check = ""
    least: Decimal | None = None
    most: Decimal | None = None
    categories: tuple[str, ...] = ()
    required: bool = False
    position: int = 0
    retired: bool = False

    def name(self, lang: Lang) -> str:
        """What it is called, with the unit of a number."""
        return self.name_en if lang == "en" else self.name_uk

    def hint(self, lang: Lang) -> str:
        """What helps to fill it in; nothing where nothing was written."""
        return (self.hint_en or self.hint_uk if lang == "en" else self.hint_uk or self.hint_en) or ""

    def heading(self, lang: Lang) -> str:
        """The name with its unit, as a column is headed."""
        return f"{self.name(lang)} ({self.unit})" if self.unit else self.name(lang)

    def is_for(self, category: str, own: str | None = None) -> bool:
        """Whether a thing of this category (and own category) has the field."""
        return not self.categories or category in self.categories or (own or "") in self.categories


class OwnCategory(msgspec.Struct, frozen=True, kw_only=True):
    """A category that an administrator added: its things are of the category ``base``, and are called this."""

    code: str
    version: int
    base: str
    name_uk: str
    name_en: str
    retired: bool = False

    def name(self, lang: Lang) -> str:
        """What it is called."""
        return self.name_en if lang == "en" else self.name_uk


class Catalogue(msgspec.Struct, frozen=True):
    """Every field that was ever defined, by key, in the order in which they are asked; and the own categories."""

    attributes: Mapping[str, Attribute] = {}
    own: Mapping[str, OwnCategory] = {}

    def asked(self, category: str, own: str | None = None) -> tuple[Attribute, ...]:
        """The fields that a thing of this category is asked for."""
        return tuple(
            each for each in self.attributes.values() if not each.retired and each.is_for(category, own)
        )

    def standing(self) -> tuple[Attribute, ...]:
        """The fields that are asked of anything today."""
        return tuple(each for each in self.attributes.values() if not each.retired)

    def offered(self) -> tuple[OwnCategory, ...]:
        """The own categories that new things may be of."""
        return tuple(each for each in self.own.values() if not each.retired)

    def missing(self, category: str, attributes: Mapping[str, str]) -> tuple[Attribute, ...]:
        """The required fields that a thing of this category has no value in."""
        asked = self.asked(category, attributes.get(OWN_CATEGORY))
        return tuple(each for each in asked if each.required and not attributes.get(each.key))


class Wrong(ValueError):  # noqa: N818 - it says what is wrong with a value, and never leaves its reader
    """What a value should have been: an English msgid with its places."""

    def __init__(self, expected: str, **params: object) -> None:
        super().__init__(expected)
        self.expected, self.params = expected, params


def read_value(attribute: Attribute, written: str) -> str:
    """The value in the form in which it is kept. Raises Wrong for what does not fit the field."""
    text = " ".join(written.split())
    if not text or len(text) > MAX_VALUE or "\x00" in text:
        raise Wrong("a text of up to %(limit)s characters", limit=MAX_VALUE)
    readers = {"text": _text, "number": _number, "date": _day, "choice": _choice, "yes_no": _yes_no}
    return readers[attribute.kind](attribute, text)


def checked(
    catalogue: Catalogue, attributes: Mapping[str, str], *, exact: bool = False
) -> tuple[dict[str, str], list[FieldError]]:
    """The attributes as they are kept, and everything that is wrong with them.

    A key that nobody defined is left as it is. ``exact``: a value in another form than the kept one is wrong too.
    """
    kept, errors = dict(attributes), []
    for key, value in attributes.items():
        if key == OWN_CATEGORY and value not in catalogue.own:
            errors.append(FieldError(f"attributes.{key}", "There is no such category."))
        attribute = catalogue.attributes.get(key)
        if attribute is None:
            continue
        try:
            kept[key] = read_value(attribute, value)
        except Wrong as wrong:
            errors.append(FieldError(f"attributes.{key}", "This value does not fit.", {}, _said(wrong)))
            continue
        if exact and kept[key] != value:
            errors.append(FieldError(f"attributes.{key}", "This value does not fit.", {}, kept[key]))
    return kept, errors


def shown(lang: Lang, attribute: Attribute | None, value: str) -> str:
    """The value as people read it; as it is kept where the field does not know it."""
    if attribute is None:
        return value
    if attribute.kind == "choice":
        return next((each.name(lang) for each in attribute.options if each.code == value), value)
    if attribute.kind == "yes_no" and value in (YES, NO):
        return gettext(lang, value)
    if attribute.kind == "date" and (day := _iso(value)):
        return f"{day:%d.%m.%Y}"
    if attribute.kind == "number":
        told = (
            str(format_decimal(Decimal(value), "#,##0.######", locale=lang))
            if _NUMBER.fullmatch(value)
            else value
        )
        return f"{told}\u00a0{attribute.unit}" if attribute.unit else told
    return value


def meant(attributes: Iterable[Attribute], text: str) -> list[tuple[str, str]]:
    """The choices whose names hold the text: (key, code). What is kept is the code, what is sought is the name."""
    sought = text.casefold()
    return [
        (each.key, option.code)
        for each in attributes
        if each.kind == "choice" and len(sought) > 2
        for option in each.options
        if sought in option.name_uk.casefold() or sought in option.name_en.casefold()
    ]


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if n % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def problems(new: Attribute, before: Attribute | None, categories: Sequence[str]) -> list[FieldError]:
    """What is wrong with a definition, by itself and against the one that stands."""
    found = []
    if new.key in TAKEN:
        found.append(FieldError("key", "This name is reserved by the system."))
    if not new.name_uk.strip() or not new.name_en.strip():
        found.append(FieldError("name_uk", "A name in both languages is needed."))
    if (new.kind == "choice") != bool(new.options):
        found.append(FieldError("options", "A choice needs answers, and only a choice has them."))
    codes = [each.code for each in new.options]
    if len(set(codes)) != len(codes):
        found.append(FieldError("options", "The same answer appears twice."))
    if new.check and new.kind != "text":
        found.append(FieldError("check", "Only a text can be checked like this."))
    if new.unit and new.kind != "number":
        found.append(FieldError("unit", "Only a number has a unit."))
    if new.least is not None and new.most is not None and new.least > new.most:
        found.append(FieldError("most", "The greatest value must not be less than the least."))
    if unknown := [each for each in new.categories if each not in categories]:
        message = "There is no category “%(category)s”."
        found.append(FieldError("categories", message, {"category": unknown[0]}))
    if before is not None and before.kind != new.kind:
        message = "The type of a field cannot be changed. Retire it and define another."
        found.append(FieldError("kind", message))
    if before is not None and (gone := {each.code for each in before.options} - set(codes)):
        message = "The answer “%(code)s” may be in use; retire it instead of removing it."
        found.append(FieldError("options", message, {"code": min(gone)}))
    return found


def _said(wrong: Wrong) -> str:
    return wrong.expected % wrong.params if wrong.params else wrong.expected


def _text(attribute: Attribute, text: str) -> str:
    if not attribute.check:
        return text
    bare = re.sub(r"[\s\-:./]", "", text).upper().translate(_TO_LATIN)
    if attribute.check == "imei":
        # 15 digits, the last of them a check digit (3GPP TS 23.003, 6.2.1 and annex B)
        if not (len(bare) == 15 and bare.isascii() and bare.isdigit() and luhn(bare)):
            raise Wrong("an IMEI: 15 digits, the last a check digit (dial *#06#)")
        return bare
    if attribute.check == "vin":
        if not _VIN.fullmatch(bare):
            raise Wrong("a VIN: 17 letters and digits without I, O and Q")
        return bare
    if not _MAC.fullmatch(bare):
        raise Wrong("a MAC address: 12 digits and letters A to F")
    return ":".join(bare[n : n + 2] for n in range(0, 12, 2))


def _number(attribute: Attribute, text: str) -> str:
    bare = text.removesuffix(attribute.unit).rstrip() if attribute.unit else text
    bare = _SPACES.sub("", bare).replace(",", ".").replace("\u2212", "-")
    if not _NUMBER.fullmatch(bare):
        raise Wrong("a number such as 15,6")
    value = Decimal(bare)
    if (attribute.least is not None and value < attribute.least) or (
        attribute.most is not None and value > attribute.most
    ):
        if attribute.most is None:
            raise Wrong("a number from %(least)s on", least=plain_number(attribute.least))
        if attribute.least is None:
            raise Wrong("a number up to %(most)s", most=plain_number(attribute.most))
        least, most = plain_number(attribute.least), plain_number(attribute.most)
        raise Wrong("a number from %(least)s to %(most)s", least=least, most=most)
    return plain_number(value)


def plain_number(value: Decimal | None) -> str:
    """A number without an exponent and without zeros that say nothing; nothing for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.removeprefix("+")


def _day(_attribute: Attribute, text: str) -> str:
    found = _DAY.fullmatch(text)
    day = _iso(f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}") if found else _iso(text)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Wrong("a day such as 31.12.2026")
    return day.isoformat()


def _iso(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _choice(attribute: Attribute, text: str) -> str:
    folded = text.casefold()
    for option in attribute.options:
        if folded in (option.code, option.name_uk.casefold(), option.name_en.casefold()):
            return option.code
    offered = ", ".join(each.name_uk for each in attribute.options if not each.retired)
    raise Wrong("one of: %(answers)s", answers=offered)


def _yes_no(_attribute: Attribute, text: str) -> str:
    folded = text.casefold()
    if folded in _YES:
        return YES
    if folded in _NO:
        return NO
    raise Wrong("yes or no")
