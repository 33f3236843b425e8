"""A hash is no key: a file that is named in a fact is shown if whoever named it had it, and else as if it were not."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from importlib import import_module
from uuid import UUID

import pytest
from sqlalchemy import select

from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event as event_row
from asset_tracker.ledger.tables import event_file
from factories.house import event, jpeg
from factories.phones import Phone

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def house(house_of_its_own):
    return house_of_its_own


A, C, T, D = "administrator", "coordinator", "technician", "donor"
UNKNOWN = "9a" * 32
CONSENT = {"people": "nobody"}
kinds_of_named_files = import_module("asset_tracker.migrations.versions.0051_kinds_of_named_files")


def as_sent(seed, **more):
    data = jpeg(seed=seed, **more)
    return hashlib.sha256(data).hexdigest(), data


async def sees(house, who, sha256):
    """The status of the file, the same for both of its addresses."""
    answers = [await house.ask(who, "GET", f"{there}/files/{sha256}") for there in ("/api/v1", "")]
    assert answers[0].status_code == answers[1].status_code
    return answers[0].status_code


async def record(house, who, *facts):
    told = await house.made(who, "/api/v1/events", house.filled(list(facts)))
    assert [each["outcome"] for each in told] == ["recorded"] * len(facts), told


async def test_who_names_the_hash_of_a_foreign_file_does_not_get_it(house):
    """The photo and scan of the other office, a hash of nothing, and what the other office sent: all alike."""
    sent, data = as_sent(611)
    await house.made("stranger", "/api/v1/photos", files={"file": ("p.jpg", data)})
    named = [house.ids["other_photo"], house.ids["other_scan"], UNKNOWN, sent]
    await record(house, C, event("note", note="x", photos=named))
    # That one named it oneself is no proof that one saw it.
    await record(house, C, event("note", "{kit}", note="y", photos=named))
    for who in (C, D):
        for sha256 in named:
            assert await sees(house, who, sha256) == 404, (who, sha256)
    # Who then sends the very bytes has them, and shows them where they are named.
    await house.made(C, "/api/v1/photos", files={"file": ("p.jpg", data)})
    assert [await sees(house, who, sent) for who in (T, C)] == [200, 200]


async def test_an_act_takes_no_scan_of_another(house):
    act = await house.made(C, house.filled("/api/v1/consignments/{consignment}/acts"), {})
    path = f"/api/v1/acts/{act['id']}/signature"
    before = await house.counts()
    for scan in (house.ids["other_scan"], UNKNOWN):
        refused = await house.ask(C, "POST", path, json={"signed_on": "2025-03-01", "scan": scan})
        (told,) = refused.json()["errors"]
        assert (refused.status_code, told["field"]) == (422, "scan")
        assert "спершу надішліть" in told["message"]
    assert await house.counts() == before
    own = await house.made(C, "/api/v1/scans", files={"file": ("s.jpg", jpeg(seed=612))})
    signed = await house.ask(C, "POST", path, json={"signed_on": "2025-03-01", "scan": own["sha256"]})
    assert signed.status_code == 200, signed.text
    assert (await sees(house, C, own["sha256"]), await sees(house, T, own["sha256"])) == (200, 404)


async def test_the_same_bytes_are_a_scan_in_the_act_and_a_photo_among_photos(house):
    """Whichever was sent first: what a file is belongs to where it is named, and who may see it follows that."""
    for seed, order in ((631, "scan first"), (632, "photo first")):
        sent, data = as_sent(seed, size=(3000, 8))  # a scan is kept larger than a photo
        if order == "photo first":
            await shown_as_photo(house, sent, data)
        scan = await filed_as_scan(house, data)
        if order == "scan first":
            # Who names a scan among the photos shows it to nobody who may not see it, and in no report.
            await record(house, C, event("note", note="not to be shown", photos=[scan]))
            assert [await sees(house, who, scan) for who in (C, T)] == [200, 404]
            assert (await house.ask(C, "POST", f"/reports/photos/{scan}", data=CONSENT)).status_code == 404
            await shown_as_photo(house, sent, data)
        assert [await sees(house, who, sent) for who in (C, T)] == [200, 200], order
        assert (await house.ask(C, "POST", f"/reports/photos/{sent}", data=CONSENT)).status_code == 303
        named = {(kind, as_what) for kind, _, as_what in await named_as(house, [scan, sent])}
        assert named == {("accepted", "scan"), ("note", "photo")}
        # The act's scan stays one: without the fact that shows the photo the technician does not see it.
        async with house.engine.begin() as conn:
            gone = "DELETE FROM event_file WHERE kind = 'photo' AND named_by = $1 AND sha256 = $2"
            await conn.exec_driver_sql(gone, (house.ids[T], sent))
        assert [await sees(house, who, scan) for who in (C, T)] == [200, 404], order


async def shown_as_photo(house, sent, data):
    photo = await house.made(T, "/api/v1/photos", files={"file": ("p.jpg", data)})
    assert photo["kind"] == "photo"
    await record(house, T, event("note", note="x", photos=[sent]))


async def filed_as_scan(house, data):
    """The scan of an act by which the laptop is accepted; its stored hash."""
    scan = await house.made(C, "/api/v1/scans", files={"file": ("s.jpg", data)})
    assert scan["kind"] == "scan"
    laptop = UUID(house.ids["laptop_asset"])
    accepted = ev.Accepted(act=uuid7(), act_number="7", scan=scan["sha256"])
    draft = Draft(id=uuid7(), asset=laptop, occurred_at=datetime.now(UTC), payload=accepted)
    async with house.engine.begin() as conn:
        await store.append(conn, house.ids[C], [draft])
    return scan["sha256"]


async def test_what_was_named_before_gets_the_kind_that_its_event_names(house):
    await filed_as_scan(house, as_sent(633)[1])
    before = await named_as(house)
    assert {named for _, _, named in before} == {"photo", "scan"}
    async with house.engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE event_file SET kind = NULL")
        for statement in kinds_of_named_files.FILLING:
            await conn.exec_driver_sql(statement)
    assert await named_as(house) == before


async def named_as(house, hashes=None):
    """(kind of event, hash, as what) of every file that is named, or of these."""
    wanted = select(event_row.c.kind, event_file.c.sha256, event_file.c.kind.label("named")).join(
        event_row, event_row.c.id == event_file.c.event_id
    )
    if hashes:
        wanted = wanted.where(event_file.c.sha256.in_(hashes))
    async with house.engine.begin() as conn:
        return {tuple(row) for row in await conn.execute(wanted)}


async def test_what_one_sees_one_may_name_elsewhere(house):
    sent, data = as_sent(613)
    await house.made(T, "/api/v1/photos", files={"file": ("p.jpg", data)})
    await record(house, T, event("note", note="x", photos=[sent]))
    await record(house, C, event("note", "{kit}", note="the same", photos=[sent]))
    async with house.engine.begin() as conn:
        first = (
            "DELETE FROM event_file USING event WHERE event.id = event_id AND actor_id = $1 AND sha256 = $2"
        )
        await conn.exec_driver_sql(first, (house.ids[T], sent))
    assert await sees(house, T, sent) == 200


async def test_the_photos_of_a_sealed_queue_are_its_owners(house):
    phone = await Phone(house, T).register()
    sent, data = as_sent(614)
    fact = phone.sees("note", note="x", photos=[sent])
    photo = {"sha256": sent, "photo": b64encode(data).decode()}
    answer = await house.ask(D, "POST", "/api/v1/field/sealed", json=phone.sealed(fact, photo))
    assert [each["outcome"] for each in answer.json()["outcomes"]] == ["recorded"]
    assert [await sees(house, who, sent) for who in (T, C)] == [200, 200]


async def test_who_settles_what_waits_lends_nobody_their_eyes(house):
    """An administrator sees the foreign photo that the fact names; it stays foreign to whoever sent the fact."""
    sent, data = as_sent(615)
    fact = event("note", "nowhere", note="x", photos=[sent, house.ids["other_photo"]], device="phone-9")
    (told,) = await house.made(C, "/api/v1/events", [fact])
    assert told["outcome"] == "quarantined"
    waiting = (await house.ask(A, "GET", "/api/v1/quarantine")).json()
    (number,) = [each["id"] for each in waiting if each["event_id"] == fact["id"]]
    mended = {"asset": house.ids["laptop"]}
    settled = await house.ask(A, "POST", f"/api/v1/quarantine/{number}/record", json=mended)
    assert settled.status_code in (200, 201, 204), settled.text
    await house.made(C, "/api/v1/photos", files={"file": ("p.jpg", data)})
    assert await sees(house, A, house.ids["other_photo"]) == 200
    assert [await sees(house, C, sha256) for sha256 in (sent, house.ids["other_photo"])] == [200, 404]
