"""The one door: ``append`` is the only code that writes events.

In one transaction it locks the assets (in the order of their ids, so that two batches never
deadlock), refuses or recognises what was sent before, chains, stores, folds and projects.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, func, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text, Uuid

from asset_tracker.db import bulk
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError, StaleError, UnavailableError
from asset_tracker.ledger import projection, tables
from asset_tracker.ledger.chain import GENESIS, opened_lines
from asset_tracker.ledger.chaining import Chaining, Group, Head, Receipt, Said, by_asset, in_pieces
from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.replay import go_on, goes_on, replay
from asset_tracker.ledger.rows import EVENT_COLUMNS, packed
from asset_tracker.ledger.state import Period, State, as_state


class RacedError(UnavailableError):
    """Somebody recorded the same at the same moment; send it again."""

    code = "raced"


class _Locked(msgspec.Struct, frozen=True):
    """The ends of the chains that drafts go onto.

    ``fresh`` chains begin here; for those that are ``unclaimed`` no row stands yet.
    ``again``: an id may have been sent before.
    """

    heads: Mapping[UUID, Head]
    fresh: set[UUID]
    unclaimed: set[UUID]
    again: bool


_ids = bindparam("ids", type_=ARRAY(Uuid))
_h, _e, _k = tables.asset_head, tables.event, tables.event_key
# Asked by the driver itself: with every fact that comes in, or for very many; SQLAlchemy's part would cost as much
# again. Ids out of a sub-query are as many as PostgreSQL guesses, so that it keeps one plan; for an array that it can
# look into it makes one each time, which takes ten times as long as asking. Very many are worth a plan of their own.
_FEW = "ANY ((SELECT ${}::uuid[])::uuid[])"
_LOCK = """
SELECT asset_id, seq, hash, programme_id, clock_timestamp() AS now
FROM asset_head WHERE asset_id = ANY ($1::uuid[]) ORDER BY asset_id FOR UPDATE"""
# The same, and whether an id may have been sent before: it is there, or the chain moved on while we waited for its
# lock, and what moved it is not in the sight of this statement, which began before.
_LOCK_FEW = f"""
WITH locked AS MATERIALIZED (
    SELECT asset_id, seq, hash, programme_id FROM asset_head WHERE asset_id = {_FEW.format(1)}
    ORDER BY asset_id FOR UPDATE)
SELECT asset_id, seq, hash, programme_id, clock_timestamp() AS now,
    EXISTS (SELECT FROM event_key WHERE id = {_FEW.format(2)})
    OR seq <> (SELECT seen.seq FROM asset_head AS seen WHERE seen.asset_id = locked.asset_id) AS again
FROM locked"""
# LIMIT keeps PostgreSQL to one look into one part for each key.
_KNOWN = """
SELECT k.id, k.asset_id, k.seq, e.hash, k.recorded_at, e.body, e.private::text AS private
FROM event_key AS k CROSS JOIN LATERAL (
    SELECT hash, body, private FROM event
    WHERE event.recorded_at = k.recorded_at AND event.asset_id = k.asset_id AND event.seq = k.seq LIMIT 1) AS e
