"""A whole installation into a file and back, and every file that is no backup of ours."""

import io
import tarfile
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pyrage
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from asset_tracker.backups import service
from asset_tracker.backups.archive import DUMP, MAC, MANIFEST, BackupError, Manifest, Writer, mac, mac_key
from asset_tracker.backups.keys import KeyFile, place_keys, read_keys, save_keys
from asset_tracker.db.engine import make_engine
from asset_tracker.files.service import store_photo
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from asset_tracker.settings import Settings

pytestmark = pytest.mark.anyio

SECRET = "s" * 40


@pytest.fixture(scope="module")
async def home(new_database, tmp_path_factory, anyio_backend):
    """An installation with an asset and its photo: (address, storage)."""
    url = new_database()
    storage = Storage.open((tmp_path_factory.mktemp("home") / "files").as_uri())
    engine = make_engine(url, poolclass=NullPool)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(picture, "JPEG")
    async with engine.begin() as conn:
        photo = await store_photo(conn, storage, uuid7(), picture.getvalue())
        asset, now = uuid7(), datetime.now(UTC)
        facts = (
            ev.Registered(category="laptop", name_uk="Ноутбук", tag=new_tag()),
            ev.Note(note="так", photos=(photo.sha256,)),
        )
        drafts = [Draft(id=uuid7(), asset=asset, occurred_at=now, payload=fact) for fact in facts]
        await store.append(conn, uuid7(), drafts, programme=uuid7())
    await engine.dispose()
    return url, storage


@pytest.fixture
async def empty(new_database, as_owner):
    """The address of a database without a table, for whoever may set it up."""
    url = as_owner(new_database())
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        await conn.execute(text("DROP SCHEMA public CASCADE"))
        await conn.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    return url


@pytest.fixture
def elsewhere(tmp_path):
    return Storage.open((tmp_path / "restored").as_uri())


@pytest.fixture(scope="module")
async def backup(home, tmp_path_factory):
    target = tmp_path_factory.mktemp("backups") / "a.backup"
    await service.back_up(*home, SECRET, target)
    return target


async def test_what_went_in_comes_out(backup, empty, elsewhere):
    restored = await service.restore(empty, elsewhere, SECRET, backup)
    assert restored.ledger.clean
    assert restored.ledger.events == 2
    names = [name.removeprefix("files/") for name in restored.manifest.members if name != DUMP]
    assert len(names) == 1
    assert sha256(await elsewhere.get(names[0])).hexdigest() == names[0]


async def test_into_a_place_that_is_in_use_nothing_is_restored(backup, home, elsewhere):
    with pytest.raises(BackupError, match="not empty"):
        await service.restore(home[0], elsewhere, SECRET, backup)


async def test_encrypted_for_a_key_that_is_kept_elsewhere(home, empty, elsewhere, tmp_path):
    identity = pyrage.x25519.Identity.generate()
    target, key = tmp_path / "b.backup", tmp_path / "key.txt"
    await service.back_up(*home, SECRET, target, recipient=str(identity.to_public()))
    assert b"manifest" not in target.read_bytes()
    with pytest.raises(BackupError, match="encrypted"):
        await service.restore(empty, elsewhere, SECRET, target)
    key.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BackupError, match="decrypted"):
        await service.restore(empty, elsewhere, SECRET, target, identity=key)
    key.write_text(f"# made for the test\n{identity}\n")
    assert (await service.restore(empty, elsewhere, SECRET, target, identity=key)).ledger.clean
    assert [path.name for path in tmp_path.glob(".b.backup*")] == []


async def test_a_recipient_that_is_no_key(home, tmp_path):
    with pytest.raises(BackupError, match="no age key"):
        await service.back_up(*home, SECRET, tmp_path / "c.backup", recipient="somebody")
    assert list(tmp_path.iterdir()) == []


def repacked(backup, change):
    """The members of a backup, changed, as a new archive."""
    with tarfile.open(backup) as tar:
        members = [(info, tar.extractfile(info).read()) for info in tar]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, data in change(members):
            info.size = len(data) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def named(name, data=b"x", **more):
    info = tarfile.TarInfo(name)
    for field, value in more.items():
        setattr(info, field, value)
    return info, data


def flip(data):
    return bytes([data[0] ^ 1]) + data[1:]


