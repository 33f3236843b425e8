"""The keys that sign checkpoints: private ones in the data folder, public ones in the database.

One key is in use at a time. The first is made when something is sealed for the first time; ``rotate``
puts another in its place by a statement that both sign. All keys bear the name of the log (its
*origin*), which stays what it was at the first start even if the address of the site changes.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.engine import advisory_lock
from asset_tracker.errors import UnavailableError
from asset_tracker.ledger.notes import VerifyKey, rotation_text, sign
from asset_tracker.ledger.tables_of_log import ledger_checkpoint, ledger_key

FOLDER = "keys"


class KeyMissingError(UnavailableError):
    """The private key of the ledger is not in the data folder."""

    code = "ledger-key-missing"


class Signer(msgspec.Struct, frozen=True):
    """The key in use, able to sign."""

    known: VerifyKey
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """The note over ``text``."""
        return sign(text, self.known.name, self.private)


class KnownKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of the log: from when to when (UTC) it signed, and by what statement it took over."""

    id: str
    verify_key: str
    since: datetime
    until: datetime | None = None
    statement: str | None = None


async def open_signer(conn: AsyncConnection, data_dir: Path, origin: str) -> Signer:
    """The key in use; the first of all is made here, and names the log ``origin`` for good.

    Raises KeyMissingError when the data folder does not hold the private half.
    """
    row = (await conn.execute(_IN_USE)).first()
    if row is None:
        await advisory_lock(conn, "ledger key")
        row = (await conn.execute(_IN_USE)).first()
    if row is None:
        return await _make(conn, data_dir, origin)
    return _load(data_dir, VerifyKey(row.name, row.public_key))


async def rotate(conn: AsyncConnection, data_dir: Path) -> Signer:
    """Put a new key in place of the one in use, by a statement that both sign."""
    await advisory_lock(conn, "ledger key")
    row = (await conn.execute(_IN_USE)).first()
    if row is None:
        raise KeyMissingError("There is no key yet; the first checkpoint makes one.")
    old = _load(data_dir, VerifyKey(row.name, row.public_key))
    private = Ed25519PrivateKey.generate()
    new = VerifyKey(row.name, private.public_key().public_bytes_raw())
    now = datetime.now(UTC)
    size = (await conn.scalar(select(func.max(ledger_checkpoint.c.size)))) or 0
    statement = sign(rotation_text(old.known, new, size, now), row.name, old.private, private)
    _keep(data_dir, new, private)
    await conn.execute(update(ledger_key).where(ledger_key.c.id == old.known.id.hex()).values(until=now))
    await _insert(conn, new, now, statement)
    return Signer(new, private)


async def list_keys(conn: AsyncConnection) -> list[KnownKey]:
    """All public keys of the log, in the order in which they came into use."""
    k = ledger_key.c
    rows = await conn.execute(select(ledger_key).order_by(k.since, k.id))
    return [
        KnownKey(
            id=row.id,
            verify_key=str(VerifyKey(row.name, row.public_key)),
            since=row.since,
            until=row.until,
            statement=row.statement,
        )
        for row in rows
    ]


_IN_USE = select(ledger_key).where(ledger_key.c.until.is_(None))


async def _make(conn: AsyncConnection, data_dir: Path, origin: str) -> Signer:
    private = Ed25519PrivateKey.generate()
    known = VerifyKey(origin, private.public_key().public_bytes_raw())
    # The file first: a key that only the database knew could never sign.
    _keep(data_dir, known, private)
    await _insert(conn, known, datetime.now(UTC), None)
    return Signer(known, private)


async def _insert(conn: AsyncConnection, known: VerifyKey, since: datetime, statement: str | None) -> None:
    row = {"id": known.id.hex(), "name": known.name, "public_key": known.public}
    await conn.execute(insert(ledger_key).values(**row, since=since, statement=statement))


def _path(data_dir: Path, known: VerifyKey) -> Path:
    return data_dir / FOLDER / f"ledger-{known.id.hex()}.pem"


def _keep(data_dir: Path, known: VerifyKey, private: Ed25519PrivateKey) -> None:
    keep_pem(_path(data_dir, known), private)


def keep_pem(path: Path, private: PrivateKeyTypes) -> None:
    """Write a private key into a new file that only its owner reads; when this returns it is on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def _load(data_dir: Path, known: VerifyKey) -> Signer:
    path = _path(data_dir, known)
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except (FileNotFoundError, ValueError) as error:
        raise KeyMissingError(
            "%(path)s does not hold the private key of the ledger; put it back from a backup.", path=str(path)
        ) from error
    if not isinstance(private, Ed25519PrivateKey) or private.public_key().public_bytes_raw() != known.public:
        raise KeyMissingError("%(path)s holds another key than the ledger's.", path=str(path))
    return Signer(known, private)
