"""The file of a backup: a tar of one dump, the stored files, and a manifest that vouches for them.

The manifest comes last and bears the SHA-256 of every member and a MAC under a key derived from the
installation's secret key, so that a foreign or altered archive is refused before anything is restored:
a dump is a program, and whoever can change it could otherwise have it run.
Reading trusts nothing: plain files with the names that we write, each once, and no more bytes than said.
"""

import hmac
import re
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Final, NamedTuple

import msgspec

from asset_tracker.errors import AssetTrackerError

FORMAT: Final = 1
DUMP, MANIFEST, MAC = "database.dump", "manifest.json", "manifest.mac"
_FILE = re.compile(r"files/[0-9a-f]{64}")
_CHUNK = 1 << 20
_MAX_MANIFEST = 1 << 28


class BackupError(AssetTrackerError):
    """The backup cannot be used."""

    code = "backup"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. ``rows`` by table; ``members`` name -> SHA-256; ``made_at`` UTC."""

    format: int
    made_at: datetime
    revision: str
    rows: dict[str, int]
    members: dict[str, str]


class Member(NamedTuple):
    """One member being read: ``chunks`` must be used up before the next is asked for."""

    name: str
    chunks: Iterator[bytes]


class Writer:
    """Writes members one after the other, and remembers their hashes."""

    def __init__(self, out: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - finish closes it
        self.hashes: dict[str, str] = {}

    def add(self, name: str, data: BinaryIO, size: int) -> None:
        """One member of ``size`` bytes."""
        hashed = _Hashed(data)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, hashed)
        self.hashes[name] = hashed.digest.hexdigest()

    def finish(self, manifest: Callable[[dict[str, str]], Manifest], key: bytes) -> Manifest:
        """The manifest over all members, and the end of the archive."""
        made = manifest(dict(self.hashes))
        body = msgspec.json.encode(made)
        self.add(MANIFEST, BytesIO(body), len(body))
        code = mac(key, body)
        self.add(MAC, BytesIO(code), len(code))
        self._tar.close()
        return made


def mac(key: bytes, manifest: bytes) -> bytes:
    """HMAC-SHA-256 of the manifest, in hexadecimal."""
    return hmac.new(key, manifest, sha256).hexdigest().encode()


def mac_key(secret_key: str) -> bytes:
    """The key for manifests, derived from the secret key for this purpose alone."""
    return hmac.new(secret_key.encode(), b"asset-tracker backup manifest", sha256).digest()


def unpack(source: BinaryIO, folder: Path, key: bytes) -> Manifest:
    """Unpack into the empty ``folder``: ``database.dump`` and ``files/<sha256>``; the manifest, checked.

    Raises BackupError for whatever is not an unaltered backup of this installation.
    """
    try:
        return _unpack(source, folder, key)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(
            "This is no backup of ours, or it is damaged: %(what)s", what=str(error)[:200]
        ) from error


def _unpack(source: BinaryIO, folder: Path, key: bytes) -> Manifest:
    (folder / "files").mkdir()
    hashes: dict[str, str] = {}
    small: dict[str, bytes] = {}
    for member in _members(source):
        if member.name in hashes:
            raise BackupError("%(name)s stands in the archive twice.", name=member.name)
        if member.name in (MANIFEST, MAC):
            small[member.name] = b"".join(member.chunks)
            hashes[member.name] = ""
            continue
        hashes[member.name] = _keep(member.chunks, folder / member.name)
    found = {name: digest for name, digest in hashes.items() if name not in small}
    return _checked(small, found, key)


def _checked(small: dict[str, bytes], found: dict[str, str], key: bytes) -> Manifest:
    body = small.get(MANIFEST)
    if body is None or MAC not in small:
        raise BackupError("The archive ends too early; its manifest is missing.")
    if not hmac.compare_digest(mac(key, body), small[MAC]):
        raise BackupError("It was not made by this installation, or it was altered; or the keys are others.")
    manifest = msgspec.json.decode(body, type=Manifest)
    if manifest.format != FORMAT:
        raise BackupError(
            "This backup has format %(format)s, which this program does not know.", format=manifest.format
        )
    for name in manifest.members.keys() | found.keys():
        if manifest.members.get(name) != found.get(name):
            raise BackupError("%(name)s was altered, is missing, or was added.", name=name)
    return manifest


def _members(source: BinaryIO) -> Iterator[Member]:
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for info in tar:
            _refuse_strange(info)
            data = tar.extractfile(info)
            assert data is not None  # noqa: S101 - tarfile's answer for what is no plain file
            yield Member(info.name, _chunks(data))


def _chunks(data: IO[bytes]) -> Iterator[bytes]:
    while chunk := data.read(_CHUNK):
        yield chunk


def _refuse_strange(info: tarfile.TarInfo) -> None:
    ours = info.name in (DUMP, MANIFEST, MAC) or _FILE.fullmatch(info.name)
    if not info.isreg() or not ours or info.issparse():
        raise BackupError(
            "The archive holds something that a backup does not: %(name)s", name=repr(info.name)[:200]
        )
    if info.name in (MANIFEST, MAC) and info.size > _MAX_MANIFEST:
        raise BackupError("The archive holds something that a backup does not: %(name)s", name=info.name)


def _keep(chunks: Iterator[bytes], path: Path) -> str:
    digest = sha256()
    with path.open("xb") as out:
        for chunk in chunks:
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


class _Hashed:
    """A readable that hashes what is read from it."""

    def __init__(self, data: BinaryIO) -> None:
        self._data, self.digest = data, sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._data.read(size)
        self.digest.update(chunk)
        return chunk
