"""Canonical bytes, salted commitments and the hash chain of an asset [pure].

An event's body is its JSON in the canonical form of RFC 8785. Personal and location values (and what
the device is called) stand in it as ``{"sha256": commitment}`` where
``commitment = SHA-256(salt || canonical(value))``; salt and value are kept beside the body (the
*opening*) and nowhere else, and deleting them erases the value without breaking the chain. ``hash = SHA-256(previous hash || body)``, the first event's previous hash being 32 zeros.

Each funding share of a registration is committed to by itself, under ``share_0``, ``share_1``, ..., so that a
donor can be shown their own share and nobody else's. Registrations of before have ``shares`` in clear.

No payload holds a floating-point number and all keys are ASCII, so sorted msgspec JSON *is* RFC 8785;
a test holds the two against each other.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_bytes
from struct import Struct
from typing import Any
from uuid import UUID

import msgspec

from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.events import KINDS, PRIVATE, Payload, Registered

GENESIS = bytes(32)
VERSION = 1
Opening = dict[str, tuple[str, Any]]
Sealed = tuple[bytes, Opening]
Draw = Callable[[], bytes]
# Under which the device stands among the openings; no payload has a field of this name.
DEVICE = "device"
# Under which the first, second, ... funding share of a registration stands; no payload has such fields.
SHARE = "share_"

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
canonical = _encoder.encode
_set = msgspec.structs.force_setattr


class Body(msgspec.Struct, frozen=True, gc=False):
    """The hashed document, as decoded from its bytes.

    The fields stand in the order of their names, as they do in the bytes: so they are quickest found and written.
    """

    actor: UUID
    asset: UUID
    device: dict[str, str] | None
    id: UUID
    nonce: str
    occurred_at: datetime
    operation: UUID | None
    payload: Any  # a Struct on its way in, a dict when it is read back
    programme: UUID | None
    recorded_at: datetime
    seq: int
    supersedes: UUID | None
    v: int


_decode_body = msgspec.json.Decoder(Body).decode
_decode_bodies = msgspec.json.Decoder(Body).decode_lines
_decode_openings = msgspec.json.Decoder(Opening | None).decode_lines


# For each payload, the names of its fields that stand as commitments.
_PRIVATE_OF: dict[type[Payload], tuple[str, ...]] = {
    struct: tuple(sorted(PRIVATE[kind])) for kind, struct in KINDS.items()
}
_SALT = 16
_salts = Struct(f"{_SALT}s").iter_unpack


class Chance:
    """Random bytes, which the system is asked for once for very many events.

    ``draw()`` answers sixteen bytes that nobody was given before.
    """

    def __init__(self, events: int = 1) -> None:
        # A generator's own step: called three times an event, a method would be felt.
        self.draw: Draw = _drawn(min(events, 1000) * 4).__next__


def _drawn(at_once: int) -> Iterator[bytes]:
    while True:
        for (salt,) in _salts(token_bytes(at_once * _SALT)):
            yield salt


def commitment(salt: str, value: Any) -> str:
    """SHA-256 over the salt's bytes and the canonical value, in hexadecimal."""
    return sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def written(value: UUID | datetime | None) -> msgspec.Raw:
    """The value as it stands in canonical bytes."""
    return msgspec.Raw(canonical(value))


def seal(
    draft: Draft,
    *,
    seq: int,
    recorded_at: datetime | msgspec.Raw,
    actor: UUID | msgspec.Raw,
    programme: UUID | msgspec.Raw | None,
    chance: Chance | None = None,
) -> Sealed:
    """The canonical bytes of an event and the openings of its private values; times are in UTC.

    What stands in very many events may be handed in ``written``.
    """
    return sealed(draft, draft.asset, seq, recorded_at, actor, programme, (chance or Chance()).draw)


def sealed(
    draft: Draft, asset: Any, seq: int, recorded_at: Any, actor: Any, programme: Any, draw: Draw
) -> Sealed:
    """``seal`` for very many; its arguments are told by their places, since finding names would be felt."""
    payload = draft.payload
    said: Any = payload
    opening: Opening = {}
    for name in _PRIVATE_OF[payload.__class__]:
        value = getattr(payload, name)
        if value is not None:
            salt = draw()
            opening[name] = (salt.hex(), value)
            if said is payload:
                said = payload.__copy__()
            # Only to be written out: msgspec does not look at types when it sets and encodes.
            _set(said, name, {"sha256": sha256(salt + canonical(value)).hexdigest()})
    if payload.__class__ is Registered and payload.shares:
        said = msgspec.to_builtins(said)
        del said["shares"]
        for number, share in enumerate(payload.shares):
            salt, name = draw(), f"{SHARE}{number}"
            opening[name] = (salt.hex(), share)
            said[name] = {"sha256": sha256(salt + canonical(share)).hexdigest()}
    device = None
    if draft.device is not None:
        salt = draw()
        opening[DEVICE] = (salt.hex(), draft.device)
        device = {"sha256": sha256(salt + canonical(draft.device)).hexdigest()}
    occurred_at = draft.occurred_at
    body = Body(
        actor,
        asset,
        device,
        draft.id,
        draw().hex(),
        occurred_at if occurred_at.tzinfo is UTC else occurred_at.astimezone(UTC),
        draft.operation,
        said,
        programme,
        recorded_at,
        seq,
        draft.supersedes,
        VERSION,
    )
    return canonical(body), opening


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


def _shares(payload: dict[str, Any], opening: Mapping[str, Any]) -> list[Any]:
    """Take the committed shares out of the payload; answers those whose opening is there."""
    committed = [name for name in payload if name.startswith(SHARE)]
    for name in committed:
        del payload[name]
    in_order = (f"{SHARE}{number}" for number in range(len(committed)))
    return [opening[name][1] for name in in_order if name in opening]


def uncovered(payload: dict[str, Any], opening: Mapping[str, Any] | None) -> dict[str, Any]:
    """The decoded payload (which is changed) with its private values put back where their opening still stands."""
    opening = opening or {}
    if f"{SHARE}0" in payload:
        payload["shares"] = _shares(payload, opening)
    for name in PRIVATE[payload["kind"]]:
        if name in payload:
            if name in opening:
                payload[name] = opening[name][1]
            else:
                del payload[name]
    return payload


def device_of(opening: Mapping[str, Any] | None) -> str | None:
    """What the device was called, if its opening still stands."""
    return str(opening[DEVICE][1]) if opening and DEVICE in opening else None


def opened(body: bytes, opening: Mapping[str, Any] | None) -> Event:
    """The event that the bytes hold, its private values put back where their opening still stands."""
    return _event(_decode_body(body), opening)


def opened_lines(bodies: bytes, openings: str) -> list[Event]:
    """The same of many, each on a line of its own; an opening is ``null`` where nothing is private.

    Neither holds a break of lines within: JSON escapes it.
    """
    return list(map(_event, _decode_bodies(bodies), _decode_openings(openings)))


def _event(document: Body, opening: Mapping[str, Any] | None) -> Event:
    payload = uncovered(document.payload, opening)
    return Event(
        id=document.id,
        asset=document.asset,
        seq=document.seq,
        occurred_at=document.occurred_at,
        recorded_at=document.recorded_at,
        actor=document.actor,
        programme=document.programme,
        device=device_of(opening),
        operation=document.operation,
        supersedes=document.supersedes,
        # Into the one kind: msgspec looks a union of them all up anew each time (63 µs, not 0.4).
        payload=msgspec.convert(payload, KINDS[payload["kind"]]),
    )
