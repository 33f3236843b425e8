"""Queues of phones, sealed to a public key of the server [pure].

Only the server can open what is sealed: not whoever finds the phone, nor whoever carries the file.
``docs/devices.md`` describes the format for whoever writes the other side. One box is

    shared = ECDH(ephemeral, server)                        a phone without a key
    shared = ECDH(ephemeral, server) || ECDH(phone, server)  a phone that registered its public key
    key    = HKDF-SHA-256(shared, salt = ephemeral public key, info)
    info   = "asset-tracker sealed v1|" key_id "|" device "|" mode
    ct     = AES-256-GCM(key, iv, plaintext, additional data = info)

with X25519 or P-256 (raw public keys of 32 bytes, or 65 uncompressed). The second agreement proves that
the box was closed by the phone: nobody else holds its private key, and the server's opens either.
"""

import base64
import binascii
import os
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta

from asset_tracker.access.clocks import Reading
from asset_tracker.errors import InvalidError

VERSION: Final = 1
FORMAT: Final = "asset-tracker-sealed"
MAX_BOXES: Final = 10_000
Mode = Literal["anonymous", "device"]
Private = X25519PrivateKey | ec.EllipticCurvePrivateKey
_Base64 = Annotated[str, Meta(max_length=40_000_000)]


class Box(msgspec.Struct, frozen=True):
    """One sealed text; each value in base64. ``ct`` ends with the tag of 16 bytes."""

    epk: Annotated[str, Meta(max_length=200)]
    iv: Annotated[str, Meta(max_length=24)]
    ct: _Base64


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The file. ``mode`` tells whether the phone proved itself.

    ``sent``: what the phone's clocks say as it sends the file itself, which no box can tell; a file that
    somebody carries has none.
    """

    format: Literal["asset-tracker-sealed"]
    v: Literal[1]
    key_id: Annotated[str, Meta(max_length=64)]
    device: UUID
    boxes: Annotated[tuple[Box, ...], Meta(min_length=1, max_length=MAX_BOXES)]
    alg: Literal["X25519", "P-256"] = "X25519"
    mode: Mode = "anonymous"
    sent: Reading | None = None


class UnopenableError(InvalidError):
    """It cannot be opened: it was sealed for another server, altered, or not closed by this phone."""

    code = "unopenable"


def unseal(sealed: Sealed, box: Box, server: Private, device_key: bytes | None) -> bytes:
    """What stands in the box. ``device_key``: the phone's registered public key, for mode ``device``.

    Raises UnopenableError.
    """
    if (sealed.mode == "device") != (device_key is not None):
        raise UnopenableError
    try:
        epk, iv, ct = (base64.b64decode(text, validate=True) for text in (box.epk, box.iv, box.ct))
        shared = _agree(server, epk) + (_agree(server, device_key) if device_key else b"")
        info = info_of(sealed.key_id, sealed.device, sealed.mode)
        return AESGCM(_key(shared, epk, info)).decrypt(iv, ct, info)
    except (ValueError, TypeError, binascii.Error, InvalidTag) as error:
        raise UnopenableError from error


def seal(
    plain: bytes, *, key_id: str, device: UUID, server_public: bytes, device_private: Private | None = None
) -> Box:
    """A box as a phone closes it (the phones do it in JavaScript; this is what they are tested against)."""
    ephemeral: Private
    if len(server_public) == 32:
        ephemeral = X25519PrivateKey.generate()
    else:
        ephemeral = ec.generate_private_key(ec.SECP256R1())
    epk, iv = public_bytes(ephemeral), os.urandom(12)
    mode: Mode = "device" if device_private else "anonymous"
    shared = _agree(ephemeral, server_public)
    if device_private:
        shared += _agree(device_private, server_public)
    info = info_of(key_id, device, mode)
    ct = AESGCM(_key(shared, epk, info)).encrypt(iv, plain, info)
    return Box(*(base64.b64encode(each).decode() for each in (epk, iv, ct)))


def info_of(key_id: str, device: UUID, mode: Mode) -> bytes:
    """What binds a box to its server's key, its phone and the way it was closed."""
    return f"asset-tracker sealed v1|{key_id}|{device}|{mode}".encode()


def public_bytes(private: Private) -> bytes:
    """The raw public half: 32 bytes of X25519, 65 of P-256."""
    if isinstance(private, X25519PrivateKey):
        return private.public_key().public_bytes_raw()
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_public_key(raw: bytes) -> bool:
    """Whether these are the bytes of a public key that a phone may have."""
    try:
        if len(raw) == 32:
            X25519PublicKey.from_public_bytes(raw)
        else:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return False
    return True


def _agree(private: Private, public: bytes) -> bytes:
    if isinstance(private, X25519PrivateKey):
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return private.exchange(ec.ECDH(), other)


def _key(shared: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(shared)
