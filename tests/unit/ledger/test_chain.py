"""How an event is linked to the one before, and where its salts come from: said again, by hand."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import msgspec
import pytest

from asset_tracker.ledger import chain
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.events import Delivered, Registered
from asset_tracker.ledger.ids import uuid7

NOW = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)


def drafted(**more):
    said = Delivered(municipality="UA18080010000090720", received_by="Оксана")
    return Draft(**({"id": uuid7(), "asset": uuid7(), "occurred_at": NOW, "payload": said} | more))


def sealed(draft, **more):
    return chain.seal(draft, **({"seq": 1, "recorded_at": NOW, "actor": uuid7(), "programme": None} | more))


def test_the_first_link_builds_on_32_zeros():
    assert chain.GENESIS == b"\0" * 32


def test_a_link_is_the_hash_of_the_one_before_and_the_body():
    assert chain.link(b"before", b"body") == sha256(b"before" + b"body").digest()
    assert chain.link(chain.GENESIS, b"body").hex() == sha256(b"\0" * 32 + b"body").hexdigest()


def test_a_commitment_is_the_hash_of_salt_and_value():
    assert chain.commitment("0a0b", "так") == sha256(b"\x0a\x0b" + '"так"'.encode()).hexdigest()


@pytest.mark.parametrize("events", [1, 2, 7, 5000])
def test_nothing_is_drawn_twice(events):
    chance = chain.Chance(events)
    drawn = [chance.draw() for _ in range(events * 4 + 9)]
    assert {len(each) for each in drawn} == {16}
    assert len(set(drawn)) == len(drawn)


def test_chance_is_asked_for_once_for_many(monkeypatch):
    asked = []

    def token_bytes(size):
        asked.append(size)
        return bytes(range(256)) * (size // 256 + 1)

    monkeypatch.setattr(chain, "token_bytes", token_bytes)
    chance = chain.Chance(16)
    assert [chance.draw()[0] for _ in range(3)] == [0, 16, 32]
    assert asked == [16 * 4 * 16]


def test_what_stands_in_the_body():
    draft, actor, programme = drafted(device="телефон", operation=uuid7()), uuid7(), uuid7()
    body, opening = sealed(draft, seq=4, actor=actor, programme=programme)
    said = json.loads(body)
    assert said["v"] == 1
    assert said["seq"] == 4
    assert [said[name] for name in ("id", "asset", "actor", "programme", "operation", "supersedes")] == [
        str(draft.id),
        str(draft.asset),
        str(actor),
        str(programme),
        str(draft.operation),
        None,
    ]
    assert set(opening) == {"municipality", "received_by", "device"}
    for name, (salt, value) in opening.items():
        stood = said["device"] if name == "device" else said["payload"][name]
        assert stood == {"sha256": chain.commitment(salt, value)}
    salts = [salt for salt, _ in opening.values()] + [said["nonce"]]
    assert len(set(salts)) == 4


def test_without_a_device_there_is_none():
    body, opening = sealed(drafted())
    assert json.loads(body)["device"] is None
    assert "device" not in opening
    assert chain.opened(body, opening).device is None
    assert chain.opened(body, None).payload == Delivered()


def test_many_on_lines_are_opened_as_one_by_one():
    payloads = (
        Delivered(received_by="Хтось\nінший"),
        Delivered(),
        Registered(category="laptop", name_uk="Ноутбук", tag="7K9XM2QA"),
    )
    stored = [
        sealed(drafted(payload=each, device=device)) for each in payloads for device in (None, "телефон")
    ]
    bodies = b"\n".join(body for body, _ in stored)
    openings = "\n".join(
        json.dumps(msgspec.to_builtins(opening), ensure_ascii=False) for _, opening in stored[:-1]
    )
    told = chain.opened_lines(bodies, f"{openings}\nnull")
    assert told == [*(chain.opened(*each) for each in stored[:-1]), chain.opened(stored[-1][0], None)]


def test_times_are_written_in_utc():
    kyiv = timezone(timedelta(hours=3))
    body, _ = sealed(drafted(occurred_at=datetime(2025, 6, 1, 12, 30, tzinfo=kyiv)))
    assert json.loads(body)["occurred_at"] == "2025-06-01T09:30:00Z"


def test_the_same_said_again_is_a_repetition():
    draft = drafted(device="телефон", supersedes=uuid7())
    body, opening = sealed(draft)
    again = {"id": draft.id, "asset": draft.asset, "device": "телефон", "supersedes": draft.supersedes}
    assert chain.repeats(drafted(**again), body, opening)
    for change in (
        {"asset": uuid7()},
        {"device": "інший"},
        {"device": None},
        {"supersedes": None},
        {"occurred_at": NOW + timedelta(seconds=1)},
        {"payload": Delivered(received_by="Хтось")},
    ):
        assert not chain.repeats(drafted(**again | change), body, opening), change


def test_what_was_erased_counts_as_the_same():
    draft = drafted(device="телефон")
    body, opening = sealed(draft)
    again = drafted(id=draft.id, asset=draft.asset, device="інший", payload=Delivered(received_by="Хтось"))
    assert chain.repeats(again, body, None)
    kept = {"municipality": opening["municipality"]}
    assert not chain.repeats(again, body, kept)
    assert chain.opened(body, kept).payload == Delivered(municipality="UA18080010000090720")
