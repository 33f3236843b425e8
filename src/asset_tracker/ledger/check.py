"""Whether what is stored of one asset's events is what was recorded [pure].

Each kind of falsification has a name (``KINDS``), so that whoever is told knows what was done, not
just that something was.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from asset_tracker.ledger.chain import DEVICE, GENESIS, SHARE, Body, canonical, commitment
from asset_tracker.ledger.events import PRIVATE

FALSIFICATIONS: Final[dict[str, str]] = {
    "bytes-changed": "The stored bytes of an event do not have the hash that was stored with them.",
    "chain-broken": "An event does not build on the one before it.",
    "gap": "An event in the middle of a chain is missing.",
    "beginning-missing": "The first events of a chain are missing.",
    "end-missing": "The last events of a chain are missing.",
    "reordered": "Events stand in another place than they were recorded in.",
    "not-canonical": "The stored bytes of an event are not in canonical form.",
    "column-changed": "A column says something else than the hashed bytes.",
    "opening-changed": "A personal or location value is not the one that was committed to.",
    "head-changed": "The stored end of a chain is not its end.",
    "projection-changed": "What screens show is not what the events say.",
    "event-missing": "An event that was sealed, or waits for it, is not there.",
    "event-replaced": "An event that was sealed has another hash now.",
    "key-missing": "An event has no key, or its key tells another place or time.",
    "not-sealed": "An event is not in the log and does not wait to be sealed.",
    "log-gap": "Leaves of the log are missing.",
    "tree-changed": "The stored tree is not that of the leaves.",
    "checkpoint-root": "A checkpoint has another root than the log.",
    "checkpoint-signature": "A checkpoint is not signed by a key of the ledger.",
    "checkpoint-beyond": "A checkpoint was signed for more events than the log has.",
    "key-unproven": "A signing key did not take over by a statement that the key before it signed.",
    "rolled-back": "A kept checkpoint knows more events than there are: an older state was restored.",
    "forked": "A kept checkpoint has another root for the same events: history was written anew.",
    "protection-off": "A trigger that keeps the ledger from being changed is missing or off.",
}


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong; ``kind`` is one of ``FALSIFICATIONS``."""

    kind: str
    detail: str = ""
    asset: UUID | None = None
    event: UUID | None = None
    seq: int | None = None


class Stored(NamedTuple):
    """One row of ``event``, in the order of ``COLUMNS``; ``private`` as decoded JSON or its text."""

    asset_id: UUID
    seq: int
    id: UUID
    kind: str
    occurred_at: Any
    recorded_at: Any
    actor_id: UUID
    programme_id: UUID | None
    operation: UUID | None
    supersedes: UUID | None
    body: bytes
    private: Any
    prev_hash: bytes
    hash: bytes


COLUMNS: Final = Stored._fields
_decode = msgspec.json.Decoder(Body).decode
_SAME: Final = (
    ("asset", "asset_id"),
    ("seq", "seq"),
    ("id", "id"),
    ("occurred_at", "occurred_at"),
    ("recorded_at", "recorded_at"),
    ("actor", "actor_id"),
    ("programme", "programme_id"),
    ("operation", "operation"),
    ("supersedes", "supersedes"),
)


def check_chain(rows: Sequence[Stored]) -> Iterator[Finding]:
    """What is wrong with the stored events of one asset, which come in the order of ``seq``."""
    due, prev = 1, GENESIS
    for row in rows:
        if row.seq != due:
            yield _about(row, "beginning-missing" if due == 1 else "gap", f"expected number {due}")
        elif row.prev_hash != prev:
            yield _about(row, "chain-broken")
        if sha256(row.prev_hash + row.body).digest() != row.hash:
            yield _about(row, "bytes-changed")
        yield from _check_body(row)
        due, prev = row.seq + 1, row.hash


def _check_body(row: Stored) -> Iterator[Finding]:
    try:
        body = _decode(row.body)
        kind = body.payload["kind"]
        private = PRIVATE[kind]
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as error:
        yield _about(row, "not-canonical", str(error))
        return
    if canonical(body) != row.body:
        yield _about(row, "not-canonical")
    said = (
        body.asset,
        body.seq,
        body.id,
        kind,
        body.occurred_at,
        body.recorded_at,
        body.actor,
        body.programme,
        body.operation,
        body.supersedes,
    )
    if said != row[:10]:
        yield _differs(row, body, kind)
    opening: Mapping[str, Any] = row.private or {}
    for name, (salt, value) in opening.items():
        known = name in private or name.startswith(SHARE)
        committed = body.device if name == DEVICE else body.payload.get(name) if known else None
        if not isinstance(committed, dict) or committed.get("sha256") != _commitment(salt, value):
            yield _about(row, "opening-changed", name)


def _commitment(salt: Any, value: Any) -> str | None:
    try:
        return commitment(salt, value)
    except (TypeError, ValueError):
        return None


def _differs(row: Stored, body: Body, kind: str) -> Finding:
    columns = [column for field, column in _SAME if getattr(body, field) != getattr(row, column)]
    columns += ["kind"] if kind != row.kind else []
    if columns == ["seq"]:
        return _about(row, "reordered", f"recorded as number {body.seq}")
    return _about(row, "column-changed", ", ".join(columns))


def _about(row: Stored, kind: str, detail: str = "") -> Finding:
    return Finding(kind, detail, row.asset_id, row.id, row.seq)