TAMPERED = {
    "a dump of somebody else's": lambda ms: [(i, flip(d)) if i.name == DUMP else (i, d) for i, d in ms],
    "another photo": lambda ms: [(i, flip(d)) if i.name.startswith("files/") else (i, d) for i, d in ms],
    "a photo less": lambda ms: [(i, d) for i, d in ms if not i.name.startswith("files/")],
    "a file more": lambda ms: [named("files/" + "0" * 64), *ms],
    "the dump twice": lambda ms: [ms[0], *ms],
    "no manifest": lambda ms: [(i, d) for i, d in ms if i.name != MANIFEST],
    "another manifest": lambda ms: [(i, d.replace(b'"format":1', b'"format":2')) for i, d in ms],
    "out of the folder": lambda ms: [named("../../evil"), *ms],
    "an absolute path": lambda ms: [named("/etc/cron.d/evil"), *ms],
    "a link": lambda ms: [named("files/" + "1" * 64, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), *ms],
    "a hard link": lambda ms: [named("files/" + "1" * 64, b"", type=tarfile.LNKTYPE, linkname=DUMP), *ms],
    "a device": lambda ms: [named("files/" + "1" * 64, b"", type=tarfile.CHRTYPE), *ms],
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_an_altered_archive_is_refused_before_anything_is_restored(
    name, backup, empty, elsewhere, tmp_path
):
    altered = tmp_path / "x.backup"
    altered.write_bytes(repacked(backup, TAMPERED[name]))
    with pytest.raises(BackupError):
        await service.restore(empty, elsewhere, SECRET, altered)
    assert not [path for path in (tmp_path / "restored").rglob("*") if path.is_file()]
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 5000, b"age-encryption.org/v1\nnonsense"])
async def test_what_is_no_archive(data, empty, elsewhere, tmp_path):
    strange, key = tmp_path / "x.backup", tmp_path / "key"
    strange.write_bytes(data)
    key.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BackupError):
        await service.restore(empty, elsewhere, SECRET, strange, identity=key)


async def test_a_truncated_archive(backup, empty, elsewhere, tmp_path):
    cut = tmp_path / "x.backup"
    cut.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    with pytest.raises(BackupError):
        await service.restore(empty, elsewhere, SECRET, cut)


async def test_a_backup_of_another_installation(backup, empty, elsewhere):
    with pytest.raises(BackupError, match="not made by this installation"):
        await service.restore(empty, elsewhere, "o" * 40, backup)


async def test_a_backup_of_a_newer_program(empty, elsewhere, tmp_path):
    newer = tmp_path / "n.backup"
    with newer.open("wb") as out:
        writer = Writer(out)
        writer.add(DUMP, io.BytesIO(b"x"), 1)
        writer.finish(
            lambda members: Manifest(
                format=1, made_at=datetime.now(UTC), revision="9999", rows={}, members=members
            ),
            mac_key(SECRET),
        )
    with pytest.raises(BackupError, match="newer program"):
        await service.restore(empty, elsewhere, SECRET, newer)


def test_the_mac_is_over_the_manifest_alone():
    assert mac(mac_key("a" * 40), b"x") != mac(mac_key("b" * 40), b"x")
    assert MAC != MANIFEST


def test_keys_go_into_a_file_of_their_own_and_back(tmp_path):
    env = {"ASSET_TRACKER_DATA_DIR": str(tmp_path / "one"), "ASSET_TRACKER_SECRET_KEY": SECRET}
    settings = Settings.from_env(env)
    (settings.data_dir / "keys").mkdir(parents=True)
    (settings.data_dir / "keys" / "ledger-ab.pem").write_bytes(b"private")
    kept = tmp_path / "keys.json"
    save_keys(settings, kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="exists"):
        save_keys(settings, kept)
    place_keys(read_keys(kept), tmp_path / "two")
    assert (tmp_path / "two" / "keys" / "ledger-ab.pem").read_bytes() == b"private"
    assert (tmp_path / "two" / "secret-key").read_text() == SECRET


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        msgspec.json.encode(KeyFile(format=1, secret_key="x", signing={"../evil.pem": ""})),
        msgspec.json.encode(KeyFile(format=9, secret_key="x", signing={})),
    ],
)
def test_what_is_no_file_of_keys(data, tmp_path):
    (tmp_path / "k").write_bytes(data)
    with pytest.raises(BackupError, match="no keys"):
        read_keys(tmp_path / "k")
