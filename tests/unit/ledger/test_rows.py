"""What COPY is handed is taken apart again, by the lengths that stand in it."""

from datetime import UTC, datetime, timedelta, timezone
from struct import unpack_from
from uuid import UUID

import pytest

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chain import GENESIS
from asset_tracker.ledger.chaining import Chaining, Head, by_asset
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.rows import EVENT_COLUMNS, packed

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def unpacked(data):
    """Rows of raw fields, None for NULL."""
    rows, at = [], 0
    while at < len(data):
        (count,) = unpack_from(">h", data, at)
        at, row = at + 2, []
        for _ in range(count):
            (length,) = unpack_from(">i", data, at)
            at += 4
            row.append(None if length < 0 else data[at : at + length])
            at += max(length, 0)
        rows.append(row)
    assert at == len(data)
    return rows


def read(name, field):
    if field is None:
        return None
    if name in ("id", "asset_id", "actor_id", "programme_id", "operation", "supersedes"):
        return UUID(bytes=field)
    if name.endswith("_at"):
        return EPOCH + timedelta(microseconds=unpack_from(">q", field)[0])
    if name == "private":
        assert field[0] == 1
        return field[1:].decode()
    return unpack_from(">i", field)[0] if name == "seq" else field.decode() if name == "kind" else field


@pytest.mark.parametrize("programme", [None, uuid7()])
def test_packed_rows_say_what_the_tuples_say(programme):
    kyiv = timezone(timedelta(hours=2))
    assets, operation, first = [uuid7(), uuid7()], uuid7(), uuid7()
    drafts = [
        Draft(id=first, asset=assets[0], occurred_at=NOW, payload=ev.Note(note="Ключ у вартового")),
        Draft(id=uuid7(), asset=assets[0], occurred_at=NOW, payload=ev.UseChanged(use="stored")),
        Draft(
            id=uuid7(), asset=assets[0], occurred_at=NOW.astimezone(kyiv), payload=ev.Correction(reason="Ні"),
            operation=operation, supersedes=first,
        ),
        Draft(
            id=uuid7(), asset=assets[1], occurred_at=datetime(1990, 1, 1, tzinfo=UTC), device="телефон",
            payload=ev.Verified(municipality="UA18080010000090720"),
        ),
    ]  # fmt: skip
    heads = dict.fromkeys(assets, Head(0, GENESIS, programme, NOW))
    rows = Chaining({}, heads, uuid7()).rows(by_asset(drafts))

    back = [tuple(map(read, EVENT_COLUMNS, row)) for row in unpacked(packed(rows))]

    assert back == rows
    assert [row[EVENT_COLUMNS.index("private")] is None for row in rows] == [False, True, True, False]


def test_nothing_is_packed_of_nothing():
    assert packed([]) == b""
