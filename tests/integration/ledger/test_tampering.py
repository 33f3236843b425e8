"""Whatever is changed behind the ledger's back is found, and called by its name."""

import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url, text
from sqlalchemy.pool import NullPool

from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.check import FALSIFICATIONS
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event, event_key
from asset_tracker.ledger.tables_of_log import ledger_checkpoint, ledger_key, ledger_leaf, ledger_tile
from asset_tracker.ledger.verify import verify
from asset_tracker.ledger.verify_log import PROTECTION
from factories.facts import add, draft, life, sealed

pytestmark = pytest.mark.anyio

ONE = uuid7()
# What only grows.
APPEND_ONLY = (event, event_key, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_key)
# Five facts of this asset, in a ledger of 61 assets and two checkpoints.
OFF = ["SET session_replication_role = replica"] + [
    f"ALTER TABLE {table.name} DISABLE TRIGGER ALL" for table in APPEND_ONLY
]
# What is done to a table of parts reaches the triggers on rows of its parts, and not those on statements.
PARTS = """DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'event'::regclass LOOP
        EXECUTE format('ALTER TABLE %s {how}', part);
    END LOOP;
END $$"""
STATEMENTS = ("only_grows_whole", "keep_key", "note_unsealed")
OFF += [PARTS.format(how="DISABLE TRIGGER ALL")]
ON = [PARTS.format(how=", ".join(f"ENABLE ALWAYS TRIGGER {name}" for name in STATEMENTS))]
ON += [f"ALTER TABLE event ENABLE ALWAYS TRIGGER {name}" for name in ("keep_key", "note_unsealed")] + [
    f"ALTER TABLE {table.name} ENABLE ALWAYS TRIGGER {trigger}"
    for table in APPEND_ONLY
    for trigger in ("only_grows", "only_grows_whole")
]
THIS = f"asset_id = '{ONE}'"


def swapped(column, one, two):
    """Two events of the asset change places."""
    return (
        f"UPDATE event SET {column} = 90 WHERE {THIS} AND {column} = {one}",
        f"UPDATE event SET {column} = {one} WHERE {THIS} AND {column} = {two}",
        f"UPDATE event SET {column} = {two} WHERE {THIS} AND {column} = 90",
    )


REHASHED = f"""
    WITH RECURSIVE anew AS (
        SELECT seq, body, prev_hash, sha256(prev_hash || body) AS hash FROM event WHERE {THIS} AND seq = 1
        UNION ALL
        SELECT e.seq, e.body, anew.hash, sha256(anew.hash || e.body) FROM event AS e JOIN anew ON e.seq = anew.seq + 1
        WHERE e.{THIS})
    UPDATE event SET prev_hash = anew.prev_hash, hash = anew.hash FROM anew
    WHERE event.{THIS} AND event.seq = anew.seq"""
HEAD_MOVED = f"""
    UPDATE asset_head SET (seq, hash) = (SELECT seq, hash FROM event WHERE {THIS} ORDER BY seq DESC LIMIT 1)
    WHERE {THIS}"""
ANOTHER_BODY = f"""
    UPDATE event SET body = convert_to(replace(convert_from(body, 'UTF8'), '"N1"', '"N2"'), 'UTF8')
    WHERE {THIS} AND seq = 2"""
LEAVES_MOVED = "UPDATE ledger_leaf SET hash = e.hash FROM event AS e WHERE e.id = event_id"

