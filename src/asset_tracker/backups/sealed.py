"""Backups on the disk: whole or not there at all, and encrypted for a recipient's key if there is one.

The key is an age key (X25519). Its secret half is not needed to make backups and is kept elsewhere.
The plain archive lies for a while in a private folder beside, on the machine whose database it is.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage

from asset_tracker.backups.archive import BackupError

_AGE = b"age-encryption.org/"


@contextmanager
def new_backup(target: Path, recipient: str | None) -> Iterator[Path]:
    """Where to write the archive; ``target`` appears when the block ended well and all is on the disk.

    Raises BackupError when the recipient is no age key.
    """
    keys = [_recipient(recipient)] if recipient else []
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        plain = Path(folder) / "plain"
        yield plain
        done = plain
        if keys:
            done = Path(folder) / "encrypted"
            pyrage.encrypt_file(str(plain), str(done), keys)
        done.chmod(0o600)
        _sync(done)
        done.replace(target)
        _sync(target.parent)


@contextmanager
def opened_backup(source: Path, identity: Path | None, folder: Path) -> Iterator[Path]:
    """The plain archive of a backup; ``folder`` takes it while the block runs, if it was encrypted.

    ``identity`` is the file with the secret key. Raises BackupError.
    """
    with source.open("rb") as backup:
        is_encrypted = backup.read(len(_AGE)) == _AGE
    if not is_encrypted:
        yield source
        return
    if identity is None:
        raise BackupError("This backup is encrypted: name the file with the secret key (--identity).")
    plain = folder / "plain"
    try:
        pyrage.decrypt_file(str(source), str(plain), _identities(identity))
    except pyrage.DecryptError as error:
        raise BackupError("The backup could not be decrypted: %(what)s", what=str(error)) from error
    try:
        yield plain
    finally:
        plain.unlink()


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise BackupError("The recipient is no age key (age1...).") from error


def _identities(path: Path) -> list[pyrage.x25519.Identity]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY")]
    except pyrage.IdentityError as error:
        raise BackupError("The file of the secret key holds none.") from error
    if not found:
        raise BackupError("The file of the secret key holds none.")
    return found


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
