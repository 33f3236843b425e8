"""The log against the events, the tree against the log, checkpoints and keys against both."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.ledger import merkle
from asset_tracker.ledger.check import Finding
from asset_tracker.ledger.checkpoints import tiles_at
from asset_tracker.ledger.merkle import Growing, TileKey
from asset_tracker.ledger.notes import Head, NoteError, VerifyKey, read_checkpoint, signers
from asset_tracker.ledger.tables_of_log import ledger_checkpoint, ledger_key

# Which event is gone, which is another one now, which never came into the log: one pass over both.
_AGAINST_EVENTS: Final = """
SELECT CASE WHEN e.id IS NULL THEN 'event-missing' WHEN l.event_id IS NULL THEN 'not-sealed'
            ELSE 'event-replaced' END AS kind,
       coalesce(e.id, l.event_id) AS event_id, e.asset_id, e.seq, l.position
FROM event AS e FULL JOIN ledger_leaf AS l ON l.event_id = e.id
WHERE e.hash IS DISTINCT FROM l.hash
  AND NOT (l.event_id IS NULL AND EXISTS (SELECT FROM ledger_unsealed AS u WHERE u.event_id = e.id))
LIMIT 1000"""
_AGAINST_KEYS: Final = """
SELECT CASE WHEN e.id IS NULL THEN 'event-missing' ELSE 'key-missing' END AS kind,
       coalesce(e.id, k.id) AS event_id, coalesce(e.asset_id, k.asset_id) AS asset_id, coalesce(e.seq, k.seq) AS seq
FROM event AS e FULL JOIN event_key AS k ON k.id = e.id
WHERE (e.asset_id, e.seq, e.recorded_at) IS DISTINCT FROM (k.asset_id, k.seq, k.recorded_at) LIMIT 1000"""
_WAITING_FOR_NOTHING: Final = """
SELECT event_id FROM ledger_unsealed AS u
WHERE NOT EXISTS (SELECT FROM event_key WHERE event_key.id = u.event_id) LIMIT 1000"""
# The leaves of a tile together: a row for each would cost more than the tree.
_LEAVES: Final = f"""
SELECT min(position) AS first, count(*) AS count, max(position) AS last,
       string_agg(hash, '' ORDER BY position) AS hashes, min(length(hash)) = 32 AND max(length(hash)) = 32 AS whole
