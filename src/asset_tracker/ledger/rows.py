"""The rows of events as COPY BINARY has them [pure].

That is (PostgreSQL's manual, "COPY", File Formats) a count of fields, then each with its length, -1 for NULL. Of a
hundred thousand events much is the same from one to the next and is packed once; a driver that is handed tuples
has to find out anew what each of fourteen values is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from struct import Struct
from typing import Any, Final
from uuid import UUID

EVENT_COLUMNS: Final = (
    "id",
    "asset_id",
    "seq",
    "kind",
    "occurred_at",
    "recorded_at",
    "actor_id",
    "programme_id",
    "operation",
    "supersedes",
    "body",
    "private",
    "prev_hash",
    "hash",
)
Row = tuple[Any, ...]

_NULL: Final = b"\xff\xff\xff\xff"
_NONE: Final = _NULL * 2
_pack_begin = Struct(">hi16si16sii").pack
_pack_instant = Struct(">iq").pack
_pack_length = Struct(">i").pack
_pack_jsonb = Struct(">ib").pack
_pack_hashes = Struct(">i32si32s").pack
_pack_id = Struct(">i16s").pack
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_JSONB_VERSION: Final = 1


def packed(rows: Sequence[Row]) -> bytes:
    """Rows in the order of ``EVENT_COLUMNS`` (openings as text), without the beginning and end of a COPY."""
    parts: list[bytes] = []
    of_asset = of_time = of_kind = None
    asset_bytes = rest = middle = b""
    # Told apart by being the very same object, which is quicker than to compare and as good for what is repeated.
    for (
        event_id, asset, seq, kind, occurred_at, recorded_at, actor, programme,
        operation, supersedes, body, private, prev_hash, this,
    ) in rows:  # fmt: skip
        if asset is not of_asset:
            of_asset, of_time = asset, None
            asset_bytes, rest = asset.bytes, _instant(recorded_at) + _id(actor) + _id(programme)
        if occurred_at is not of_time or kind is not of_kind:
            of_time, of_kind = occurred_at, kind
            middle = _text(kind) + _instant(occurred_at) + rest
        begin = _pack_begin(len(EVENT_COLUMNS), 16, event_id.int.to_bytes(16, "big"), 16, asset_bytes, 4, seq)
        links = _NONE if operation is None is supersedes else _id(operation) + _id(supersedes)
        opening = private.encode() if private else b""
        parts += (
            begin,
            middle,
            links,
            _pack_length(len(body)),
            body,
            _pack_jsonb(len(opening) + 1, _JSONB_VERSION) if private else _NULL,
            opening,
            _pack_hashes(32, prev_hash, 32, this),
        )
    return b"".join(parts)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _pack_length(len(encoded)) + encoded


def _id(value: UUID | None) -> bytes:
    return _pack_id(16, value.bytes) if value else _NULL


def _instant(at: datetime) -> bytes:
    since = at - _EPOCH
    return _pack_instant(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