WHERE k.id = ANY ($1::uuid[])"""
# A row for each asset and not for each event, which of 50,000 events saves two thirds of the driver's time.
_HISTORY = """
SELECT asset_id, string_agg(body, '\\x0a'), string_agg(coalesce(private::text, 'null'), E'\\n')
FROM (SELECT asset_id, body, private FROM event WHERE asset_id = ANY ($1::uuid[]) ORDER BY asset_id, seq) AS e
GROUP BY asset_id ORDER BY asset_id"""
_FORGET = (
    update(_e)
    .where(_k.c.id == bindparam("event", type_=Uuid), tables.OF_KEY)
    .values(private=_e.c.private.op("-")(bindparam("names", type_=ARRAY(Text))))
)


def _latest(given: ColumnElement[Any]) -> Select[Any]:
    """Of each asset: when the latest of its facts occurred, and whether none strikes out, replaces or resolves."""
    plain = and_(_e.c.supersedes.is_(None), _e.c.kind.not_in(("correction", "resolution")))
    return (
        select(_e.c.asset_id, func.max(_e.c.occurred_at).label("at"), func.bool_and(plain).label("plain"))
        .where(_e.c.asset_id == any_(given))
        .group_by(_e.c.asset_id)
    )


_LATEST = _latest(_ids)
_LATEST_FEW = _latest(sql_cast(select(_ids).scalar_subquery(), _ids.type))
_a, _p = tables.asset, tables.asset_period
_STANDING = (
    select(_a.c.state, _p)
    .join(_p, _p.c.asset_id == _a.c.id)
    .where(_a.c.id == any_(_ids), _p.c.valid_to.is_(None))
)
_ENDS = (
    select(_h.c.asset_id, _h.c.seq, _h.c.hash, _h.c.programme_id, _e.c.recorded_at)
    .join(_e, and_(_e.c.asset_id == _h.c.asset_id, _e.c.seq == _h.c.seq))
    .where(_h.c.asset_id == any_(_ids))
)
# From so many on, chains begin with their ends and take fewer statements.
MANY = 200
_PIECE = 4_000  # drafts that one statement stores: as many as the trigger on events holds in memory
_CHUNK = 400  # of these are chained, packed and sent off together, while they are at hand
_HEAD = ("asset_id", "seq", "hash", "programme_id")
_STORE_FEW = f"""
WITH stored AS ({bulk.insert_statement(tables.event, EVENT_COLUMNS)})
UPDATE asset_head SET seq = moved.seq, hash = moved.hash
FROM unnest(${len(EVENT_COLUMNS) + 1}::uuid[], ${len(EVENT_COLUMNS) + 2}::integer[], ${len(EVENT_COLUMNS) + 3}::bytea[])
AS moved (asset_id, seq, hash) WHERE asset_head.asset_id = moved.asset_id"""
FILE_COLUMNS = ("event_id", "sha256", "asset_id", "kind", "named_by")


@by_system
async def append(
    conn: AsyncConnection,
    actor: UUID,
    drafts: Sequence[Draft],
    *,
    programme: UUID | None = None,
    heads: Mapping[UUID, str] | None = None,
    named_by: UUID | None = None,
) -> list[Receipt]:
    """Record facts; answers one receipt a draft, in their order.

    ``programme`` is that of assets registered here. ``heads`` are the chain heads (hexadecimal) that a
    desk decided on: an asset that moved on since raises ``StaleError`` with what happened.
    ``named_by``: who named the files of the facts, if that was not ``actor``.
    A draft whose id is known is answered with its first receipt (``duplicate``), or as ``conflict``
    when it says something else. Raises ``NotFoundError`` for an asset that is not registered, and
    ``RacedError`` when the transaction should be tried again.
    """
    if not drafts:
        return []
    groups = [(bulk.quick(asset), some) for asset, some in by_asset(drafts)]
    actor, programme = bulk.quick(actor), programme and bulk.quick(programme)
    ids = [draft.id for draft in drafts]
    locked = await _lock(conn, groups, ids, programme)
    moved_on = {a: h for a, h in (heads or {}).items() if locked.heads[a].hash.hex() != h}
    if moved_on:
        raise await _stale(conn, moved_on)
    record = partial(_record, conn, actor, groups, locked, named_by=named_by or actor)
    if len(drafts) >= MANY:
        # So many have hardly been sent before: looking each up would cost more than finding out as they are stored.
        with suppress(asyncpg.UniqueViolationError):
            async with conn.begin_nested():
                return await record(known={})
    try:
        return await record(known=await _known(conn, ids) if locked.again else {})
    except asyncpg.UniqueViolationError as error:
        # The same asset was registered, or the same id or tag used, in a transaction that we could not see yet.
        raise RacedError from error


async def _record(
    conn: AsyncConnection,
    actor: UUID,
    groups: Sequence[Group],
    locked: _Locked,
    *,
    named_by: UUID,
    known: Mapping[UUID, tuple[Receipt, Said]],
) -> list[Receipt]:
    going_on = await _going_on(conn, groups, known, locked.fresh)
    chaining = Chaining(known, locked.heads, actor)
    await _store(conn, chaining, groups, locked.unclaimed)
    files = [(*named, named_by) for named in chaining.files]
    await bulk.insert(conn, tables.event_file, FILE_COLUMNS, files, suffix="ON CONFLICT DO NOTHING")
    await _project(conn, chaining.moved, locked.fresh, chaining.events, going_on)
    return chaining.receipts


async def receipts(conn: AsyncConnection, assets: Sequence[UUID], event_id: UUID) -> list[Receipt]:
    """The receipt of an event of one of the assets that was recorded before; nothing if there is none."""
    return [receipt for receipt, _ in (await _known(conn, [event_id])).values() if receipt.asset in assets]


async def history(conn: AsyncConnection, assets: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """All events of the assets, in the order in which they were recorded."""
    stored = await chains(conn, list(assets))
    return defaultdict(list, {asset: opened_lines(bodies, openings) for asset, bodies, openings in stored})


async def chains(conn: AsyncConnection, assets: Sequence[UUID]) -> Sequence[tuple[UUID, bytes, str]]:
    """The same as it is stored, in the order of the assets: (asset, bodies, openings), for ``chain.opened_lines``."""
    return await _rows(conn, _HISTORY, assets)


@by_system
async def forget(conn: AsyncConnection, erased: Mapping[UUID, Collection[str]]) -> None:
    """Take the openings of these private values (event: names) away for good, and fold their assets again.

    The chain is as valid as before: what is hashed are commitments to the values.
    """
    named = [{"event": event_id, "names": sorted(names)} for event_id, names in erased.items()]
    rows = await conn.execute(select(_k.c.asset_id).where(_k.c.id == any_(_ids)), {"ids": list(erased)})
    assets = sorted(set(rows.scalars()))
    await _rows(conn, _LOCK, assets)
    if named:
        await conn.execute(_FORGET, named)
    await fold_again(conn, assets)


async def fold_again(conn: AsyncConnection, assets: Sequence[UUID]) -> None:
    """Write the projections of these assets anew from all their events."""
    await _rows(conn, _LOCK, assets)
    heads = {
        row.asset_id: Head(row.seq, row.hash, row.programme_id, row.recorded_at)
        for row in await conn.execute(_ENDS, {"ids": assets})
    }
    await _project(conn, heads, set(), dict, {})


async def _lock(
    conn: AsyncConnection, groups: Sequence[Group], ids: list[UUID], programme: UUID | None
) -> _Locked:
    """The ends of the chains concerned, locked.

    Chains that begin are claimed against whoever registers the same assets at this moment. Very many are not
    written twice: they begin with their ends, and a race fails (``_store``).
    """
    wanted = {asset.int: asset for asset, _ in groups}
    begun = {a.int: a for a, some in groups if any(d.payload.__class__ is Registered for d in some)}
    few = len(begun) < MANY
    fresh = await _claim(conn, [begun[number] for number in sorted(begun)], programme) if few else set()
    assets = list(wanted.values())
    rows = await _rows(conn, _LOCK_FEW, assets, ids) if len(ids) < MANY else await _rows(conn, _LOCK, assets)
    heads = {row[0]: Head(*row[1:5]) for row in rows}
    there = {asset.int for asset in heads}
    unclaimed = set() if few else {asset for number, asset in begun.items() if number not in there}
    for number in wanted.keys() - there - begun.keys():
        raise NotFoundError("There is no asset %(asset)s.", asset=str(wanted[number]))
    if unclaimed:
        now = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
        head = Head(0, GENESIS, programme, now)
        heads |= dict.fromkeys(unclaimed, head)
    # Of so many, what was sent before is found out as they are stored.
    again = len(ids) >= MANY or any(row["again"] for row in rows)
    return _Locked(heads, fresh | unclaimed, unclaimed, again)


async def _claim(conn: AsyncConnection, assets: Sequence[UUID], programme: UUID | None) -> set[UUID]:
    """Those of the assets whose chains begin with us."""
    rows = [(asset, 0, GENESIS, programme) for asset in assets]
    clause = "ON CONFLICT DO NOTHING RETURNING asset_id"
    return {r["asset_id"] for r in await bulk.insert(conn, tables.asset_head, _HEAD, rows, suffix=clause)}


async def _known(conn: AsyncConnection, ids: list[UUID]) -> dict[UUID, tuple[Receipt, Said]]:
    found: dict[UUID, tuple[Receipt, Said]] = {}
    for event_id, asset, seq, this, recorded_at, body, private in await _rows(conn, _KNOWN, ids):
        receipt = Receipt(
            id=event_id,
            asset=asset,
            outcome="duplicate",
            seq=seq,
            hash=this.hex(),
            recorded_at=recorded_at,
        )
        found[event_id] = (receipt, (body, private and msgspec.json.decode(private)))
    return found


async def _rows(conn: AsyncConnection, query: str, *ids: Sequence[UUID]) -> list[Any]:
    return cast("list[Any]", await (await bulk.driver(conn)).fetch(query, *ids))


async def _store(
    conn: AsyncConnection, chaining: Chaining, groups: Sequence[Group], unclaimed: set[UUID]
) -> None:
    """Chain the drafts and store what they become, and the new ends of the chains."""
    if not unclaimed and sum(len(some) for _, some in groups) < MANY:
        if rows := chaining.rows(groups):
            await _store_few(conn, rows, _ends(chaining.moved))
        return
    walled = await bulk.walled(conn, tables.event)
    for piece in in_pieces(groups, _PIECE):
        if walled:
            await bulk.put(conn, tables.event, EVENT_COLUMNS, chaining.rows(piece))
        else:
            chunks = (packed(chaining.rows(some)) for some in in_pieces(piece, _CHUNK))
            await bulk.copy(conn, tables.event, EVENT_COLUMNS, chunks)
    begun = {asset: head for asset, head in chaining.moved.items() if asset in unclaimed}
    await bulk.put(conn, tables.asset_head, _HEAD, _ends(begun))
    moved = {asset: head for asset, head in chaining.moved.items() if asset not in unclaimed}
    clause = bulk.upsert_clause(("asset_id",), _HEAD)
    await bulk.insert(conn, tables.asset_head, _HEAD, _ends(moved), suffix=clause)


def _ends(heads: Mapping[UUID, Head]) -> list[tuple[Any, ...]]:
    in_order = sorted(heads, key=attrgetter("int"))
    return [(asset, heads[asset].seq, heads[asset].hash, heads[asset].programme) for asset in in_order]


async def _store_few(conn: AsyncConnection, rows: list[tuple[Any, ...]], ends: list[tuple[Any, ...]]) -> None:
    """Events and the ends of their chains, which are there and locked, in one statement: one way there and back."""
    raw = await bulk.driver(conn)
    moved = list(map(list, zip(*ends, strict=True)))[:3]
    await raw.execute(_STORE_FEW, *map(list, zip(*rows, strict=True)), *moved)


async def _going_on(
    conn: AsyncConnection, groups: Sequence[Group], known: Collection[UUID], fresh: set[UUID]
) -> dict[UUID, tuple[State, Period]]:
    """State and open period of the assets whose fold may go on from there, with no look at what was before.

    That is so when everything new occurred after all that is known, and neither side strikes out,
    replaces or resolves anything.
    """
    new: dict[UUID, list[Draft]] = defaultdict(list)
    for asset, some in groups:
        if asset not in fresh:
            new[asset] += [d for d in some if d.id not in known] if known else some
    plain = [a for a, drafts in new.items() if drafts and all(map(goes_on, drafts))]
    if not plain:
        return {}
    asked = _LATEST_FEW if len(plain) < MANY else _LATEST
    latest = {row.asset_id: row.at for row in await conn.execute(asked, {"ids": plain}) if row.plain}
    later = [a for a in plain if a in latest and all(e.occurred_at > latest[a] for e in new[a])]
    rows = await conn.execute(_STANDING, {"ids": later})
    return {row.asset_id: (as_state(row.state), projection.period_of(row)) for row in rows}


async def _project(
    conn: AsyncConnection,
    heads: dict[UUID, Head],
    fresh: set[UUID],
    recorded: Callable[[], Mapping[UUID, list[Event]]],
    going_on: Mapping[UUID, tuple[State, Period]],
) -> None:
    new = recorded()
    gone_on = {asset: go_on(*standing, new[asset]) for asset, standing in going_on.items()}
    await projection.write_on(conn, gone_on, heads)
    again = [asset for asset in heads if asset not in fresh and asset not in going_on]
    # Read back what stands there, the new included: one truth for the fold, whoever was first.
    events = (await history(conn, again) if again else {}) | {a: new[a] for a in heads if a in fresh}
    folded = {asset: replay(events[asset]) for asset in events}
    await projection.write(conn, folded, heads, fresh & heads.keys())


async def _stale(conn: AsyncConnection, decided_on: Mapping[UUID, str]) -> StaleError:
    happened = []
    for asset, events in (await history(conn, decided_on)).items():
        rows = await conn.execute(
            select(_e.c.seq).where(_e.c.asset_id == asset, _e.c.hash == _bytes(decided_on[asset]))
        )
        since = rows.scalar() or 0
        happened += [event for event in events if event.seq > since]
    return StaleError(happened=tuple(happened))


def _bytes(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        return b""