CORPUS = {
    "a column": ([f"UPDATE event SET occurred_at = '2020-01-01' WHERE {THIS}"], {"column-changed"}),
    "the kind": ([f"UPDATE event SET kind = 'note' WHERE {THIS} AND seq = 2"], {"column-changed"}),
    "who did it": ([f"UPDATE event SET actor_id = '{uuid7()}' WHERE {THIS}"], {"column-changed"}),
    "the bytes": ([ANOTHER_BODY], {"bytes-changed"}),
    "the bytes and all hashes after them": ([ANOTHER_BODY, REHASHED, HEAD_MOVED], {"event-replaced"}),
    "the bytes, the hashes and the leaves": (
        [ANOTHER_BODY, REHASHED, HEAD_MOVED, LEAVES_MOVED],
        {"tree-changed", "checkpoint-root"},
    ),
    "bytes that say the same in another form": (
        [
            f"UPDATE event SET body = convert_to(replace(convert_from(body, 'UTF8'), ':', ' :'), 'UTF8') WHERE {THIS}",
            REHASHED,
        ],
        {"not-canonical"},
    ),
    "bytes that are no event": (
        [f"UPDATE event SET body = 'no event' WHERE {THIS} AND seq = 2", REHASHED],
        {"not-canonical"},
    ),
    "where it was": (
        [
            (f"UPDATE event SET private = jsonb_set(private, '{{municipality,1}}', '\"UA18060170000069581\"') "
            f"WHERE {THIS} AND kind = 'delivered'")
        ],
        {"opening-changed"},
    ),
    "a name for an event that had none": (
        [f"""UPDATE event SET private = '{{"note": ["00", "так"]}}' WHERE {THIS} AND seq = 2"""],
        {"opening-changed"},
    ),
    "a salt that is none": (
        [f"UPDATE event SET private = jsonb_set(private, '{{municipality,0}}', '7') WHERE {THIS} AND seq = 3"],
        {"opening-changed"},
    ),
    "an event taken out of the middle": ([f"DELETE FROM event WHERE {THIS} AND seq = 3"], {"gap", "event-missing"}),
    "an event taken out, numbers closed up": (
        [f"DELETE FROM event WHERE {THIS} AND seq = 3"]
        + [f"UPDATE event SET seq = {n - 1} WHERE {THIS} AND seq = {n}" for n in (4, 5)],
        {"chain-broken", "reordered", "event-missing"},
    ),
    "the first events": ([f"DELETE FROM event WHERE {THIS} AND seq < 3"], {"beginning-missing", "event-missing"}),
    "the last events": ([f"DELETE FROM event WHERE {THIS} AND seq > 3"], {"end-missing", "event-missing"}),
    "the last events and the end of the chain": (
        [f"DELETE FROM event WHERE {THIS} AND seq > 3", HEAD_MOVED],
        {"event-missing", "projection-changed"},
    ),
    "all events of an asset": ([f"DELETE FROM event WHERE {THIS}"], {"end-missing", "event-missing"}),
    "every trace of an asset": (
        [f"DELETE FROM {table} WHERE {THIS}" for table in ("event", "asset_head", "asset_period", "asset_share")]
        + [f"DELETE FROM event_file WHERE {THIS}", f"DELETE FROM tag WHERE {THIS}", f"DELETE FROM asset WHERE id = '{ONE}'"],
        {"event-missing"},
    ),
    "all events": (["TRUNCATE event"], {"event-missing", "end-missing"}),
    "the order of two events": ([*swapped("seq", 2, 3)], {"reordered", "chain-broken"}),
    "an event of another asset": (
        [f"UPDATE event SET asset_id = '{uuid7()}' WHERE {THIS} AND seq = 5"],
        {"column-changed", "beginning-missing"},
    ),
    "an event put in by hand": (
        [
            (f"INSERT INTO event SELECT gen_random_uuid(), asset_id, 6, kind, occurred_at, recorded_at, actor_id, "
            f"programme_id, operation, supersedes, body, private, hash, sha256(hash || body) "
            f"FROM event WHERE {THIS} AND seq = 5")
        ],
        {"column-changed", "not-sealed", "key-missing"},
    ),
    "an event put in beside its key": (
        [
            (f"INSERT INTO event SELECT id, asset_id, seq, kind, occurred_at, recorded_at + interval '1 year', actor_id, "
            f"programme_id, operation, supersedes, body, private, prev_hash, hash FROM event WHERE {THIS} AND seq = 5")
        ],
        {"key-missing"},
    ),
    "a key": ([f"UPDATE event_key SET recorded_at = now() WHERE {THIS}"], {"key-missing"}),
    "a key taken out": ([f"DELETE FROM event_key WHERE {THIS} AND seq = 2"], {"key-missing"}),
    "the end of a chain": ([f"UPDATE asset_head SET hash = sha256(hash) WHERE {THIS}"], {"head-changed"}),
    "the state": ([f"UPDATE asset SET condition = 'unserviceable' WHERE id = '{ONE}'"], {"projection-changed"}),
    "what lies in the state": (
        [f"UPDATE asset SET state = jsonb_set(state, '{{unit_price}}', '\"1.00\"') WHERE id = '{ONE}'"],
        {"projection-changed"},
    ),
    "a period": ([f"UPDATE asset_period SET stage = 'gone' WHERE {THIS}"], {"projection-changed"}),
    "a period left out": ([f"DELETE FROM asset_period WHERE {THIS}"], {"projection-changed"}),
    "who paid": ([f"UPDATE asset_share SET percent = 50 WHERE {THIS}"], {"projection-changed"}),
    "a tag": ([f"UPDATE tag SET asset_id = '{uuid7()}' WHERE {THIS}"], {"projection-changed"}),
    "a photo": ([f"UPDATE event_file SET sha256 = '{'cd' * 32}' WHERE {THIS}"], {"projection-changed"}),
    "as what a photo is named": ([f"UPDATE event_file SET kind = 'scan' WHERE {THIS}"], {"projection-changed"}),
    "an asset without events": (
        [f"INSERT INTO asset_share VALUES ('{uuid7()}', '{uuid7()}', 100)"],
        {"projection-changed"},
    ),
    "an asset taken off the screens": ([f"DELETE FROM asset WHERE id = '{ONE}'"], {"projection-changed"}),
    "a leaf": (["UPDATE ledger_leaf SET hash = sha256(hash) WHERE position = 7"], {"event-replaced", "tree-changed"}),
    "a leaf taken out": (["DELETE FROM ledger_leaf WHERE position = 7"], {"log-gap", "not-sealed", "checkpoint-beyond"}),
    "the end of the log": (
        ["DELETE FROM ledger_leaf WHERE position > 299"],
        {"not-sealed", "checkpoint-beyond", "tree-changed"},
    ),
    "the order of the log": (
        [
            "UPDATE ledger_leaf SET position = 1000 WHERE position = 1",
            "UPDATE ledger_leaf SET position = 1 WHERE position = 2",
            "UPDATE ledger_leaf SET position = 2 WHERE position = 1000",
        ],
        {"tree-changed", "checkpoint-root"},
    ),
    "a tile": (["UPDATE ledger_tile SET hashes = sha256(hashes) WHERE level = 1"], {"tree-changed"}),
    "a tile taken out": (["DELETE FROM ledger_tile WHERE level = 0 AND index = 0"], {"tree-changed"}),
    "the root of a checkpoint": (["UPDATE ledger_checkpoint SET root = sha256(root)"], {"checkpoint-signature", "checkpoint-root"}),
    "the note of a checkpoint": (["UPDATE ledger_checkpoint SET note = replace(note, 'made 2', 'made 1')"], {"checkpoint-signature"}),
    "a note that is none": (["UPDATE ledger_checkpoint SET note = 'trust me'"], {"checkpoint-signature"}),
    "the key": (["UPDATE ledger_key SET public_key = sha256(public_key)"], {"key-unproven"}),
    "an event that waits to be sealed": (
        [f"INSERT INTO ledger_unsealed VALUES ('{uuid7()}')"],
        {"event-missing"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("ledger-data")


@pytest.fixture(scope="module")
async def original(new_database, data_dir, anyio_backend):
    """A sealed ledger, and the checkpoint that a donor kept of it."""
    url = new_database()
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *life(ONE), *(fact for _ in range(50) for fact in life()))
    async with engine.begin() as conn:
        await sealed(conn, data_dir)
    async with engine.begin() as conn:
        await add(conn, *(fact for _ in range(10) for fact in life()))
    async with engine.begin() as conn:
        kept = await sealed(conn, data_dir)
    await engine.dispose()
    return url, kept.note


@pytest.fixture
async def copy(original, server_url):
    """A copy of that ledger to do mischief to, for one with all rights in it."""
    name = f"tampered_{uuid.uuid4().hex[:12]}"
    source = make_url(original[0]).database
    administrator = make_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with administrator.connect() as conn:
        await conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    yield url
    async with administrator.connect() as conn:
        await conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await administrator.dispose()


async def tamper(url, statements, *, cover_up=True):
    """As somebody with all rights in the database would, who puts the protection back afterwards."""
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        raw = (await conn.get_raw_connection()).driver_connection
        await conn.execute(text("SELECT 1"))
        for statement in (*OFF, *statements, *(ON if cover_up else ())):
            await raw.execute(statement)
    await engine.dispose()


async def kinds(url, *kept):
    result = await verify(url, kept=kept)
    assert set(result.counts) <= set(FALSIFICATIONS)
    assert sum(result.counts.values()) >= len(result.findings)
    return set(result.counts)


async def test_an_untouched_ledger_is_clean(original):
    url, kept = original
    result = await verify(url, kept=[kept])
    assert (result.counts, result.events, result.assets, result.leaves) == ({}, 305, 61, 305)
    assert result.checkpoints == 2


@pytest.mark.parametrize("name", CORPUS)
async def test_a_change_is_found_and_named(copy, original, name):
    statements, expected = CORPUS[name]
    await tamper(copy, statements)
    found = await kinds(copy, original[1])
    assert expected <= found, found


async def test_no_trigger_is_left_out_of_those_that_are_looked_at(superuser):
    rows = await superuser.execute(
        text("""SELECT coalesce(inhparent, tgrelid)::regclass::text AS of, tgname FROM pg_trigger
        LEFT JOIN pg_inherits ON inhrelid = tgrelid WHERE NOT tgisinternal""")
    )
    known = {(table, name) for table, names in PROTECTION.items() for name in names}
    assert {tuple(row) for row in rows} == known


async def test_protection_that_was_left_off_is_told(copy):
    await tamper(copy, [], cover_up=False)
    assert await kinds(copy) == {"protection-off"}


@pytest.mark.parametrize("column", ["body", "hash", "prev_hash"])
@pytest.mark.parametrize("place", [0, 17, 31])
async def test_any_flipped_bit_of_an_event_is_found(copy, column, place):
    await tamper(
        copy, [(f"UPDATE event SET {column} = set_bit({column}, {place * 8 + place % 8}, "
               f"1 - get_bit({column}, {place * 8 + place % 8})) WHERE {THIS} AND seq = 3")]
    )  # fmt: skip
    assert await kinds(copy)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_leaf", "hash"),
        ("ledger_tile", "hashes"),
        ("ledger_checkpoint", "root"),
        ("ledger_key", "public_key"),
    ],
)
async def test_any_flipped_bit_of_the_log_is_found(copy, table, column):
    await tamper(copy, [f"UPDATE {table} SET {column} = set_bit({column}, 100, 1 - get_bit({column}, 100))"])
    assert await kinds(copy)


