"""Canonical bytes: ours against RFC 8785, its published vectors and another implementation of it."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from asset_tracker.ledger import chain
from asset_tracker.ledger.chain import canonical
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.events import KINDS, PRIVATE, Delivered, Note
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Share
from factories.events import payloads
from factories.facts import registered

NOW = datetime(2025, 6, 1, 9, 30, 15, 123456, tzinfo=UTC)


def test_the_example_of_the_standard_for_literals_and_strings():
    # RFC 8785, 3.2.2: without its floating-point numbers, which no payload holds.
    said = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(said) == expected.encode() == rfc8785.dumps(said)


def test_the_example_of_the_standard_for_sorting_in_ascii():
    # RFC 8785, 3.2.3, the names that ASCII has.
    said = {"\r": "Carriage Return", "1": "One", "</script>": "Browser Challenge", "b": 1, "a": 2}
    expected = b'{"\\r":"Carriage Return","1":"One","</script>":"Browser Challenge","a":2,"b":1}'
    assert canonical(said) == expected == rfc8785.dumps(said)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_string(text):
    assert canonical(text) == rfc8785.dumps(text)


def test_every_control_character_and_its_neighbours():
    text = "".join(map(chr, [*range(0x21), 0x22, 0x5C, 0x7F, 0x80, 0x9F, 0x2028, 0x2029, 0xFEFF, 0x1F600]))
    assert canonical(text) == rfc8785.dumps(text)


@given(payloads())
@settings(max_examples=400)
def test_every_payload_is_canonical_as_msgspec_writes_it(payload):
    body, opening = chain.seal(
        Draft(id=uuid7(), asset=uuid7(), occurred_at=NOW, payload=payload, device="телефон \u000f"),
        seq=1,
        recorded_at=NOW,
        actor=uuid7(),
        programme=None,
    )
    assert body == rfc8785.dumps(json.loads(body))
    for salt, value in opening.values():
        assert canonical(value) == rfc8785.dumps(json.loads(canonical(value)))
        assert len(bytes.fromhex(salt)) == 16


@given(payloads())
def test_what_went_in_comes_out(payload):
    draft = Draft(id=uuid7(), asset=uuid7(), occurred_at=NOW, payload=payload)
    body, opening = chain.seal(draft, seq=3, recorded_at=NOW, actor=uuid7(), programme=uuid7())
    stored = msgspec.json.decode(msgspec.json.encode(opening)) if opening else None
    assert chain.opened(body, stored).payload == payload


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_private_may_be_missing(kind):
    fields = {field.name: field for field in msgspec.structs.fields(KINDS[kind])}
    assert all(not fields[name].required for name in PRIVATE[kind])


SAID = Draft(
    id=uuid7(),
    asset=uuid7(),
    occurred_at=NOW,
    payload=Delivered(municipality="UA18080010000090720", received_by="Хтось"),
    device="телефон",
)


def stored(draft, **more):
    body, opening = chain.seal(draft, seq=1, recorded_at=NOW, actor=uuid7(), programme=None)
    return body, msgspec.json.decode(msgspec.json.encode(opening | more))


def test_a_second_sending_is_recognised_by_all_that_it_says():
    assert chain.repeats(SAID, *stored(SAID))
    for change in (
        {"asset": uuid7()},
        {"occurred_at": NOW + timedelta(seconds=1)},
        {"device": "інший"},
        {"supersedes": uuid7()},
        {"payload": Delivered(municipality="UA18080010000090720", received_by="Інший")},
        {"payload": Delivered(municipality="UA18080010000090720")},
        {"payload": Note(note="так")},
    ):
        assert not chain.repeats(msgspec.structs.replace(SAID, **change), *stored(SAID))


def test_what_was_erased_does_not_make_a_second_sending_another_one():
    body, opening = stored(SAID)
    for name in ("received_by", "device"):
        del opening[name]
    assert chain.repeats(SAID, body, opening)
    other = msgspec.structs.replace(SAID, payload=Delivered(municipality="UA18060170000069581"))
    assert not chain.repeats(other, body, opening)


def test_the_device_is_committed_to_and_not_told():
    body, opening = stored(SAID)
    assert "телефон".encode() not in body
    assert chain.opened(body, opening).device == "телефон"
    assert chain.opened(body, None).device is None
    assert all(chain.DEVICE not in cls.__struct_fields__ for cls in KINDS.values())


@given(payloads())
def test_keys_are_ascii(payload):
    assert_ascii(msgspec.to_builtins(payload))


def assert_ascii(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            assert key.isascii()
            assert_ascii(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            assert_ascii(inner)


def test_each_share_is_committed_to_by_itself_and_read_back():
    one, other = uuid7(), uuid7()
    shares = (Share(one, Decimal("60.5")), Share(other, Decimal("39.5")))
    draft = msgspec.structs.replace(SAID, payload=registered(shares=shares))
    body, opening = stored(draft)
    assert str(one).encode() not in body
    assert b'"shares"' not in body
    assert body == rfc8785.dumps(json.loads(body))
    assert chain.opened(body, opening).payload == draft.payload
    assert chain.repeats(draft, body, opening)
    salt, share = opening.pop("share_1")
    assert chain.opened(body, opening).payload.shares == shares[:1]
    assert json.loads(body)["payload"]["share_1"] == {"sha256": chain.commitment(salt, share)}


def test_a_registration_of_before_has_its_shares_in_clear():
    shares = (Share(uuid7(), Decimal(100)),)
    body, opening = stored(msgspec.structs.replace(SAID, payload=registered()))
    document = json.loads(body)
    document["payload"]["shares"] = msgspec.to_builtins(shares)
    for name in [each for each in document["payload"] if each.startswith("share_")]:
        del document["payload"][name]
    assert chain.opened(canonical(document), opening).payload.shares == shares
