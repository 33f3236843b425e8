"""Where the bytes lie: a folder or an object store, by the address in ``STORAGE_URL``.

Objects are named by the SHA-256 of what they contain, so that writing one twice is the same as once.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, Self
from urllib.parse import unquote, urlsplit

import anyio.to_thread
import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as NoSuchObjectError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store, from_url

from asset_tracker.errors import DiskFullError, NotFoundError, TooLargeError, UnavailableError

_PIECE: Final = 1 << 20
_INCOMING: Final = "incoming"
_SIGNING: Final = (S3Store, GCSStore, AzureStore)


class Storage:
    """An object store; ``folder`` is set when it is a folder of this machine."""

    def __init__(self, store: Any, folder: Path | None = None) -> None:
        self._store = store
        self.folder = folder

    @classmethod
    def open(cls, url: str) -> Self:
        """The store at ``url``: ``file:///path`` (the folder is made), ``s3://bucket/prefix`` and the like.

        Keys and region of a cloud are read from its usual environment variables.
        """
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url))
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    async def put(self, sha256: str, data: bytes) -> None:
        """Store ``data``; when this returns it survives a loss of power.

        Raises UnavailableError; DiskFullError, which is one.
        """
        async with self._storing(sha256):
            # Overwriting on purpose: it mends a file that a crash before the sync left short.
            await self._store.put_async(_path(sha256), data)

    async def put_file(self, sha256: str, source: IO[bytes]) -> None:
        """Store what a file holds, a piece at a time, as ``put`` does."""
        async with self._storing(sha256):
            with tempfile.NamedTemporaryFile(prefix="asset-tracker-upload-") as named:
                # a temporary file of its own: what was sent may lie in memory, or under no name
                await anyio.to_thread.run_sync(_copy, source, named)
                await self._store.put_async(_path(sha256), Path(named.name))

    @asynccontextmanager
    async def _storing(self, sha256: str) -> AsyncIterator[None]:
        try:
            yield
            if self.folder is not None:
                await anyio.to_thread.run_sync(partial(_sync, self.folder, self.folder / _path(sha256)))
        except (BaseError, OSError) as failed:
            if _no_space(failed):
                raise DiskFullError from failed
            raise UnavailableError("The file could not be stored; please send it again.") from failed

    async def fetch(self, sha256: str, target: Path) -> None:
        """Write the bytes to ``target``, a piece at a time. Raises NotFoundError, UnavailableError as ``get`` does."""
        digest = hashlib.sha256()
        with _reading():
            found = await self._store.get_async(_path(sha256))
            with target.open("wb") as out:
                async for piece in found.stream(min_chunk_size=_PIECE):
                    digest.update(piece)
                    await anyio.to_thread.run_sync(out.write, piece)
        if digest.hexdigest() != sha256:
            raise UnavailableError("The stored file is damaged; restore it from a backup.")

    async def try_out(self) -> None:
        """Write something of no meaning and take it away again. Raises UnavailableError."""
        if self.folder is not None and not self.folder.is_dir():
            raise UnavailableError
        name = f"{_INCOMING}/try-{os.getpid()}"
        try:
            await self._store.put_async(name, b"try")
            await self._store.delete_async(name)
        except (BaseError, OSError) as failed:
            raise UnavailableError("The file could not be stored; please send it again.") from failed

    @property
    def signs(self) -> bool:
        """Whether others can be given links to what lies here: an object store, not a folder."""
        return isinstance(self._store, _SIGNING)

    async def link(self, sha256: str, lasts: timedelta) -> str:
        """A signed address of the bytes, which anyone may read who knows it, while it ``lasts``."""
        return await obstore.sign_async(self._store, "GET", _path(sha256), lasts)

    async def opening(self, name: str, lasts: timedelta) -> str:
        """A signed address to which somebody may PUT what they send as ``name``, while it ``lasts``."""
        return await obstore.sign_async(self._store, "PUT", f"{_INCOMING}/{name}", lasts)

    async def sent(self, name: str, limit: int) -> bytes:
        """What was put at ``opening``. Raises NotFoundError, TooLargeError above ``limit`` bytes, UnavailableError."""
        path = f"{_INCOMING}/{name}"
        with _reading():
            if (await self._store.head_async(path))["size"] > limit:
                raise TooLargeError
            return bytes(await (await self._store.get_async(path)).bytes_async())

    async def forget_sent(self, name: str) -> None:
        """Remove what was put at ``opening``. Raises UnavailableError."""
        with _reading():
            await self._store.delete_async(f"{_INCOMING}/{name}")

    async def forget_sent_before(self, moment: datetime) -> int:
        """Remove all that was put at ``opening`` before; answers how many there were. Raises UnavailableError."""
        with _reading():
            pages = self._store.list(_INCOMING)
            old = [each["path"] async for page in pages for each in page if each["last_modified"] < moment]
            if old:
                await self._store.delete_async(old)
        return len(old)

    async def names(self) -> AsyncIterator[str]:
        """The hashes of all that is stored, in no order."""
        async for page in self._store.list():
            for each in page:
                name = each["path"].rpartition("/")[2]
                if each["path"] == _path(name):
                    yield name

    async def remove(self, sha256: str) -> None:
        """Remove what nothing names any more; that it is gone already is as good. Raises UnavailableError."""
        try:
            await self._store.delete_async(_path(sha256))
        except (NoSuchObjectError, FileNotFoundError):
            return
        except (BaseError, OSError) as failed:
            raise UnavailableError("The file cannot be removed just now.") from failed

    async def holds(self, sha256: str) -> bool:
        """Whether the bytes are there to be had; whether they are sound is seen when they are read."""
        try:
            await self._store.head_async(_path(sha256))
        except (BaseError, OSError):
            return False
        return True

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises NotFoundError; UnavailableError when they cannot be had or are not what was stored."""
        with _reading():
            found = await self._store.get_async(_path(sha256))
            data = bytes(await found.bytes_async())
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UnavailableError("The stored file is damaged; restore it from a backup.")
        return data


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (NoSuchObjectError, FileNotFoundError) as absent:
        raise NotFoundError("There is no such file.") from absent
    except (BaseError, OSError) as failed:
        raise UnavailableError("The file cannot be read just now.") from failed


def _no_space(failed: Exception) -> bool:
    """Whether the disk is full; obstore tells only in words."""
    return getattr(failed, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "os error 28" in str(failed)


def hash_of(source: IO[bytes]) -> str:
    """The SHA-256 of what a file holds, read a piece at a time."""
    source.seek(0)
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    source.seek(0)
    shutil.copyfileobj(source, target, _PIECE)
    target.flush()


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _sync(folder: Path, path: Path) -> None:
    """Push a file and its entries in the folders to the disk: obstore renames, but does not sync (0.12)."""
    for each in (path, *path.parents):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if each == folder:
            return
