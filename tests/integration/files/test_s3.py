"""Files on an object store: a real server of the S3 protocol, run beside the test."""

import hashlib
import secrets
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from asset_tracker.cli import DONE, USAGE, _status
from asset_tracker.errors import NotFoundError, TooLargeError, UnavailableError
from asset_tracker.files import direct
from asset_tracker.files.moving import move_files
from asset_tracker.files.service import StoredFile, store_photo
from asset_tracker.files.storage import Storage
from factories.ports import free_port

from .test_files import photo

pytestmark = pytest.mark.anyio
RCLONE = Path(sys.executable).with_name("rclone")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Its folder; the environment tells obstore where it is, as it would for any cloud."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / "bucket").mkdir()
    key, secret = "tester", secrets.token_hex(16)
    port = free_port()
    run = [
        RCLONE,
        "serve",
        "s3",
        "--config",
        "",
        "--auth-key",
        f"{key},{secret}",
        "--addr",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen([*run, folder], stderr=subprocess.DEVNULL)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ACCESS_KEY_ID": key,
            "SECRET_ACCESS_KEY": secret,
            "ENDPOINT": f"http://127.0.0.1:{port}",
            "ALLOW_HTTP": "true",
            "REGION": "us-east-1",
        }.items():
            patch.setenv(f"AWS_{name}", value)
        while process.poll() is None:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert process.poll() is None, "the server of files ended"
        yield folder
    process.terminate()
    process.wait()


@pytest.fixture
def store(server):
    """A place of its own in the bucket."""
    return Storage.open(f"s3://bucket/{uuid4().hex}")


def named(data):
    return hashlib.sha256(data).hexdigest()


async def test_what_is_put_there_comes_back_and_is_checked(store, server):
    data = secrets.token_bytes(3_000_000)
    await store.put(named(data), data)
    assert await store.get(named(data)) == data
    with pytest.raises(NotFoundError):
        await store.get(named(b"unknown"))
    (kept,) = (path for path in server.rglob(named(data)))
    kept.write_bytes(data[:-1] + b"?")
    with pytest.raises(UnavailableError, match="damaged"):
        await store.get(named(data))
    await store.remove(named(data))
    with pytest.raises(NotFoundError):
        await store.get(named(data))


async def test_a_server_that_is_gone_is_told_and_nothing_is_stored(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    gone = Storage.open("s3://bucket/gone")
    # obstore tries again for minutes; whoever waits is told long before
    with pytest.raises(UnavailableError, match="send it again"):
        await gone.put(named(b"x"), b"x")


async def test_a_link_opens_one_file_to_whoever_knows_it(store, conn):
    stored = await store_photo(conn, store, uuid4(), photo(b"for a link"))
    link = await direct.link(store, stored)
    assert link.expires_at > datetime.now(UTC)
    async with httpx.AsyncClient() as client:
        assert named((await client.get(link.url)).content) == stored.sha256
        forged = link.url.replace("X-Amz-Expires=600", "X-Amz-Expires=60000")
        assert forged != link.url
        assert (await client.get(forged)).status_code == 403
        assert (await client.put(link.url, content=b"x")).status_code == 403


async def test_what_is_sent_directly_is_checked_cleaned_and_kept_once_it_is_finished(store, conn):
    sender, other = uuid4(), uuid4()
    opening = await direct.begin(store, sender)
    async with httpx.AsyncClient() as client:
        assert (await client.put(opening.url, content=photo(b"sent directly"))).status_code == 200
    with pytest.raises(NotFoundError):
        await direct.finish(conn, store, other, opening.id, "photo")
    stored = await direct.finish(conn, store, sender, opening.id, "photo")
    assert named(await store.get(stored.sha256)) == stored.sha256
    with pytest.raises(NotFoundError):
        await direct.finish(conn, store, sender, opening.id, "photo")


async def test_what_nobody_finished_is_forgotten_after_a_day(store):
    opening = await direct.begin(store, uuid4())
    async with httpx.AsyncClient() as client:
        await client.put(opening.url, content=b"x" * 100)
    assert await direct.expire(store) == 0
    assert await store.forget_sent_before(datetime.now(UTC) + timedelta(minutes=1)) == 1


async def test_what_is_sent_directly_and_is_too_large_is_not_even_read(store):
    sender = uuid4()
    opening = await direct.begin(store, sender)
    async with httpx.AsyncClient() as client:
        await client.put(opening.url, content=b"x" * 100)
    with pytest.raises(TooLargeError):
        await store.sent(f"{sender}/{opening.id}", 99)


async def test_a_folder_gives_no_links(tmp_path):
    folder = Storage.open((tmp_path / "files").as_uri())
    with pytest.raises(direct.NoLinksError):
        await direct.begin(folder, uuid4())
    with pytest.raises(direct.NoLinksError):
        await direct.link(
            folder, StoredFile(sha256="0" * 64, kind="photo", media_type="", size=1, stored_at=None)
        )


async def test_files_move_from_a_folder_and_a_second_time_only_what_is_new(store, tmp_path):
    folder = Storage.open((tmp_path / "files").as_uri())
    for each in (b"one", b"two"):
        await folder.put(named(each), each)
    told = []
    moved = await move_files(folder, store, lambda *step: told.append(step))
    assert (moved.copied, moved.there) == (2, 0)
    assert told[-1] == (2, 2)
    await folder.put(named(b"three"), b"three")
    moved = await move_files(folder, store, lambda *_: None)
    assert (moved.copied, moved.there) == (1, 2)
    assert await store.get(named(b"three")) == b"three"
    assert await folder.get(named(b"one")) == b"one"


def test_the_command_moves_files_and_says_what_to_set(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASSET_TRACKER_DATA_DIR", str(tmp_path))
    stored = tmp_path / "files" / named(b"x")[:2] / named(b"x")[2:4]
    stored.mkdir(parents=True)
    (stored / named(b"x")).write_bytes(b"x")
    place = f"s3://bucket/{uuid4().hex}"
    assert _status(["files", "move-to", place]) == DONE
    assert f"ASSET_TRACKER_STORAGE_URL={place}" in capsys.readouterr().out
    assert _status(["files", "move-to", "ftp://somewhere"]) == USAGE
    shutil.rmtree(tmp_path / "files")
