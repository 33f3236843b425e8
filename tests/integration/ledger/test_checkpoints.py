"""The log over all events: sealed, signed, proved, and missing nothing that commits late."""

import asyncio
import itertools
import stat
from base64 import b64decode

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from asset_tracker.db.engine import make_engine
from asset_tracker.errors import InvalidError
from asset_tracker.ledger import checkpoints, keys, merkle
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.notes import VerifyKey, read_checkpoint, signers
from asset_tracker.ledger.tables import event
from asset_tracker.ledger.tables_of_log import ledger_leaf, ledger_tile
from factories.facts import ORIGIN, add, draft, life, sealed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def empty(new_database):
    """An engine on an empty database that keeps what is committed."""
    engine = make_engine(new_database())
    yield engine
    await engine.dispose()


def path(hashes):
    return [b64decode(each) for each in hashes]


async def known_keys(conn):
    found = []
    for key in await keys.list_keys(conn):
        name, _, encoded = key.verify_key.split("+", 2)
        found.append(VerifyKey(name, b64decode(encoded)[1:]))
    return found


async def test_nothing_to_seal_makes_no_checkpoint(conn, tmp_path):
    assert await sealed(conn, tmp_path) is None
    assert await checkpoints.latest(conn) is None


async def test_every_event_is_proved_under_a_signed_checkpoint(conn, tmp_path):
    facts = [fact for _ in range(60) for fact in life()]
    receipts = await add(conn, *facts)
    made = await sealed(conn, tmp_path)
    head = read_checkpoint(made.note)
    assert (head.origin, head.size, head.root.hex()) == (ORIGIN, 300, made.root)
    assert len(signers(made.note, await known_keys(conn))) == 1
    proofs = await checkpoints.proofs_of(conn, [fact.id for fact in facts])
    assert len(proofs) == 300
    for receipt in receipts:
        proof = proofs[receipt.id]
        leaf = merkle.leaf_hash(bytes.fromhex(receipt.hash))
        assert proof.hash == receipt.hash
        assert merkle.proves_inclusion(leaf, proof.index, head.size, path(proof.hashes), head.root)


async def test_an_event_is_pending_until_it_is_sealed(conn, tmp_path):
    (first, *_) = await add(conn, *life())
    assert await checkpoints.proof_of(conn, first.id) is None
    await sealed(conn, tmp_path)
    (late, *_) = await add(conn, *life())
    assert await checkpoints.proof_of(conn, first.id) is not None
    assert await checkpoints.proof_of(conn, late.id) is None


async def test_the_leaves_of_one_asset_stand_in_its_order(conn, tmp_path):
    facts = life()
    await add(conn, *facts)
    await sealed(conn, tmp_path)
    rows = await conn.execute(select(ledger_leaf.c.event_id).order_by(ledger_leaf.c.position))
    assert list(rows.scalars()) == [fact.id for fact in facts]


async def test_each_checkpoint_goes_on_from_the_one_before(conn, tmp_path):
    made = []
    for count in (1, 51, 52, 3):
        await add(conn, *(fact for _ in range(count) for fact in life()))
        made.append(await sealed(conn, tmp_path))
    for old, new in itertools.pairwise(made):
        proof = await checkpoints.consistency(conn, old.size, new.size)
        roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
        assert merkle.proves_consistency(old.size, new.size, *roots, path(proof.hashes))
    assert (await checkpoints.latest(conn)).head == f"{made[-1].size}:{made[-1].root}"
    with pytest.raises(InvalidError):
        await checkpoints.consistency(conn, 0)
    with pytest.raises(InvalidError):
        await checkpoints.consistency(conn, 1, made[-1].size + 1)


async def test_an_event_that_commits_late_is_taken_the_next_time(empty, tmp_path):
    slow, quick = life(), life()
    async with empty.connect() as late:
        await late.begin()
        await add(late, *slow)
        async with empty.begin() as conn:
            await add(conn, *quick)
        async with empty.begin() as conn:
            assert (await sealed(conn, tmp_path)).size == 5
        await late.commit()
    async with empty.begin() as conn:
        assert (await sealed(conn, tmp_path)).size == 10
        assert len(await checkpoints.proofs_of(conn, [fact.id for fact in slow])) == 5


