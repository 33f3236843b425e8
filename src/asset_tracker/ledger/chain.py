"""Canonical bytes, salted commitments and the hash chain of an asset [pure].

An event's body is its JSON in the canonical form of RFC 8785. Personal and location values (and what
the device is called) stand in it as ``{"sha256": commitment}`` where
``commitment = SHA-256(salt || canonical(value))``; salt and value are kept beside the body (the
*opening*) and nowhere else, and deleting them erases the value without breaking the chain. ``hash = SHA-256(previous hash || body)``, the first event's previous hash being 32 zeros.

No payload holds a floating-point number and all keys are ASCII, so sorted msgspec JSON *is* RFC 8785;
a test holds the two against each other.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from uuid import UUID

import msgspec

from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.events import KINDS, PRIVATE

GENESIS = bytes(32)
VERSION = 1
Opening = dict[str, tuple[str, Any]]
# Under which the device stands among the openings; no payload has a field of this name.
DEVICE = "device"

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
canonical = _encoder.encode


class Body(msgspec.Struct, frozen=True, gc=False):
    """The hashed document, as decoded from its bytes."""

    v: int
    id: UUID
    asset: UUID
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    programme: UUID | None
    device: dict[str, str] | None
    operation: UUID | None
    supersedes: UUID | None
    nonce: str
    payload: Any  # a Struct on its way in, a dict when it is read back


_decode_body = msgspec.json.Decoder(Body).decode


def commitment(salt: str, value: Any) -> str:
    """SHA-256 over the salt's bytes and the canonical value, in hexadecimal."""
    return sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def _commit(name: str, value: Any, salt: str, opening: Opening) -> dict[str, str]:
    opening[name] = (salt, value)
    return {"sha256": commitment(salt, value)}


def seal(
    draft: Draft, *, seq: int, recorded_at: datetime, actor: UUID, programme: UUID | None
) -> tuple[bytes, Opening]:
    """The canonical bytes of an event and the openings of its private values."""
    payload = draft.payload
    names = PRIVATE[draft.kind]
    # The system is asked once for all the randomness of the event: a nonce, and a salt for each value.
    chance = token_bytes(16 * (len(names) + 2)).hex()
    salts = (chance[place : place + 32] for place in range(32, len(chance), 32))
    opening: Opening = {}
    private = {
        name: _commit(name, value, next(salts), opening)
        for name in names
        if (value := getattr(payload, name)) is not None
    }
    if private:
        # Only to be written out: msgspec does not look at types when it replaces and encodes.
        payload = msgspec.structs.replace(payload, **private)
    device = None if draft.device is None else _commit(DEVICE, draft.device, next(salts), opening)
    body = canonical(
        Body(
            v=VERSION,
            id=draft.id,
            asset=draft.asset,
            seq=seq,
            occurred_at=draft.occurred_at.astimezone(UTC),
            recorded_at=recorded_at,
            actor=actor,
            programme=programme,
            device=device,
            operation=draft.operation,
            supersedes=draft.supersedes,
            nonce=chance[:32],
            payload=payload,
        )
    )
    return body, opening


def link(prev_hash: bytes, body: bytes) -> bytes:
    """The hash that the next event of the asset builds on."""
    return sha256(prev_hash + body).digest()


def repeats(draft: Draft, body: bytes, opening: Mapping[str, Any] | None) -> bool:
    """Whether a draft says what the stored event of its id says; what was erased counts as the same."""
    event = opened(body, opening)
    kept = opening or {}
    erased = dict.fromkeys(
        name for name in _decode_body(body).payload if name in PRIVATE[event.kind] - kept.keys()
    )
    said = msgspec.structs.replace(draft.payload, **erased) if event.kind == draft.kind else draft.payload
    return (event.asset, event.occurred_at, event.supersedes, event.payload) == (
        draft.asset,
        draft.occurred_at,
        draft.supersedes,
        said,
    ) and (event.device == draft.device or DEVICE not in kept)


def opened(body: bytes, opening: Mapping[str, Any] | None) -> Event:
    """The event that the bytes hold, its private values put back where their opening still stands."""
    document = _decode_body(body)
    payload = document.payload
    kind = payload["kind"]
    for name in PRIVATE[kind]:
        if name in payload:
            if opening and name in opening:
                payload[name] = opening[name][1]
            else:
                del payload[name]
    return Event(
        id=document.id,
        asset=document.asset,
        seq=document.seq,
        occurred_at=document.occurred_at,
        recorded_at=document.recorded_at,
        actor=document.actor,
        programme=document.programme,
        device=opening[DEVICE][1] if opening and DEVICE in opening else None,
        operation=document.operation,
        supersedes=document.supersedes,
        # Into the one kind: msgspec looks a union of them all up anew each time (63 µs, not 0.4).
        payload=msgspec.convert(payload, KINDS[kind]),
    )
