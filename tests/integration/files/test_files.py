import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from asset_tracker.errors import InvalidError, NotFoundError, UnavailableError
from asset_tracker.files import service, tables
from asset_tracker.files.storage import Storage

WHO = uuid4()
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def storage(tmp_path):
    return Storage.open((tmp_path / "files").as_uri())


def photo(comment=b""):
    target = BytesIO()
    Image.new("RGB", (40, 30), "green").save(target, "JPEG", comment=comment)
    return target.getvalue()


async def rows(conn):
    return await conn.scalar(select(func.count()).select_from(tables.file))


async def test_a_photo_is_kept_once_and_found_by_both_hashes(conn, storage):
    first = await service.store_photo(conn, storage, WHO, photo(b"one"))
    again = await service.store_photo(conn, storage, WHO, photo(b"one"))
    same_pixels = await service.store_photo(conn, storage, WHO, photo(b"two"))
    assert first == again == same_pixels
    assert await rows(conn) == 1
    for sent in (photo(b"one"), photo(b"two")):
        found, data = await service.read_file(conn, storage, hashlib.sha256(sent).hexdigest())
        assert (found, len(data)) == (first, first.size)
    assert (first.width, first.height, first.media_type) == (40, 30, "image/jpeg")


async def test_a_scan_may_be_a_pdf_and_stays_what_it_was(conn, storage):
    scan = await service.store_scan(conn, storage, WHO, PDF)
    assert scan.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (await service.read_file(conn, storage, scan.sha256))[1] == PDF
    assert scan.headers()["Content-Disposition"].startswith("attachment")


async def test_a_pdf_known_as_a_scan_is_still_no_photo(conn, storage):
    await service.store_scan(conn, storage, WHO, PDF)
    with pytest.raises(InvalidError):
        await service.store_photo(conn, storage, WHO, PDF)


async def test_what_cannot_be_stored_leaves_no_row(conn, storage, tmp_path):
    with pytest.raises(InvalidError):
        await service.store_photo(conn, storage, WHO, b"<svg/>")
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_bytes(b"the disk is not there")
    with pytest.raises(UnavailableError):
        await service.store_photo(conn, storage, WHO, photo())
    assert await rows(conn) == 0


async def test_an_unknown_hash(conn, storage):
    with pytest.raises(NotFoundError):
        await service.read_file(conn, storage, "0" * 64)
