"""Signed notes and checkpoints, as C2SP signed-note and tlog-checkpoint describe them [pure].

A note is text that ends in a newline, an empty line, and a line for each signature::

    example.org/ledger
    1024
    <root, base64>
    made 2026-07-30T10:00:00Z

    — example.org/ledger <base64 of the four bytes of the key's id and the Ed25519 signature>

The first line of a checkpoint is the *origin*, the name of the log; ours is also the name of its keys.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "


class NoteError(ValueError):
    """The text is not a note, or not a checkpoint."""


class VerifyKey(msgspec.Struct, frozen=True):
    """A public key (32 bytes) and the name it signs under, which holds neither space nor plus."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that tell this key from others of the name."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"


class Head(msgspec.Struct, frozen=True):
    """What a checkpoint says: the log, how many leaves it has, their root, when that was signed."""

    origin: str
    size: int
    root: bytes
    made_at: datetime | None = None


def sign(text: str, name: str, *keys: Ed25519PrivateKey) -> str:
    """The note over ``text``, which ends in a newline, with a signature of each key."""
    lines = []
    for key in keys:
        known = VerifyKey(name, key.public_key().public_bytes_raw())
        lines.append(f"{_DASH}{name} {b64encode(known.id + key.sign(text.encode())).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def signers(note: str, keys: Iterable[VerifyKey]) -> list[VerifyKey]:
    """Those of the keys whose signature stands under the note and is right. Raises NoteError.

    A signature by one of these keys that is wrong makes the whole note wrong.
    """
    text, _, below = note.rpartition("\n\n")
    if not text or not below.endswith("\n"):
        raise NoteError("a note ends in an empty line and signatures")
    known = {(key.name, key.id): key for key in keys}
    found = []
    for line in below[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            signature = b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise NoteError("a signature is not base64") from error
        if not line.startswith(_DASH) or len(signature) < 5:
            raise NoteError("a line below the text is no signature")
        if key := known.get((name, signature[:4])):
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature as error:
                raise NoteError("a signature does not belong to the text") from error
            found.append(key)
    return found


def checkpoint_text(head: Head) -> str:
    """The text that is signed for a checkpoint."""
    made = f"made {_instant(head.made_at)}\n" if head.made_at else ""
    return f"{head.origin}\n{head.size}\n{b64encode(head.root).decode()}\n{made}"


def read_checkpoint(note: str) -> Head:
    """What a checkpoint says; whether anybody signed it, ``signers`` tells. Raises NoteError."""
    text, separator, _ = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not lines[0]:
        raise NoteError("a checkpoint has an origin, a size and a root")
    origin, size, root, *more = lines
    try:
        head = Head(origin, int(size), b64decode(root, validate=True), _made_at(more))
    except ValueError as error:  # binascii.Error is one
        raise NoteError("a checkpoint has a size in digits and a root in base64") from error
    if str(head.size) != size or head.size < 0 or len(head.root) != 32:
        raise NoteError("a checkpoint has a size in digits and a root of 32 bytes")
    return head


def rotation_text(old: VerifyKey, new: VerifyKey, size: int, at: datetime) -> str:
    """What both keys sign when one takes over from the other, after a checkpoint of ``size``."""
    return f"{new.name}\nkey rotation\nold {old}\nnew {new}\nafter {size}\nmade {_instant(at)}\n"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _made_at(lines: list[str]) -> datetime | None:
    for line in lines:
        if line.startswith("made "):
            return datetime.fromisoformat(line.removeprefix("made "))
    return None
