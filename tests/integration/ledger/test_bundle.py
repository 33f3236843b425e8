"""A bundle and the program that checks it, which runs without our package, as at a donor's."""

import hashlib
import io
import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.pool import NullPool

from asset_tracker.db.engine import make_engine
from asset_tracker.errors import RefusedError
from asset_tracker.ledger import bundle, checkpoints, keys, notes, verify_bundle
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Share
from asset_tracker.ledger.verify_bundle import Code
from factories.facts import ORIGIN, add, draft, life, sealed

pytestmark = pytest.mark.anyio

PLACES = {"municipality", "service_point", "destination"}
MINE = [uuid7() for _ in range(6)]


class Made:
    """A bundle, what it is made of, and the key that signs in this ledger."""

    def __init__(self, data, signer, older, newest, folder):
        self.data, self.signer, self.older, self.newest = data, signer, older, newest
        self.folder = folder
        self.files = verify_bundle.read_container(data)
        self.program = self.files["verify_bundle.py"]
        self.manifest = json.loads(self.files["bundle.json"])
        self.lines = self.files["events.jsonl"].decode().split("\n")[:-1]

    def events(self):
        return [json.loads(line) for line in self.lines]

    def forged(self, *, events=None, manifest=None, files=None, sign=True):
        """The bundle as a server would hand it out that has the key and changed these parts."""
        parts = dict(self.files) | (files or {})
        if events is not None:
            parts["events.jsonl"] = "".join(json.dumps(each) + "\n" for each in events).encode()
        if manifest is not None:
            parts["bundle.json"] = json.dumps(self.manifest | manifest).encode()
        if sign:
            listed = [n for n in parts if n != "files.note"]
            text = "".join(f"file {hashlib.sha256(parts[n]).hexdigest()} {n}\n" for n in listed)
            parts["files.note"] = self.signer.sign(f"{ORIGIN}\nbundle\nabout us\n{text}").encode()
        return packed(parts)

    def run(self, data, *arguments):
        """The exit status of the program, in a Python that sees no package at all, and what it said.

        ``data`` is the bundle; None for one that is not there.
        """
        program, file = self.folder / "verify_bundle.py", self.folder / "bundle.zip"
        program.write_bytes(self.program)
        file.unlink(missing_ok=True)
        if data is not None:
            file.write_bytes(data)
        command = [sys.executable, "-I", "-S", str(program), str(file), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder, env={})
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr


def packed(parts):
    entries = [(name, zlib.crc32(body), len(body)) for name, body in parts.items()]
    heads = zip([verify_bundle.zip_header(*entry) for entry in entries], parts.values(), strict=True)
    return b"".join(part for pair in heads for part in pair) + verify_bundle.zip_directory(entries)


@pytest.fixture(scope="module")
async def made(new_database, tmp_path_factory, anyio_backend):
    """Six assets of a donor among others, sealed three times, the key changed once."""
    folder = tmp_path_factory.mktemp("bundle")
    engine = make_engine(new_database(), poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *(fact for each in MINE for fact in life(each)), *life(), *life())
        older = await sealed(conn, folder)
    async with engine.begin() as conn:
        await keys.rotate(conn, folder)
        await add(conn, draft(MINE[0], ev.Note(note="Приватне"), days=9, device="телефон"), *life())
        newest = await sealed(conn, folder)
        await add(conn, draft(MINE[1], ev.Note(note="ще не засвідчено"), days=9))
    async with engine.begin() as conn:
        signer = await keys.open_signer(conn, folder, ORIGIN)
        out = io.BytesIO()
        told = await bundle.write_bundle(
            conn, signer, out, assets=MINE, about="us", disclose=PLACES, since=[older.size, 0, 10**9]
        )
    await engine.dispose()
    assert (told.assets, told.events, told.checkpoint.size) == (6, 31, newest.size)
    return Made(out.getvalue(), signer, older, newest, folder)


async def test_it_verifies_without_our_package(made):
    status, said = made.run(made.data)
    assert (status, "31 events of 6 assets: complete" in said) == (Code.OK, True)
    assert "asset_tracker" not in made.files["verify_bundle.py"].decode()


async def test_it_goes_on_from_what_one_knows(made):
    kept = made.folder / "kept.txt"
    kept.write_text(made.older.note)
    arguments = ["--head", made.newest.head, "--head", made.older.head, "--checkpoint", str(kept)]
    first = made.manifest["keys"][0]["key"]
    assert made.run(made.data, *arguments, "--key", first)[0] == Code.OK


async def test_places_are_disclosed_and_people_are_not(made):
    everything = made.data.decode("utf-8", "replace")
    assert "UA18080010000090720" in everything
    for secret in ("Оксана", "Приватне", "На місці", "телефон", "засвідчено раніше: ще"):
        assert secret not in made.files["events.jsonl"].decode()
    assert {name for event in made.events() for name in event.get("openings", {})} == PLACES