async def test_writers_and_sealers_at_once_leave_each_event_in_the_log_once(empty, tmp_path):
    async with empty.begin() as conn:
        await keys.open_signer(conn, tmp_path, ORIGIN)

    async def write():
        for _ in range(6):
            async with empty.begin() as conn:
                await add(conn, *life())

    async def seal():
        for _ in range(6):
            async with empty.begin() as conn:
                signer = await keys.open_signer(conn, tmp_path, ORIGIN)
                await checkpoints.seal(conn, signer)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(write() for _ in range(4)), *(seal() for _ in range(2)))
    async with empty.begin() as conn:
        await sealed(conn, tmp_path)
        events = set((await conn.execute(select(event.c.id))).scalars())
        leaves = (await conn.execute(select(ledger_leaf.c.event_id))).scalars().all()
        assert len(leaves) == len(events) == 120
        assert set(leaves) == events
        assert (await conn.execute(text("SELECT count(*) FROM ledger_unsealed"))).scalar() == 0


async def test_two_that_seal_for_the_first_time_agree_on_one_key(empty, tmp_path):
    async def first():
        async with empty.begin() as conn:
            return (await keys.open_signer(conn, tmp_path, ORIGIN)).known

    assert len({await each for each in map(asyncio.ensure_future, [first(), first(), first()])}) == 1


async def test_the_private_key_is_its_owners_only(conn, tmp_path):
    signer = await keys.open_signer(conn, tmp_path, ORIGIN)
    (path,) = (tmp_path / keys.FOLDER).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signer.known.id.hex() in path.name
    path.unlink()
    with pytest.raises(keys.KeyMissingError):
        await keys.open_signer(conn, tmp_path, ORIGIN)


async def test_a_key_of_somebody_else_is_not_taken(conn, tmp_path):
    await keys.open_signer(conn, tmp_path, ORIGIN)
    (path,) = (tmp_path / keys.FOLDER).iterdir()
    path.write_text("no key")
    with pytest.raises(keys.KeyMissingError):
        await keys.open_signer(conn, tmp_path, ORIGIN)


async def test_the_log_keeps_its_name_when_the_address_changes(conn, tmp_path):
    await keys.open_signer(conn, tmp_path, ORIGIN)
    assert (await keys.open_signer(conn, tmp_path, "elsewhere.org/ledger")).known.name == ORIGIN


async def test_a_new_key_takes_over_by_a_statement_that_both_sign(conn, tmp_path):
    await add(conn, *life())
    first = await sealed(conn, tmp_path)
    await keys.rotate(conn, tmp_path)
    await add(conn, *life())
    second = await sealed(conn, tmp_path)
    old, new = await known_keys(conn)
    assert signers(first.note, [old, new]) == [old]
    assert signers(second.note, [old, new]) == [new]
    statement = (await keys.list_keys(conn))[1].statement
    assert signers(statement, [old, new]) == [old, new]
    assert f"old {old}\nnew {new}\nafter 5\n" in statement


async def test_an_older_dump_is_noticed_before_anything_is_signed(empty, tmp_path):
    async with empty.begin() as conn:
        await add(conn, *life())
        await sealed(conn, tmp_path)
    kept = checkpoints.kept_witness(tmp_path)
    async with empty.connect() as conn:
        await conn.begin()
        await add(conn, *life())
        await sealed(conn, tmp_path)
        await conn.rollback()
    async with empty.connect() as conn:
        await add(conn, draft(uuid7(), life()[0].payload))
        with pytest.raises(checkpoints.RolledBackError, match="had 10"):
            await sealed(conn, tmp_path)
    checkpoints.keep_witness(tmp_path, kept)
    async with empty.connect() as conn:
        await add(conn, *life())
        assert (await sealed(conn, tmp_path)).size == 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leaf SET position = position + 1000",
        "DELETE FROM ledger_leaf",
        "TRUNCATE ledger_leaf",
        "UPDATE ledger_tile SET hashes = '\\x00'",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_key SET public_key = '\\x00'",
        "DELETE FROM ledger_key",
    ],
)
async def test_the_database_lets_nobody_rewrite_the_log(superuser, tmp_path, statement):
    await add(superuser, *life())
    await sealed(superuser, tmp_path)
    with pytest.raises(DBAPIError, match="only grows"):
        async with superuser.begin_nested():
            await superuser.execute(text(statement))


async def test_tiles_are_few(conn, tmp_path):
    await add(conn, *(fact for _ in range(60) for fact in life()))
    await sealed(conn, tmp_path)
    rows = (await conn.execute(select(ledger_tile).order_by(ledger_tile.c.level, ledger_tile.c.index))).all()
    assert [(level, number, len(hashes) // 32) for level, number, hashes in rows] == [
        (0, 0, 256),
        (0, 1, 44),
        (1, 0, 1),
    ]


async def test_a_note_with_a_photo_is_sealed_like_any_other(conn, tmp_path):
    asset_id = uuid7()
    await add(conn, draft(asset_id, life()[0].payload), draft(asset_id, ev.Note(note="так")))
    assert (await sealed(conn, tmp_path)).size == 2
