from decimal import Decimal
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from asset_tracker.assets.rules import OFFERED
from asset_tracker.ledger.events import KINDS
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.event_forms import payload, read


def allowed(hint):
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {value for arg in get_args(hint) for value in allowed(arg)}


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.kind)
def test_a_form_asks_only_for_what_its_payload_has(form):
    hints = get_type_hints(KINDS[form.kind])
    for field in form.fields:
        assert field.name in hints or field.type == "attribute"
        if field.type == "choice":
            keys = {key for key, _ in field.options}
            assert keys <= allowed(hints[field.name])
            assert not field.default or field.default in keys


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.kind)
def test_a_form_asks_for_everything_its_payload_needs(form):
    needed = {f.name for f in msgspec.structs.fields(KINDS[form.kind]) if f.required}
    assert needed <= {field.name for field in form.fields if field.required}


def test_whatever_is_offered_can_be_recorded():
    assert set(FORMS) == set(OFFERED)


def test_reading_gives_a_payload():
    values, errors = read(
        FORMS["maintained"],
        {
            "work": " Чищення ",
            "cost": "1 250,00",
            "condition": "working",
            "note": "",
            "meter_value": "12 000",
            "meter_unit": "km",
        },
    )
    assert errors == []
    made = payload(FORMS["maintained"], values)
    assert (made.work, made.cost, made.currency, made.meter.value) == (
        "Чищення",
        Decimal("1250.00"),
        "UAH",
        12000,
    )
    assert made.note is None


def test_all_mistakes_are_told_at_once():
    values, errors = read(FORMS["maintained"], {"cost": "багато", "condition": "bad", "meter_value": "x"})
    assert {error.field for error in errors} == {"work", "cost", "condition", "meter"}
    assert values == {}


def test_a_place_may_be_a_municipality_instead():
    _, errors = read(FORMS["moved"], {"municipality": "Овруцька"})
    assert errors == []
    _, errors = read(FORMS["moved"], {})
    assert [error.field for error in errors] == ["service_point"]


@pytest.mark.parametrize("text", ["x" * 4001, "a\x00b"])
def test_what_the_database_would_refuse_is_refused_here(text):
    _, errors = read(FORMS["note"], {"note": text})
    assert [error.field for error in errors] == ["note"]
