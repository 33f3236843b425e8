import hashlib

import pytest

from asset_tracker.errors import NotFoundError, UnavailableError
from asset_tracker.files import storage
from asset_tracker.files.storage import Storage

DATA = "фото".encode()
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "папка з пробілом"


async def test_what_was_stored_is_read(folder):
    store = Storage.open(folder.as_uri())
    await store.put(SHA256, DATA)
    await store.put(SHA256, DATA)
    assert await Storage.open(folder.as_uri()).get(SHA256) == DATA
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [SHA256]


async def test_the_file_and_its_folders_are_synced(folder, monkeypatch):
    synced = []
    monkeypatch.setattr(
        storage.os, "fsync", lambda handle: synced.append(storage.os.readlink(f"/proc/self/fd/{handle}"))
    )
    await Storage.open(folder.as_uri()).put(SHA256, DATA)
    path = folder / SHA256[:2] / SHA256[2:4] / SHA256
    assert synced == [str(each) for each in (path, path.parent, path.parent.parent, folder)]


async def test_what_is_not_there(folder):
    with pytest.raises(NotFoundError):
        await Storage.open(folder.as_uri()).get(SHA256)


async def test_damage_is_noticed(folder):
    store = Storage.open(folder.as_uri())
    await store.put(SHA256, DATA)
    (folder / SHA256[:2] / SHA256[2:4] / SHA256).write_bytes(b"other")
    with pytest.raises(UnavailableError, match="damaged"):
        await store.get(SHA256)


async def test_a_disk_that_does_not_take_it(folder):
    store = Storage.open(folder.as_uri())
    (folder / SHA256[:2]).write_bytes(b"a file where a folder should be")
    with pytest.raises(UnavailableError):
        await store.put(SHA256, DATA)