async def test_any_flipped_byte_is_found(made):
    size = len(made.data)
    for place in {0, 9, size - 1, size - 10, *range(0, size, size // 400)}:
        changed = bytearray(made.data)
        changed[place] ^= 1 << place % 8
        with pytest.raises(verify_bundle.FalsifiedError):
            verify_bundle.verify(bytes(changed))


async def test_a_flipped_byte_ends_the_program_with_a_number(made):
    changed = bytearray(made.data)
    changed[len(changed) // 2] ^= 1
    status, said = made.run(bytes(changed))
    assert (status, said.startswith("NOT GENUINE (10)")) == (Code.NOT_A_BUNDLE, True)


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"no bundle", b"PK\5\6" + bytes(18)])
async def test_what_is_no_bundle(made, data):
    assert made.run(data)[0] == Code.NOT_A_BUNDLE


async def test_a_file_that_is_not_there(made):
    assert made.run(made.data, "--head", "x")[0] == Code.USAGE
    assert made.run(None)[0] == Code.USAGE


async def test_the_numbers_are_told_in_its_help(made):
    told = {int(line.split()[0]) for line in verify_bundle.__doc__.splitlines() if line[:6].strip().isdigit()}
    assert told == {int(code) for code in Code}


def edited(event, **changes):
    """The event with another body that says so, and the hash that belongs to it."""
    body = json.loads(event["body"])
    body |= changes
    return event | {"body": verify_bundle.canonical(body).decode()}


def rehashed(events):
    head, asset = bytes(32), None
    for event in events:
        head = bytes(32) if event["asset"] != asset else head
        head, asset = hashlib.sha256(head + event["body"].encode()).digest(), event["asset"]
        event["hash"] = head.hex()
    return events


def swapped(events, one, two):
    events[one], events[two] = events[two], events[one]
    return events


FORGERIES = {
    "list not signed": (lambda m: m.forged(files={"files.note": b"about us\n\n"}, sign=False), Code.LIST_NOT_SIGNED),
    "list signed by a stranger": (
        lambda m: m.forged(files={"files.note": m.files["files.note"].replace(b"about us", b"about me")}, sign=False),
        Code.LIST_NOT_SIGNED,
    ),
    "file changed": (lambda m: m.forged(files={"README.txt": b"trust us"}, sign=False), Code.FILE_CHANGED),
    "file added": (lambda m: m.forged(files={"more.txt": b"trust us"}, sign=False), Code.FILE_CHANGED),
    "checkpoint changed": (
        lambda m: m.forged(manifest={"checkpoint": m.manifest["checkpoint"].replace("\n46\n", "\n47\n")}),
        Code.CHECKPOINT_NOT_SIGNED,
    ),
    "no key": (lambda m: m.forged(manifest={"keys": []}), Code.KEY_UNPROVEN),
    "key without a statement": (
        lambda m: m.forged(manifest={"keys": [{"key": each["key"]} for each in m.manifest["keys"]]}),
        Code.KEY_UNPROVEN,
    ),
    "key that is none": (lambda m: m.forged(manifest={"keys": [{"key": "a+b+c"}]}), Code.KEY_UNPROVEN),
    "first events left out": (lambda m: m.forged(events=m.events()[2:]), Code.BEGINNING_MISSING),
    "an event left out": (lambda m: m.forged(events=m.events()[:2] + m.events()[3:]), Code.GAP),
    "last events left out": (lambda m: m.forged(events=m.events()[:-1]), Code.END_MISSING),
    "all events of an asset left out": (
        lambda m: m.forged(events=[e for e in m.events() if e["asset"] != str(MINE[2])]),
        Code.END_MISSING,
    ),
    "an event twice": (lambda m: m.forged(events=m.events()[:1] + m.events()), Code.STRANGE_EVENT),
    "an asset too many": (
        lambda m: m.forged(manifest={"assets": m.manifest["assets"][1:]}),
        Code.STRANGE_EVENT,
    ),
    "two assets mixed": (
        lambda m: m.forged(events=swapped(m.events(), 4, 7)),
        Code.BEGINNING_MISSING,
    ),
    "bytes in another form": (
        lambda m: m.forged(events=[e | {"body": e["body"].replace(":", ": ", 1)} for e in m.events()]),
        Code.BYTES_WRONG,
    ),
    "bytes of another place": (
        lambda m: m.forged(events=[e | {"seq": 1} if n == 1 else e for n, e in enumerate(m.events())]),
        Code.BYTES_WRONG,
    ),
    "another actor": (
        lambda m: m.forged(events=[edited(e, actor=str(uuid7())) for e in m.events()]),
        Code.CHAIN_BROKEN,
    ),
    "another actor, and the hashes after it": (
        lambda m: m.forged(events=rehashed([edited(e, actor=str(uuid7())) for e in m.events()])),
        Code.NOT_IN_THE_LOG,
    ),
    "another place disclosed": (
        lambda m: m.forged(
            events=[e | {"openings": {"destination": ["00" * 16, "UA05020030000065238"]}} for e in m.events()]
        ),
        Code.OPENING_WRONG,
    ),
    "another leaf": (lambda m: m.forged(events=[e | {"index": e["index"] ^ 1} for e in m.events()]), Code.NOT_IN_THE_LOG),
    "a shorter proof": (lambda m: m.forged(events=[e | {"proof": e["proof"][:-1]} for e in m.events()]), Code.NOT_IN_THE_LOG),
    "a longer proof": (lambda m: m.forged(events=[e | {"proof": e["proof"] * 2} for e in m.events()]), Code.NOT_IN_THE_LOG),
    "something else than a list of assets": (lambda m: m.forged(manifest={"assets": 7}), Code.NOT_A_BUNDLE),
    "an event that is no event": (lambda m: m.forged(events=[7]), Code.NOT_A_BUNDLE),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
async def test_each_forgery_has_its_number(made, name):
    forge, code = FORGERIES[name]
    status, said = made.run(forge(made))
    assert status == code, said


async def test_a_log_that_is_not_the_one_known(made):
    root = "00" * 32
    assert made.run(made.data, "--head", f"{made.newest.size}:{root}")[0] == Code.FORKED
    assert made.run(made.data, "--head", f"{made.older.size}:{root}")[0] == Code.FORKED
    assert made.run(made.data, "--head", f"{made.newest.size + 1}:{root}")[0] == Code.OLDER
    assert made.run(made.data, "--head", f"1:{root}")[0] == Code.NO_WAY_FROM_THERE
    other = notes.VerifyKey(ORIGIN, bytes(32))
    assert made.run(made.data, "--key", str(other))[0] == Code.OTHER_KEY


async def test_nothing_sealed_makes_no_bundle(conn, tmp_path):
    signer = await keys.open_signer(conn, tmp_path, ORIGIN)
    with pytest.raises(RefusedError):
        await bundle.write_bundle(conn, signer, io.BytesIO(), assets=[], about="us", disclose=())


async def test_a_donor_without_assets_gets_a_bundle_that_says_so(conn, tmp_path):
    await add(conn, *life())
    await sealed(conn, tmp_path)
    signer = await keys.open_signer(conn, tmp_path, ORIGIN)
    out = io.BytesIO()
    await bundle.write_bundle(conn, signer, out, assets=[], about="us\nfile x", disclose=())
    assert verify_bundle.verify(out.getvalue())[0].startswith("0 events of 0 assets")


async def test_a_checkpoint_of_an_earlier_day_is_led_on_from(conn, tmp_path):
    await add(conn, *life())
    signer = await keys.open_signer(conn, tmp_path, ORIGIN)
    earlier = await checkpoints.seal(conn, signer)
    asset_id = uuid7()
    await add(conn, *life(asset_id))
    await checkpoints.seal(conn, signer)
    out = io.BytesIO()
    await bundle.write_bundle(conn, signer, out, assets=[asset_id], about="us", disclose=())
    known = (earlier.size, bytes.fromhex(earlier.root))
    assert earlier.made_at.date() == datetime.now(UTC).date()
    with pytest.raises(verify_bundle.FalsifiedError) as caught:
        verify_bundle.verify(out.getvalue(), known=[(1, bytes(32))])
    assert caught.value.code == Code.NO_WAY_FROM_THERE
    out = io.BytesIO()
    await bundle.write_bundle(conn, signer, out, assets=[asset_id], about="us", disclose=(), since=[5])
    assert verify_bundle.verify(out.getvalue(), known=[known])


async def test_a_donor_is_shown_their_own_share_and_nobody_elses(conn, tmp_path):
    asset_id, mine, other = uuid7(), uuid7(), uuid7()
    shares = (Share(other, Decimal(70)), Share(mine, Decimal(30)))
    await add(conn, *life(asset_id, shares=shares))
    await sealed(conn, tmp_path)
    signer = await keys.open_signer(conn, tmp_path, ORIGIN)
    out = io.BytesIO()
    await bundle.write_bundle(conn, signer, out, assets=[asset_id], about="us", disclose=PLACES, donor=mine)
    data = out.getvalue()
    assert str(other).encode() not in data
    files = verify_bundle.read_container(data)
    first = json.loads(files["events.jsonl"].decode().split("\n")[0])
    assert first["openings"]["share_1"][1] == {"donor": str(mine), "percent": "30"}
    assert "share_0" not in first["openings"]
    made = Made(data, signer, None, None, tmp_path)
    assert made.run(data)[0] == Code.OK
    first["openings"]["share_1"][1]["percent"] = "70"
    wrong = made.forged(events=[first, *made.events()[1:]])
    assert made.run(wrong)[0] == Code.OPENING_WRONG
