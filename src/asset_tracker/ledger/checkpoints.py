"""The log over all events: sealed now and then into a Merkle tree, under a signed checkpoint.

Leaves are the hashes of events. A trigger notes each new event as unsealed in the transaction that
stores it; sealing takes whatever is noted and committed, so an event that commits late is taken the
next time, and none is missed whatever the clocks say. One seals at a time (advisory lock).
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import func, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.db.engine import advisory_lock
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.ledger import merkle
from asset_tracker.ledger.keys import Signer
from asset_tracker.ledger.merkle import Growing, Range, TileKey, Tiles
from asset_tracker.ledger.notes import Head, NoteError, checkpoint_text, read_checkpoint
from asset_tracker.ledger.tables_of_log import ledger_checkpoint, ledger_leaf, ledger_tile

WITNESS = "ledger-checkpoint"
_TILE = ("level", "index", "hashes")
_UPSERT_TILE = bulk.upsert_clause(("level", "index"), _TILE)
_TAKE = text("""
    WITH taken AS (DELETE FROM ledger_unsealed RETURNING event_id)
    INSERT INTO ledger_leaf (position, event_id, hash)
    SELECT :size + row_number() OVER (ORDER BY e.asset_id, e.seq) - 1, e.id, e.hash
    FROM taken JOIN event_key k ON k.id = taken.event_id
    JOIN event e ON (e.recorded_at, e.asset_id, e.seq) = (k.recorded_at, k.asset_id, k.seq)""")
_TILES = """
    SELECT level, index, hashes FROM ledger_tile
    JOIN unnest($1::integer[], $2::bigint[]) AS due (level, index) USING (level, index)"""
_LEAVES = "SELECT hash FROM ledger_leaf WHERE position >= $1 ORDER BY position"


class RolledBackError(ConflictError):
    """The ledger is not the one that was sealed before: was an older dump restored?"""

    code = "ledger-rolled-back"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """How large the log was, and its root then (hexadecimal). ``note`` is the signed text."""

    size: int
    root: str
    made_at: datetime
    note: str

    @property
    def head(self) -> str:
        """Size and root in one line, to be printed."""
        return f"{self.size}:{self.root}"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That the event with this hash is leaf ``index`` (from 0) under ``checkpoint``.

    ``hashes`` are those of RFC 6962's audit path, leaf upwards, in base64.
    """

    hash: str
    index: int
    hashes: tuple[str, ...]
    checkpoint: Checkpoint


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """That the log of ``old`` leaves is the beginning of that of ``new`` (RFC 6962, 2.1.2; base64)."""

    old: int
    new: int
    hashes: tuple[str, ...]


async def seal(conn: AsyncConnection, signer: Signer, witness: str | None = None) -> Checkpoint | None:
    """Put every event that is not in the log yet into it; None when there is none.

    ``witness`` is a checkpoint that was kept outside of the database: RolledBackError when the log
    does not go on from there.
    """
    await advisory_lock(conn, "ledger log")
    await conn.execute(text("SET LOCAL statement_timeout = 0"))
    size = await _size(conn)
    if witness and (trouble := await contradicts(conn, read_checkpoint(witness), size)):
        raise trouble
    await conn.execute(_TAKE, {"size": size})
    growing = await _grow(conn, size)
    if growing.size == size:
        return None
    made_at = datetime.now(UTC).replace(microsecond=0)
    head = Head(signer.known.name, growing.size, growing.root(), made_at)
    note = signer.sign(checkpoint_text(head))
    row = {"size": head.size, "root": head.root, "made_at": made_at, "key_id": signer.known.id.hex()}
    await conn.execute(ledger_checkpoint.insert().values(**row, note=note))
    return Checkpoint(size=head.size, root=head.root.hex(), made_at=made_at, note=note)


async def latest(conn: AsyncConnection) -> Checkpoint | None:
    """The newest checkpoint; None before the first was sealed."""
    row = (await conn.execute(_NEWEST)).first()
    return _checkpoint(row) if row else None


async def proof_of(conn: AsyncConnection, event_id: UUID) -> Proof | None:
    """That the event stands in the log, under the newest checkpoint; None while it is not sealed."""
    return (await proofs_of(conn, [event_id])).get(event_id)


async def proofs_of(conn: AsyncConnection, events: Sequence[UUID]) -> dict[UUID, Proof]:
    """The proofs of those of the events that are sealed, all under the newest checkpoint."""
    checkpoint = await latest(conn)
    if checkpoint is None:
        return {}
    leaf = ledger_leaf.c
    wanted = select(leaf.event_id, leaf.position, leaf.hash).where(
        leaf.event_id == func.any(list(events)), leaf.position < checkpoint.size
    )
    rows = (await conn.execute(wanted)).all()
    paths = {row.event_id: merkle.inclusion_ranges(row.position, checkpoint.size) for row in rows}
    tiles = await load_tiles(conn, [leaves for path in paths.values() for leaves in path])
    return {
        row.event_id: Proof(
            hash=row.hash.hex(),
            index=row.position,
            hashes=_encoded(tiles.proof(paths[row.event_id])),
            checkpoint=checkpoint,
        )
        for row in rows
    }