async def test_an_older_dump_is_told_by_a_kept_checkpoint(new_database, original, data_dir):
    """As after restoring one: whole in itself, and shorter than what was sealed."""
    url = new_database()
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *life())
    assert await kinds(url) == set()
    assert "rolled-back" in await kinds(url, original[1])
    await engine.dispose()


async def test_a_history_written_anew_and_signed_with_the_same_key_is_told_by_a_kept_checkpoint(
    copy, original, data_dir
):
    everything = (
        "event, event_key, asset_head, asset, asset_period, asset_share, asset_count, asset_figure, asset_number, place_count, "
        "country_figure, programme_count, programme_reach, tag, "
        "event_file, ledger_leaf, ledger_tile"
    )
    await tamper(copy, [f"TRUNCATE {everything}, ledger_checkpoint, ledger_unsealed"])
    engine = make_engine(copy, poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *life(ONE), *(fact for _ in range(60) for fact in life()))
    async with engine.begin() as conn:
        signer = await keys.open_signer(conn, data_dir, "unused")
        assert (await checkpoints.seal(conn, signer)).size == 305
    await engine.dispose()
    assert await kinds(copy) == set()
    assert await kinds(copy, original[1]) == {"forked"}


async def test_a_history_signed_with_a_key_of_ones_own_is_told(copy, original):
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    own = keys.VerifyKey("example.org/ledger", key)
    await tamper(
        copy,
        [
            "UPDATE ledger_key SET until = now()",
            f"INSERT INTO ledger_key VALUES ('{own.id.hex()}', '{own.name}', '\\x{key.hex()}', now(), NULL, NULL)",
        ],
    )
    assert await kinds(copy) == {"key-unproven"}


async def test_what_is_not_sealed_yet_is_no_falsification(copy, original):
    engine = make_engine(copy, poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, draft(ONE, ev.Note(note="щойно"), days=9))
    await engine.dispose()
    assert await kinds(copy, original[1]) == set()


async def test_without_projections_only_the_proofs_are_looked_at(copy):
    await tamper(copy, [f"UPDATE asset SET condition = 'unserviceable' WHERE id = '{ONE}'"])
    assert (await verify(copy, projections=False)).clean


async def test_several_processes_find_the_same(copy, monkeypatch):
    monkeypatch.setattr("asset_tracker.ledger.verify.ALONE", 0)
    monkeypatch.setattr("asset_tracker.ledger.verify._TASK", 20)
    await tamper(copy, [f"UPDATE event SET kind = 'note' WHERE {THIS} AND seq = 2"])
    told = []
    result = await verify(copy, processes=2, progress=lambda done, due: told.append((done, due)))
    assert (result.events, set(result.counts)) == (305, {"column-changed"})
    assert len(told) == 4
    assert told[-1] == (305, 305)
