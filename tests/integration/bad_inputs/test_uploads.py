"""Photos over a bad line: cut off, taken up again, at the wrong place, by somebody else."""

import asyncio
import hashlib
import secrets

import pytest
from sqlalchemy import func, select, text

from asset_tracker.files import uploads
from asset_tracker.files.tables import file_sent, photo_part, photo_upload
from factories.house import event, jpeg

pytestmark = pytest.mark.anyio

C, T, D = "coordinator", "technician", "donor"
PART = {"content-type": "application/offset+octet-stream"}


def photo():
    # Another picture each time, and a tail behind it, so that it comes in several parts.
    size = (200 + secrets.randbelow(100), 160 + secrets.randbelow(100))
    data = jpeg(secrets.randbelow(256), size) + secrets.token_bytes(3000)
    return hashlib.sha256(data).hexdigest(), data


async def begin(house, sha256, length, who=T):
    headers = {"Upload-Length": str(length)}
    return await house.ask(who, "PUT", f"/api/v1/photos/{sha256}", headers=headers)


async def part(house, sha256, offset, data, who=T):
    headers = PART | {"Upload-Offset": str(offset)}
    return await house.ask(who, "PATCH", f"/api/v1/photos/{sha256}", content=data, headers=headers)


async def how_far(house, sha256, who=T):
    return await house.ask(who, "HEAD", f"/api/v1/photos/{sha256}")


async def test_a_photo_arrives_in_parts_and_is_found_by_what_was_sent(house):
    sha256, data = photo()
    fact = event("note", "{laptop}", note="x", photos=[sha256], device="phone-1")
    await house.ask(T, "POST", "/api/v1/events", json=house.filled([fact]))
    assert (await begin(house, sha256, len(data))).headers["upload-offset"] == "0"
    assert (await part(house, sha256, 0, data[:1000])).headers["upload-offset"] == "1000"
    asked = await how_far(house, sha256)
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == ("1000", str(len(data)))
    assert (await begin(house, sha256, len(data))).headers["upload-offset"] == "1000"
    done = await part(house, sha256, 1000, data[1000:])
    assert done.status_code == 200, done.text
    assert done.json()["stored"]["media_type"] == "image/jpeg"
    for _ in range(2):
        again = await part(house, sha256, 1000, data[1000:])
        assert (again.status_code, again.headers["upload-offset"]) == (200, str(len(data)))
    shown = await house.ask(T, "GET", f"/api/v1/files/{sha256}")
    assert shown.status_code == 200
    assert len(shown.content) != len(data)
    async with house.engine.connect() as conn:
        left = (
            select(func.count())
            .select_from(photo_part.join(photo_upload))
            .where(photo_upload.c.sha256 == sha256)
        )
        assert await conn.scalar(left) == 0
        assert await conn.scalar(select(file_sent.c.sha256).where(file_sent.c.sent_sha256 == sha256))


async def test_a_part_at_the_wrong_place_says_where_it_stands(house):
    sha256, data = photo()
    await begin(house, sha256, len(data))
    await part(house, sha256, 0, data[:500])
    for offset in (0, 499, 501, 10**6):
        wrong = await part(house, sha256, offset, data[:10])
        assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "500"), wrong.text
        assert wrong.json()["type"].endswith("upload-offset")
    long = await part(house, sha256, 500, data[500:] + b"x")
    assert long.status_code == 413
    assert (await how_far(house, sha256)).headers["upload-offset"] == "500"
    for offset in ("-1", "x", "", str(2**64)):
        headers = PART | {"Upload-Offset": offset}
        bad = await house.ask(T, "PATCH", f"/api/v1/photos/{sha256}", content=b"x", headers=headers)
        assert bad.status_code == 400


async def test_what_is_not_what_its_hash_says_is_forgotten(house):
    sha256, data = photo()
    await begin(house, sha256, len(data))
    spoilt = await part(house, sha256, 0, data[:-1] + bytes([data[-1] ^ 1]))
    assert (spoilt.status_code, spoilt.headers["upload-offset"]) == (422, "0")
    assert spoilt.json()["type"].endswith("upload-spoilt")
    assert (await how_far(house, sha256)).status_code == 404
    none = b"GIF89a" + secrets.token_bytes(200)
    digest = hashlib.sha256(none).hexdigest()
    await begin(house, digest, len(none))
    refused = await part(house, digest, 0, none)
    assert refused.status_code == 422
    assert "GIF" in refused.text
    assert (await how_far(house, digest)).status_code == 404


async def test_a_hash_opens_nothing_to_somebody_else(house):
    sha256, data = photo()
    await begin(house, sha256, len(data))
    await part(house, sha256, 0, data[:1500])
    assert (await how_far(house, sha256, C)).status_code == 404
    assert (await part(house, sha256, 1500, data[1500:], C)).status_code == 404
    assert (await begin(house, sha256, len(data), C)).headers["upload-offset"] == "0"
    await part(house, sha256, 1500, data[1500:])
    # Done and stored: nobody who only knows the hash is told so.
    assert (await how_far(house, sha256, C)).headers["upload-offset"] == "0"
    assert (await house.ask(C, "GET", f"/api/v1/files/{sha256}")).status_code == 404
    for method in ("PUT", "PATCH", "HEAD"):
        headers = {"Upload-Length": "9", "Upload-Offset": "0"}
        assert (await house.ask(D, method, f"/api/v1/photos/{sha256}", headers=headers)).status_code == 403


@pytest.mark.parametrize("length", ["0", "-1", "x", "", str(2**31)])
async def test_a_length_that_is_none(house, length):
    answer = await house.ask(T, "PUT", "/api/v1/photos/" + "cd" * 32, headers={"Upload-Length": length})
    assert answer.status_code == 400


async def test_bounds_of_one_person(house, monkeypatch):
    assert (await begin(house, "ce" * 32, 20_000_001)).status_code == 413
    assert (await begin(house, "xx" * 32, 10)).status_code in (400, 404)
    monkeypatch.setattr(uploads, "MAX_OPEN_BYTES", 10)
    assert (await begin(house, "cf" * 32, 11)).status_code == 409
    monkeypatch.undo()
    await begin(house, "ca" * 32, 10)
    assert (await begin(house, "ca" * 32, 11)).status_code == 409


async def test_two_parts_at_once_are_one(house):
    sha256, data = photo()
    await begin(house, sha256, len(data))
    answers = await asyncio.gather(*(part(house, sha256, 0, data[:800]) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert (await how_far(house, sha256)).headers["upload-offset"] == "800"


async def test_what_nobody_went_on_with_is_forgotten(house):
    sha256, data = photo()
    await begin(house, sha256, len(data))
    await part(house, sha256, 0, data[:800])
    async with house.engine.begin() as conn:
        assert await uploads.expire(conn) == 0
        old = text("UPDATE photo_upload SET touched_at = now() - interval '8 days' WHERE sha256 = :it")
        await conn.execute(old, {"it": sha256})
        assert await uploads.expire(conn) == 1
    assert (await how_far(house, sha256)).status_code == 404


async def test_another_content_type_is_not_taken(house):
    headers = {"content-type": "text/plain", "Upload-Offset": "0"}
    answer = await house.ask(T, "PATCH", "/api/v1/photos/" + "ab" * 32, content=b"x", headers=headers)
    assert answer.status_code == 415