async def covering(conn: AsyncConnection, events: Sequence[UUID]) -> dict[UUID, Checkpoint]:
    """Of those of the events that are sealed, the first checkpoint that covers each."""
    leaf, signed = ledger_leaf.c, ledger_checkpoint
    first = select(signed).where(signed.c.size > leaf.position).order_by(signed.c.size).limit(1).lateral()
    wanted = select(leaf.event_id, first).join(first, true()).where(leaf.event_id == func.any(list(events)))
    return {row.event_id: _checkpoint(row) for row in await conn.execute(wanted)}


async def consistency(conn: AsyncConnection, old: int, new: int | None = None) -> Consistency:
    """That the log of ``new`` leaves (None: of the newest checkpoint) began as that of ``old``.

    Raises InvalidError for sizes that the log never had.
    """
    checkpoint = await latest(conn)
    most = checkpoint.size if checkpoint else 0
    new = most if new is None else new
    if not 0 < old <= new <= most:
        wrong = FieldError("from", "Sizes from 1 to %(n)s are expected, the smaller one first.", {"n": most})
        raise InvalidError(errors=(wrong,))
    ranges = merkle.consistency_ranges(old, new)
    hashes = (await load_tiles(conn, ranges)).proof(ranges)
    return Consistency(old=old, new=new, hashes=_encoded(hashes))


async def contradicts(conn: AsyncConnection, kept: Head, size: int) -> RolledBackError | None:
    """How a checkpoint that somebody kept contradicts the log as it is now (``size`` leaves), if it does."""
    if kept.size > size:
        message = "The log has %(now)s events, and had %(then)s when it was sealed before."
        return RolledBackError(message, now=size, then=kept.size)
    whole = Range(0, kept.size)
    with suppress(LookupError):
        if (await load_tiles(conn, [whole])).subtree(whole) == kept.root:
            return None
    return RolledBackError("The first %(then)s events are not those that were sealed before.", then=kept.size)


async def load_tiles(conn: AsyncConnection, ranges: Iterable[Range]) -> Tiles:
    """The tiles that the hashes of these subtrees are worked out from."""
    return Tiles(await tiles_at(await bulk.driver(conn), merkle.tiles_of(ranges)))


async def tiles_at(raw: asyncpg.Connection, keys: Iterable[TileKey]) -> dict[TileKey, bytes]:
    """The stored tiles at these places, as far as there are any."""
    due = list(keys)
    rows = await raw.fetch(_TILES, [key.level for key in due], [key.number for key in due])
    return {TileKey(level, number): hashes for level, number, hashes in rows}


def keep_witness(data_dir: Path, note: str) -> None:
    """Keep the newest checkpoint beside the database, where restoring a dump does not reach."""
    path = data_dir / WITNESS
    draft = path.with_suffix(".new")
    draft.write_text(note, "utf-8")
    draft.replace(path)


def kept_witness(data_dir: Path) -> str | None:
    """The checkpoint kept beside the database; None before the first, and when it cannot be read."""
    with suppress(OSError, NoteError, UnicodeDecodeError):
        note = (data_dir / WITNESS).read_text("utf-8")
        read_checkpoint(note)
        return note
    return None


def forget_witness(data_dir: Path, now: datetime) -> Path:
    """Set the kept checkpoint aside (after a dump was restored on purpose); answers where it lies now."""
    aside = data_dir / f"{WITNESS}.before-{now:%Y%m%dT%H%M%SZ}"
    return (data_dir / WITNESS).rename(aside)


_NEWEST = select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()).limit(1)


async def _size(conn: AsyncConnection) -> int:
    last = await conn.scalar(select(func.max(ledger_leaf.c.position)))
    return 0 if last is None else int(last) + 1


async def _grow(conn: AsyncConnection, size: int) -> Growing:
    """Add the leaves from ``size`` on to the tree that stands, and write the tiles that changed."""
    growing = Growing(size, await load_tiles(conn, [Range(0, size)]))
    changed: list[tuple[int, int, bytes]] = []
    raw = await bulk.driver(conn)
    # The new leaves are read and the tiles written on one connection, so in turns.
    position = size
    while rows := await raw.fetch(f"{_LEAVES} LIMIT 100000", position):
        leaves = [merkle.leaf_hash(row["hash"]) for row in rows]
        # Up to where a tile begins leaf by leaf, then tile by tile.
        cuts = [0, *range(-position % merkle.TILE_WIDTH, len(leaves), merkle.TILE_WIDTH), len(leaves)]
        for start, end in pairwise(cuts):
            changed += [(*key, hashes) for key, hashes in growing.add_tile(leaves[start:end])]
        position += len(rows)
        await bulk.insert(conn, ledger_tile, _TILE, changed, suffix=_UPSERT_TILE)
        changed.clear()
    if growing.size > size:
        changed = [(*key, hashes) for key, hashes in growing.edge().items()]
        await bulk.insert(conn, ledger_tile, _TILE, changed, suffix=_UPSERT_TILE)
    return growing


def _checkpoint(row: Any) -> Checkpoint:
    return Checkpoint(size=row.size, root=row.root.hex(), made_at=row.made_at, note=row.note)


def _encoded(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(b64encode(each).decode() for each in hashes)
