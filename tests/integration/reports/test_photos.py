"""Which photos a report shows: by consent, and never more of a place than its reader may know."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import sensitivity, showing
from asset_tracker.assets.sensitivity import NewRule
from asset_tracker.assets.showing import NewConsent
from asset_tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.files.service import store_photo, store_scan
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.territory.changes import PointChange, record_change

from .conftest import BARANIVKA, happen, register

NOBODY = NewConsent(people="nobody")


@pytest.fixture
async def stored(conn, world, tmp_path):
    """A laptop that was installed, with a photo of that, and damaged later, with another; their hashes."""
    storage = Storage.open((tmp_path / "files").as_uri())
    hashes = []
    for colour in ("green", "red"):
        target = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(target, "JPEG")
        hashes.append((await store_photo(conn, storage, COMMAND_LINE.id, target.getvalue())).sha256)
    ids = await register(conn, world)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    await happen(conn, ids, "2024-12-03T09:00", ev.Installed(service_point=world.point, photos=(hashes[0],)))
    await happen(
        conn,
        ids,
        "2025-01-03T09:00",
        ev.Damaged(condition="unserviceable", circumstances="Впав", photos=(hashes[1],)),
    )
    return hashes


async def photos(conn, actor, as_of="2025-02-01"):
    now = datetime.now(UTC)
    ask = parse_ask(as_of=as_of, now=now)
    made = await queries.municipality_report(conn, actor, BARANIVKA, ask, now=now, base_url="https://x")
    return [photo.sha256 for photo in made.making.photos], made.content_hash


async def test_a_photo_is_shown_by_consent_until_it_is_withdrawn(conn, world, stored):
    installed, _ = stored
    none, content = await photos(conn, world.donor)
    assert none == []
    listed = await showing.list_photos(conn, world.coordinator, BARANIVKA)
    assert [(photo.sha256, photo.people) for photo in listed] == [(installed, None)]
    for sha256 in stored:
        await showing.give(conn, world.coordinator, sha256, NOBODY)
    assert await photos(conn, world.donor) == (
        [installed],
        content,
    )  # what went wrong is no picture for a report
    assert (await photos(conn, world.donor, "2024-12-01"))[0] == []
    with pytest.raises(ConflictError):
        await showing.give(conn, world.coordinator, installed, NOBODY)
    await showing.withdraw(conn, world.coordinator, installed)
    assert await photos(conn, world.donor) == ([], content)
    with pytest.raises(NotFoundError):
        await showing.withdraw(conn, world.coordinator, installed)
    agreed = NewConsent(people="agreed", basis="Folder 7")
    await showing.give(conn, world.coordinator, installed, agreed)
    (photo,) = await showing.list_photos(conn, world.coordinator)
    assert (photo.people, photo.basis) == ("agreed", "Folder 7")


async def test_a_donor_sees_no_photo_of_a_place_they_may_not_know(conn, world, stored):
    await showing.give(conn, world.coordinator, stored[0], NOBODY)
    await sensitivity.add_rule(
        conn, COMMAND_LINE, NewRule(programme=world.programme, sensitivity="restricted")
    )
    assert (await photos(conn, world.donor))[0] == []
    assert (await photos(conn, world.coordinator))[0] == [stored[0]]


async def test_near_danger_a_donor_sees_no_photo(conn, world, stored):
    await showing.give(conn, world.coordinator, stored[0], NOBODY)
    await record_change(conn, COMMAND_LINE, world.point, PointChange(change="relocated"))
    assert (await photos(conn, world.donor))[0] == []


async def test_who_may_say_so_and_of_what(conn, world, stored, tmp_path):
    for who in (world.donor, world.technician):
        with pytest.raises(ForbiddenError):
            await showing.give(conn, who, stored[0], NOBODY)
    scan = await store_scan(
        conn, Storage.open((tmp_path / "files").as_uri()), COMMAND_LINE.id, b"%PDF-1.7\n%%EOF\n"
    )
    for sha256 in ("0" * 64, scan.sha256):
        with pytest.raises(NotFoundError):
            await showing.give(conn, world.coordinator, sha256, NOBODY)
    with pytest.raises(InvalidError):
        await showing.give(conn, world.coordinator, stored[0], NewConsent(people="agreed", basis=" "))
