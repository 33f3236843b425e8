"""Reads a form of ``event_fields`` back: one payload of the ledger, or all mistakes at once."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

import msgspec

from asset_tracker.errors import FieldError
from asset_tracker.ledger.events import KINDS, Payload
from asset_tracker.web.forms import read_money
from asset_tracker.web.questions import EventForm, Field, FieldType, Options

UNITS: Options = (("km", "km"), ("hours", "hours"), ("pages", "pages"))
CURRENCIES = ("UAH", "EUR", "USD", "SEK")


@cache
def _hints(kind: str) -> dict[str, Any]:
    return get_type_hints(KINDS[kind], include_extras=True)


def _value(field: Field, data: Mapping[str, str]) -> Any:
    """What the person gave for a field, ready to be converted; None if nothing."""
    text = data.get(field.name, "").strip()
    if field.type == "meter":
        value = re.sub(r"\s", "", data.get("meter_value", ""))
        return {"value": value, "unit": data.get("meter_unit", "")} if value else None
    if not text:
        return None
    if field.type == "flag":
        return True
    return read_money(text) or text if field.type == "money" else text


def _convert(kind: str, field: Field, value: Any) -> Any:
    return msgspec.convert(value, _hints(kind)[field.name], strict=False)


_EXPECTED: dict[FieldType, str] = {
    "money": "Write an amount such as 1 250,00.",
    "date": "Choose a day.",
    "meter": "Write a whole number, and choose what it counts.",
    "choice": "Choose one of the answers.",
    "point": "Choose a service point.",
    "place": "Choose a service point or write a municipality.",
    "pick": "Choose one of the answers.",
    "number": "Write a whole number.",
}


def read(form: EventForm, data: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldError]]:
    """The fields of a payload from a form's strings, and everything that is wrong with them.

    Empty answers are left out, so that the payload's own defaults stand. ``municipality`` and ``photos``
    are the caller's: one must be looked up, the other stored.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in (*form.fields, Field("note", form.note, "text")):
        given = _value(field, data)
        if field.type == "attribute":
            if given is not None:
                _attribute(form, field, str(given), values, errors)
            continue
        if given is None:
            if field.required and not (field.type == "place" and data.get("municipality")):
                errors.append(FieldError(field.name, _EXPECTED.get(field.type, "Please fill this in.")))
            continue
        try:
            values[field.name] = _convert(form.kind, field, given)
        except msgspec.ValidationError:
            errors.append(
                FieldError(
                    field.name, _EXPECTED.get(field.type, "This is too long or has a wrong character.")
                )
            )
    if any(field.type == "money" and field.name in values for field in form.fields):
        values["currency"] = data.get("currency") or "UAH"
    return values, errors


def _attribute(
    form: EventForm, field: Field, text: str, values: dict[str, Any], errors: list[FieldError]
) -> None:
    attributes = {**values.get("attributes", {}), field.name: text}
    try:
        values["attributes"] = msgspec.convert(attributes, _hints(form.kind)["attributes"])
    except msgspec.ValidationError:
        errors.append(FieldError(field.name, "This is too long or has a wrong character."))


def payload(form: EventForm, values: Mapping[str, Any]) -> Payload:
    """The payload for values that ``read`` found right."""
    return KINDS[form.kind](**values)
