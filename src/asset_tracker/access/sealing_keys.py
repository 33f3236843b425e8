"""The keys that phones seal their queues to: private halves in the data folder, public ones in the database.

One pair of keys (X25519 and P-256) is in use at a time; the first is made when the first phone registers.
Earlier ones go on opening what was sealed to them, as long as their files are there.
"""

from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.sealed_box import Private, UnopenableError, public_bytes
from asset_tracker.access.tables import sealing_key
from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.errors import UnavailableError
from asset_tracker.ledger.keys import FOLDER, keep_pem

Algorithm = Literal["X25519", "P-256"]
_k = sealing_key.c


class SealingKey(msgspec.Struct, frozen=True):
    """The public halves of the key in use, as raw bytes."""

    id: str
    x25519: bytes
    p256: bytes


class SealingKeyMissingError(UnavailableError):
    """The private key that queues are sealed to is not in the data folder."""

    code = "sealing-key-missing"


@by_system
async def in_use(conn: AsyncConnection, data_dir: Path) -> SealingKey:
    """The key to seal to now; the first of all is made here."""
    found = await _current(conn)
    if found is None:
        await advisory_lock(conn, "sealing key")
        found = await _current(conn)
    return found or await _make(conn, data_dir)


@by_system
async def rotate(conn: AsyncConnection, data_dir: Path) -> SealingKey:
    """Put a new key in place of the one in use; what was sealed to earlier ones can still be opened."""
    await advisory_lock(conn, "sealing key")
    await conn.execute(update(sealing_key).where(_k.until.is_(None)).values(until=func.now()))
    return await _make(conn, data_dir)


async def private_key(conn: AsyncConnection, data_dir: Path, key_id: str, algorithm: Algorithm) -> Private:
    """The private half of a key of ours. Raises UnopenableError for a foreign one, SealingKeyMissingError."""
    row = (await conn.execute(select(sealing_key).where(_k.id == key_id))).first()
    if row is None:
        raise UnopenableError
    path = _path(data_dir, key_id, algorithm)
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except (FileNotFoundError, ValueError) as error:
        raise SealingKeyMissingError from error
    public = row.x25519 if algorithm == "X25519" else row.p256
    if not isinstance(found, (X25519PrivateKey, ec.EllipticCurvePrivateKey)) or public_bytes(found) != public:
        raise SealingKeyMissingError
    return found


async def _current(conn: AsyncConnection) -> SealingKey | None:
    row = (await conn.execute(select(_k.id, _k.x25519, _k.p256).where(_k.until.is_(None)))).first()
    return SealingKey(*row) if row else None


async def _make(conn: AsyncConnection, data_dir: Path) -> SealingKey:
    x25519, p256 = X25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    made = SealingKey(public_bytes(x25519)[:8].hex(), public_bytes(x25519), public_bytes(p256))
    # The files first: what is sealed to a key that only the database knew could never be opened.
    keep_pem(_path(data_dir, made.id, "X25519"), x25519)
    keep_pem(_path(data_dir, made.id, "P-256"), p256)
    await conn.execute(insert(sealing_key).values(id=made.id, x25519=made.x25519, p256=made.p256))
    return made


def _path(data_dir: Path, key_id: str, algorithm: Algorithm) -> Path:
    return data_dir / FOLDER / f"sealing-{key_id}-{algorithm.lower()}.pem"
