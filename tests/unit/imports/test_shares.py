from decimal import Decimal

import pytest

from asset_tracker.errors import InvalidError
from asset_tracker.imports.shares import parse
from asset_tracker.web.import_view import defaults_from, share_rows


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Sida=60; ESTDEV=40", [("Sida", Decimal(60)), ("ESTDEV", Decimal(40))]),
        (" Sida = 33,3334 % ;", [("Sida", Decimal("33.3334"))]),
        ("A=B=100", [("A=B", Decimal(100))]),
        ("", []),
    ],
)
def test_as_people_write_them(written, found):
    assert parse(written) == found


@pytest.mark.parametrize("written", ["Sida", "Sida=", "=60", "Sida=many", "Sida=NaN", "Sida=1e999999999;x"])
def test_what_is_none_is_named(written):
    with pytest.raises(InvalidError) as caught:
        parse(written)
    assert all(error.field == "defaults.shares" for error in caught.value.errors)


def test_the_form_holds_what_was_written():
    form = {"donor_0": "Sida", "percent_0": "60", "donor_1": "ESTDEV", "percent_1": "40", "donor_2": ""}
    written = defaults_from(form)["defaults"]["shares"]
    assert written == "Sida=60; ESTDEV=40"
    assert share_rows(written) == [("Sida", "60"), ("ESTDEV", "40"), ("", ""), ("", "")]
    assert defaults_from({"programme": "P"})["defaults"] == {"programme": "P"}
