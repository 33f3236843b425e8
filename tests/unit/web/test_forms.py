"""What a form says of an answer that it cannot take: what would be right, for each field at once."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from asset_tracker.errors import InvalidError
from asset_tracker.web import forms


class Asked(msgspec.Struct, frozen=True):
    """One field of each type that forms ask for."""

    name: Annotated[str, Meta(max_length=5)]
    months: Annotated[int, Meta(ge=1, le=240)] | None = None
    count: int = 0
    day: date | None = None
    price: Decimal | None = None
    kind: Literal["a", "b"] = "a"


def test_answers_become_a_command():
    told = {"name": " x ", "months": "6", "day": "2026-03-31", "price": "12.50", "kind": ""}
    assert forms.read(Asked, told) == Asked("x", 6, 0, date(2026, 3, 31), Decimal("12.50"))


@pytest.mark.parametrize(
    ("field", "typed", "message", "params"),
    [
        ("name", "", "Please fill this in.", {}),
        ("name", "too long", "At most %(most)s characters fit here.", {"most": 5}),
        ("months", "пів року", "Write a whole number from %(least)s to %(most)s.", {"least": 1, "most": 240}),
        ("months", "241", "Write a whole number from %(least)s to %(most)s.", {"least": 1, "most": 240}),
        ("count", "1,5", "Write a whole number.", {}),
        ("day", "31.03.2026", "Choose a day.", {}),
        ("price", "багато", "Write a number, such as 1250.50.", {}),
        ("kind", "c", "This is not what is expected here.", {}),
    ],
)
def test_a_wrong_answer_is_told_what_is_right(field, typed, message, params):
    with pytest.raises(InvalidError) as wrong:
        forms.read(Asked, {"name": "x", field: typed})
    (error,) = wrong.value.errors
    assert (error.field, error.message, dict(error.params)) == (field, message, params)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("7", 7), (" 0012 ", 12), ("²", None), ("٣", None), ("-1", None), ("", None), ("9" * 5000, None)],
)
def test_a_whole_number_of_an_address(typed, number):
    assert forms.read_number(typed) == number


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1234.5 ₴", "1234.50"),
        ("1\u00a0234", "1234.00"),
        ("0", "0.00"),
        ("багато", None),
        ("", None),
        ("NaN", None),
        ("1e999", None),
    ],
)
def test_money_as_people_write_it(text, amount):
    assert forms.read_money(text) == (None if amount is None else Decimal(amount))