FROM ledger_leaf WHERE position >= $1 AND position < $2 GROUP BY position / {merkle.TILE_WIDTH} ORDER BY 1"""
_GROWS: Final = ("only_grows", "only_grows_whole")
_NOTES: Final = ("due_begins", "due_follows", "due_ends")  # of what to look at for what is due of it
# The triggers of each table; those of ``event`` are on each of its parts as well.
PROTECTION: Final = {
    "event": (*_GROWS, "keep_key", "note_unsealed"),
    "event_key": _GROWS,
    # What is kept beside assets: their counts, their names, which cases they are in, when something is due.
    "asset": (
        *("counts_begin", "counts_follow", "counts_end", "names_begin", "names_follow"),
        *("cases_begin", "cases_follow", "plans_begin", "plans_follow"),
        *_NOTES,
    ),
    # What is settled of the counts, added up over all programmes, and of each.
    "asset_count": (
        *("totals_begin", "totals_follow", "totals_end", "standing_begin", "standing_follow"),
        *("standing_end", "reach_begin", "reach_follow", "reach_end"),
    ),
    "asset_figure": ("totals_begin", "totals_follow", "totals_end"),
    "maintenance_plan": ("turn", *_NOTES),
    "asset_due": ("counts_begin", "counts_follow", "counts_end"),
    "act": ("acts_follow",),  # whether a consignment has one that stands
    "ledger_leaf": _GROWS,
    "ledger_tile": _GROWS,
    "ledger_checkpoint": _GROWS,
    "ledger_key": _GROWS,
}
_TRIGGERS: Final = """
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgenabled = 'A' AND c.relnamespace = current_schema()::regnamespace"""
_PARTS: Final = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'event'::regclass"
_TILES_TOGETHER = 200


class LogVerified(msgspec.Struct, frozen=True):
    """How long the log is, how many checkpoints were signed, and what is wrong with either."""

    leaves: int
    checkpoints: int
    findings: list[Finding]


async def verify_log(conn: AsyncConnection, kept: Sequence[str]) -> LogVerified:
    """Verify the log in the snapshot that ``conn`` reads; ``kept`` are notes kept outside of it."""
    raw = await bulk.driver(conn)
    findings = await _protection(raw) + await _against_events(raw)
    keys, unproven = _keys((await conn.execute(select(ledger_key).order_by(ledger_key.c.since))).all())
    rows = (await conn.execute(select(ledger_checkpoint).order_by(ledger_checkpoint.c.size))).all()
    outside, strange = _outside(kept, keys)
    findings += unproven + strange
    findings += [finding for row in rows for finding in _signature(row, keys)]
    size, roots, wrong = await _tree(raw, {row.size for row in rows} | {head.size for head in outside})
    findings += wrong
    for row in rows:
        if row.size > size:
            findings.append(Finding("checkpoint-beyond", f"signed for {row.size}, there are {size}"))
        elif roots[row.size] != row.root:
            findings.append(Finding("checkpoint-root", f"at {row.size}"))
    for head in outside:
        if head.size > size:
            findings.append(Finding("rolled-back", f"kept for {head.size}, there are {size}"))
        elif roots[head.size] != head.root:
            findings.append(Finding("forked", f"at {head.size}"))
    return LogVerified(size, len(rows), findings)


async def _protection(raw: asyncpg.Connection) -> list[Finding]:
    on = {(row["relname"], row["tgname"]) for row in await raw.fetch(_TRIGGERS)}
    parts = {row["name"]: PROTECTION["event"] for row in await raw.fetch(_PARTS)}
    due = [(table, trigger) for table, triggers in (PROTECTION | parts).items() for trigger in triggers]
    return [Finding("protection-off", ".".join(each)) for each in due if each not in on]


async def _against_events(raw: asyncpg.Connection) -> list[Finding]:
    found = [
        Finding(
            row["kind"],
            "" if row["position"] is None else f"leaf {row['position']}",
            row["asset_id"],
            row["event_id"],
            row["seq"],
        )
        for row in await raw.fetch(_AGAINST_EVENTS)
    ]
    keys = await raw.fetch(_AGAINST_KEYS)
    found += [
        Finding(row["kind"], "by its key", row["asset_id"], row["event_id"], row["seq"]) for row in keys
    ]
    waiting = await raw.fetch(_WAITING_FOR_NOTHING)
    return found + [Finding("event-missing", "waits to be sealed", None, row["event_id"]) for row in waiting]


def _keys(rows: Iterable[Any]) -> tuple[list[VerifyKey], list[Finding]]:
    """The keys that may be trusted, each because the one before it said so; the first because it is there."""
    keys: list[VerifyKey] = []
    found: list[Finding] = []
    for row in rows:
        key = VerifyKey(row.name, row.public_key)
        if key.id.hex() != row.id or (keys and not _took_over(keys[-1], key, row.statement)):
            found.append(Finding("key-unproven", row.id))
        else:
            keys.append(key)
    return keys, found


def _took_over(old: VerifyKey, new: VerifyKey, statement: str | None) -> bool:
    begins = f"{new.name}\nkey rotation\nold {old}\nnew {new}\n"
    try:
        return bool(
            statement and statement.startswith(begins) and set(signers(statement, [old, new])) == {old, new}
        )
    except NoteError:
        return False


def _signature(row: Any, keys: Sequence[VerifyKey]) -> list[Finding]:
    try:
        head = read_checkpoint(row.note)
        right = head == Head(head.origin, row.size, row.root, row.made_at) and any(
            key.id.hex() == row.key_id and key.name == head.origin for key in signers(row.note, keys)
        )
    except NoteError:
        right = False
    return [] if right else [Finding("checkpoint-signature", f"at {row.size}")]


def _outside(kept: Sequence[str], keys: Sequence[VerifyKey]) -> tuple[list[Head], list[Finding]]:
    heads: list[Head] = []
    found: list[Finding] = []
    for note in kept:
        try:
            head = read_checkpoint(note)
            if not signers(note, keys):
                found.append(Finding("key-unproven", "a kept checkpoint is signed by a key that is not here"))
            heads.append(head)
        except NoteError as error:
            found.append(Finding("checkpoint-signature", f"a kept one: {error}"))
    return heads, found


async def _tree(raw: asyncpg.Connection, sizes: set[int]) -> tuple[int, dict[int, bytes], list[Finding]]:
    """How many leaves there are, the roots at these sizes, and where the stored tree is not theirs."""
    growing = Growing()
    roots = {0: merkle.EMPTY_ROOT}
    found: list[Finding] = []
    due: dict[TileKey, bytes] = {}
    async for first, count, last, hashes, whole in _leaves(raw):
        if first != growing.size or last - first + 1 != count or not whole:
            found.append(Finding("log-gap", f"among the leaves {growing.size} to {last}"))
            break
        leaves = [merkle.leaf_hash(hashes[n : n + merkle.HASH]) for n in range(0, len(hashes), merkle.HASH)]
        # Where no root is asked for on the way a tile is worked out as a whole, which is much quicker.
        for some in [leaves] if sizes.isdisjoint(range(first + 1, last + 1)) else [[leaf] for leaf in leaves]:
            due.update(growing.add_tile(some))
            if growing.size in sizes:
                roots[growing.size] = growing.root()
        if len(due) >= _TILES_TOGETHER:
            found += await _tiles_differ(raw, due)
            due = {}
    found += await _tiles_differ(raw, due | growing.edge())
    return growing.size, roots, found


async def _leaves(raw: asyncpg.Connection) -> AsyncIterator[Any]:
    last = await raw.fetchval("SELECT max(position) FROM ledger_leaf")
    together = _TILES_TOGETHER * merkle.TILE_WIDTH
    for start in range(0, 0 if last is None else last + 1, together):
        for row in await raw.fetch(_LEAVES, start, start + together):
            yield row


async def _tiles_differ(raw: asyncpg.Connection, due: dict[TileKey, bytes]) -> list[Finding]:
    there = await tiles_at(raw, due)
    return [
        Finding("tree-changed", f"tile {key.level}/{key.number}")
        for key, hashes in due.items()
        if there.get(key) != hashes
    ]
