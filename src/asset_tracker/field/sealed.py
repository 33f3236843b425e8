"""A phone's queue as a sealed file, brought by somebody else or from another device.

A file that proves that its phone closed it (``sealed_box``, mode ``device``) is worth as much as the phone:
its events are recorded in the name of the phone's owner, whoever brings it. One that proves nothing is the
bringer's own queue or nobody's: what is in it then waits in quarantine. Twice is once: events have ids.
"""

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices, sealing_keys
from asset_tracker.access.actors import Actor
from asset_tracker.access.clocks import Reading
from asset_tracker.access.permissions import require
from asset_tracker.access.sealed_box import Sealed, UnopenableError, unseal
from asset_tracker.access.sessions import actor_of
from asset_tracker.assets import field
from asset_tracker.assets.field import MAX_BATCH, EventOutcome
from asset_tracker.db.wall import as_system
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError, NotFoundError
from asset_tracker.files.service import store_photo, store_signature
from asset_tracker.files.storage import Storage
from asset_tracker.files.uploads import UploadKind

MAX_EVENTS = 10_000
_UNPROVEN = "Nothing proves that this came from the phone that it names."
_FOREIGN = "This was in the queue of another phone."


class Photo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo in a box: its bytes in base64, and their hash; or what somebody signed on the glass."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    photo: str
    kind: UploadKind = "photo"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: an outcome for each event in its order, and how many photos were kept."""

    device: UUID
    outcomes: tuple[EventOutcome, ...]
    photos: int


async def hand_in(
    conn: AsyncConnection, storage: Storage, data_dir: Path, actor: Actor, sealed: Sealed
) -> Opened:
    """Open a file and take in what is in it.

    Raises UnopenableError when one box of it cannot be opened: then nothing of it is taken.
    """
    try:
        owner, public = await devices.key_of(conn, sealed.device)
    except NotFoundError:
        owner, public = None, None
    server = await sealing_keys.private_key(conn, data_dir, sealed.key_id, sealed.alg)
    proof = public if sealed.mode == "device" else None
    events, photos = _contents([unseal(sealed, box, server, proof) for box in sealed.boxes])
    proven = sealed.mode == "device" or owner == actor.id
    if not proven:
        require(actor, "event.record")
    # Who carries it sees less than whose it is; what each may record stands in the conditions of ``field``.
    async with as_system(conn):
        whose = await actor_of(conn, owner) if owner and proven else actor
        # Only the phone's own session can know when it sends; what is carried was sent by nobody yet.
        sent = sealed.sent if owner == actor.id else None
        outcomes = await _receive(conn, actor, whose, sealed.device, events, proven=proven, sent=sent)
    kept = 0
    for photo in photos if proven else ():
        kept += await _keep(conn, storage, whose.id, photo)
    return Opened(device=sealed.device, outcomes=tuple(outcomes), photos=kept)


async def _receive(
    conn: AsyncConnection,
    actor: Actor,
    whose: Actor,
    device: UUID,
    events: Sequence[msgspec.Raw],
    *,
    proven: bool,
    sent: Reading | None,
) -> list[EventOutcome]:
    outcomes: list[EventOutcome] = []
    for start in range(0, len(events), MAX_BATCH):
        batch = events[start : start + MAX_BATCH]
        aside = {n: _why_not(raw, device, proven=proven) for n, raw in enumerate(batch)}
        rest = [raw for n, raw in enumerate(batch) if aside[n] is None]
        taken = iter(await field.receive(conn, whose, rest, handed_by=actor.id, sent=sent))
        for n, raw in enumerate(batch):
            why = aside[n]
            told = next(taken) if why is None else await field.set_aside(conn, actor, bytes(raw), why)
            # Where the fact stands in the ledger is told to whose it is, not to who carries it.
            outcomes.append(told if whose.id == actor.id else msgspec.structs.replace(told, receipt=None))
    return outcomes


def _why_not(raw: msgspec.Raw, device: UUID, *, proven: bool) -> str | None:
    if not proven:
        return _UNPROVEN
    stamped = field.stamped(bytes(raw))
    return _FOREIGN if stamped is not None and stamped.stamp.id != device else None


def _contents(plains: Sequence[bytes]) -> tuple[list[msgspec.Raw], list[Photo]]:
    """A box holds an event, a list of events, or a photo."""
    events: list[msgspec.Raw] = []
    photos: list[Photo] = []
    for plain in plains:
        try:
            said: Any = msgspec.json.decode(plain)
            if isinstance(said, list):
                events += msgspec.json.decode(plain, type=list[msgspec.Raw])
            elif isinstance(said, dict) and "photo" in said:
                photos.append(msgspec.convert(said, Photo))
            else:
                events.append(msgspec.Raw(plain))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnopenableError from error
    if len(events) > MAX_EVENTS:
        wrong = FieldError("boxes", "A list of 1 to %(n)s events is expected.", {"n": MAX_EVENTS})
        raise InvalidError(errors=(wrong,))
    return events, photos


async def _keep(conn: AsyncConnection, storage: Storage, whose: UUID, photo: Photo) -> bool:
    """Whether the photo is one: a broken one must not keep the facts out."""
    try:
        data = base64.b64decode(photo.photo, validate=True)
        if sha256(data).hexdigest() != photo.sha256:
            return False
        async with conn.begin_nested():
            store = store_signature if photo.kind == "signature" else store_photo
            await store(conn, storage, whose, data)
    except (ValueError, binascii.Error, AssetTrackerError):
        return False
    return True
