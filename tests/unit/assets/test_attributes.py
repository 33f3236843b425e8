"""Values of the fields that categories have of their own: read, checked, shown; definitions against each other."""

from decimal import Decimal

import pytest

from asset_tracker.assets.attributes import (
    OWN_CATEGORY,
    Attribute,
    Catalogue,
    Option,
    OwnCategory,
    Wrong,
    checked,
    luhn,
    meant,
    problems,
    read_value,
    shown,
)
from asset_tracker.ledger.values import CATEGORIES

FUELS = (Option("diesel", "Дизель", "Diesel"), Option("coal", "Вугілля", "Coal", retired=True))


def field(kind, key="x", **more):
    return Attribute(key=key, version=1, kind=kind, name_uk="Поле", name_en="Field", **more)


IMEI = field("text", "imei", check="imei", categories=("tablet",), required=True)
SCREEN = field("number", "screen", unit="″", least=Decimal(1), most=Decimal(200))
FUEL = field("choice", "fuel", options=FUELS)


@pytest.mark.parametrize(
    ("what", "written", "kept"),
    [
        (field("text"), "  два   слова ", "два слова"),
        (IMEI, "49-015420-323751-8", "490154203237518"),
        (field("text", check="mac"), "00:1a:2b:3c:4d:5e", "00:1A:2B:3C:4D:5E"),
        (field("text", check="vin"), "wvwzzz1jz3w386752", "WVWZZZ1JZ3W386752"),
        (SCREEN, "15,60 ″", "15.6"),
        (SCREEN, "15.6", "15.6"),
        (field("number"), "1 598", "1598"),
        (field("number"), "−0", "0"),
        (field("date"), "1.2.2026", "2026-02-01"),
        (field("date"), "2026-02-01", "2026-02-01"),
        (FUEL, "ДИЗЕЛЬ", "diesel"),
        (FUEL, "coal", "coal"),
        (field("yes_no"), "Так", "yes"),
        (field("yes_no"), "false", "no"),
    ],
)
def test_a_value_is_kept_in_one_form_and_stays_so(what, written, kept):
    assert read_value(what, written) == kept
    assert read_value(what, kept) == kept


@pytest.mark.parametrize(
    ("what", "written"),
    [
        (IMEI, "490154203237519"),
        (IMEI, "49015420323751"),
        (IMEI, "٤٩٠١٥٤٢٠٣٢٣٧٥١٨"),
        (SCREEN, "0.5"),
        (SCREEN, "1e2"),
        (SCREEN, "NaN"),
        (SCREEN, "15,6 см"),
        (field("date"), "31.02.2026"),
        (field("date"), "1.1.0001"),
        (field("date"), "2026-W01-1T99"),
        (FUEL, "водень"),
        (field("yes_no"), "може"),
        (field("text", check="mac"), "00:1a:2b:3c:4d"),
        (field("text"), "x" * 201),
        (field("text"), "a\x00b"),
    ],
)
def test_what_does_not_fit_is_refused(what, written):
    with pytest.raises(Wrong):
        read_value(what, written)


def test_luhn_finds_each_digit_that_is_wrong():
    right = "490154203237518"
    assert luhn(right)
    assert not any(luhn(right[:n] + str((int(right[n]) + 1) % 10) + right[n + 1 :]) for n in range(15))


def test_values_are_shown_in_the_language():
    assert shown("uk", SCREEN, "15.6") == "15,6\u00a0″"
    assert shown("en", SCREEN, "1598.5") == "1,598.5\u00a0″"
    assert shown("uk", FUEL, "coal") == "Вугілля"
    assert shown("uk", field("date"), "2026-02-01") == "01.02.2026"
    assert shown("uk", field("yes_no"), "yes") == "так"
    assert shown("uk", None, "as it is") == "as it is"


def test_everything_that_is_wrong_is_told_and_the_unknown_left_alone():
    known = Catalogue({each.key: each for each in (IMEI, SCREEN)})
    kept, wrong = checked(known, {"imei": "1", "screen": "x", "box": "7", OWN_CATEGORY: "none"})
    assert {error.field for error in wrong} == {
        "attributes.imei",
        "attributes.screen",
        f"attributes.{OWN_CATEGORY}",
    }
    assert kept["box"] == "7"
    assert checked(known, {"screen": "15,6"}) == ({"screen": "15.6"}, [])
    assert checked(known, {"screen": "15,6"}, exact=True)[1][0].expected == "15.6"


def test_a_required_field_is_missed_where_its_category_is():
    generator = OwnCategory(
        code="generator", version=1, base="other", name_uk="Генератор", name_en="Generator"
    )
    power = field("number", "power", categories=("generator",), required=True)
    known = Catalogue({"imei": IMEI, "power": power}, {"generator": generator})
    assert known.missing("tablet", {}) == (IMEI,)
    assert known.missing("tablet", {"imei": "490154203237518"}) == ()
    assert known.missing("laptop", {}) == ()
    assert known.missing("other", {}) == ()
    assert known.missing("other", {OWN_CATEGORY: "generator"}) == (power,)


def test_a_choice_is_found_by_the_names_of_its_answers():
    assert meant((FUEL,), "ДИЗ") == [("fuel", "diesel")]
    assert meant((FUEL,), "ди") == []


@pytest.mark.parametrize(
    ("new", "before", "wrong"),
    [
        (field("text", "serial"), None, "key"),
        (field("choice"), None, "options"),
        (field("number", check="imei"), None, "check"),
        (field("text", unit="kg"), None, "unit"),
        (field("number", least=Decimal(2), most=Decimal(1)), None, "most"),
        (field("text", categories=("boat",)), None, "categories"),
        (field("number"), field("text"), "kind"),
        (field("choice", options=FUELS[:1]), FUEL, "options"),
        (field("choice", options=FUELS[:1] * 2), None, "options"),
    ],
)
def test_definitions_that_cannot_stand(new, before, wrong):
    assert [error.field for error in problems(new, before, CATEGORIES)] == [wrong]
