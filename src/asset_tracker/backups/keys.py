"""The keys of an installation, handled apart from its backups: whoever holds both can speak for it."""

import base64
import os
from pathlib import Path
from typing import Final

import msgspec

from asset_tracker.backups.archive import BackupError
from asset_tracker.ledger.keys import FOLDER
from asset_tracker.settings import Settings

FORMAT: Final = 1


class KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret key, and the private keys that sign checkpoints (file name -> base64)."""

    format: int
    secret_key: str
    signing: dict[str, str]


def save_keys(settings: Settings, target: Path) -> None:
    """Write the keys into a new file that only its owner can read. Raises BackupError if it exists."""
    folder = settings.data_dir / FOLDER
    signing = {
        path.name: base64.b64encode(path.read_bytes()).decode() for path in sorted(folder.glob("*.pem"))
    }
    made = KeyFile(format=FORMAT, secret_key=settings.secret_key or "", signing=signing)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupError("%(file)s exists already.", file=str(target)) from error
    with os.fdopen(handle, "wb") as out:
        out.write(msgspec.json.encode(made))
        out.flush()
        os.fsync(out.fileno())


def read_keys(source: Path) -> KeyFile:
    """The keys in a file of ``save_keys``. Raises BackupError."""
    try:
        found = msgspec.json.decode(source.read_bytes(), type=KeyFile)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError("%(file)s holds no keys of ours.", file=str(source)) from error
    if found.format != FORMAT or any("/" in name or not name.endswith(".pem") for name in found.signing):
        raise BackupError("%(file)s holds no keys of ours.", file=str(source))
    return found


def place_keys(keys: KeyFile, data_dir: Path) -> None:
    """Put the keys where the program looks for them, in place of a secret key that a first start made."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = {folder / name: base64.b64decode(text) for name, text in keys.signing.items()}
    wanted[data_dir / "secret-key"] = keys.secret_key.encode()
    for path, data in wanted.items():
        draft = path.with_name(path.name + ".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
