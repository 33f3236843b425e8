"""The one door: ``append`` is the only code that writes events.

In one transaction it locks the assets (in the order of their ids, so that two batches never
deadlock), refuses or recognises what was sent before, chains, stores, folds and projects.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import and_, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text, Uuid

from asset_tracker.db import bulk
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError, StaleError, UnavailableError
from asset_tracker.ledger import projection, tables
from asset_tracker.ledger.chain import GENESIS, Chance, Opening, link, opened, repeats, seal
from asset_tracker.ledger.envelope import Draft, Event
from asset_tracker.ledger.events import Accepted, Payload, Registered
from asset_tracker.ledger.projection import Head
from asset_tracker.ledger.replay import go_on, goes_on, replay
from asset_tracker.ledger.state import Period, State, as_state

Outcome = Literal["recorded", "duplicate", "conflict"]
# What was said under an id before: a draft of the same batch, or the stored body and its openings.
_Said = Draft | tuple[bytes, Any]


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of a draft. ``hash`` (hexadecimal) proves later what stood in the ledger."""

    id: UUID
    asset: UUID
    outcome: Outcome
    seq: int
    hash: str
    recorded_at: datetime


class RacedError(UnavailableError):
    """Somebody recorded the same at the same moment; send it again."""

    code = "raced"


_ids = bindparam("ids", type_=ARRAY(Uuid))
_h, _e = tables.asset_head, tables.event
_LOCK = (
    select(_h.c.asset_id, _h.c.seq, _h.c.hash, _h.c.programme_id, func.clock_timestamp().label("now"))
    .where(_h.c.asset_id == any_(_ids))
    .order_by(_h.c.asset_id)
    .with_for_update()
)
_KNOWN = select(_e.c.id, _e.c.asset_id, _e.c.seq, _e.c.hash, _e.c.recorded_at, _e.c.body, _e.c.private).where(
    _e.c.id == any_(_ids)
)
_HISTORY = (
    select(_e.c.asset_id, _e.c.body, _e.c.private)
    .where(_e.c.asset_id == any_(_ids))
    .order_by(_e.c.asset_id, _e.c.seq)
)
_FORGET = (
    update(_e)
    .where(_e.c.id == bindparam("event", type_=Uuid))
    .values(private=_e.c.private.op("-")(bindparam("names", type_=ARRAY(Text))))
)
# Of each asset: when the latest of its facts occurred, and whether none strikes out, replaces or resolves.
_LATEST = (
    select(
        _e.c.asset_id,
        func.max(_e.c.occurred_at).label("at"),
        func.bool_and(and_(_e.c.supersedes.is_(None), _e.c.kind.not_in(("correction", "resolution")))).label(
            "plain"
        ),
    )
    .where(_e.c.asset_id == any_(_ids))
    .group_by(_e.c.asset_id)
)
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
_HEAD = ("asset_id", "seq", "hash", "programme_id")
EVENT_COLUMNS = (
    "id",
    "asset_id",
    "seq",
    "kind",
    "occurred_at",
    "recorded_at",
    "actor_id",
    "programme_id",
    "operation",
    "supersedes",
    "body",
    "private",
    "prev_hash",
    "hash",
)
_STORE_FEW = f"""
WITH stored AS ({bulk.insert_statement(tables.event, EVENT_COLUMNS)})
UPDATE asset_head SET seq = moved.seq, hash = moved.hash
FROM unnest(${len(EVENT_COLUMNS) + 1}::uuid[], ${len(EVENT_COLUMNS) + 2}::integer[], ${len(EVENT_COLUMNS) + 3}::bytea[])
AS moved (asset_id, seq, hash) WHERE asset_head.asset_id = moved.asset_id"""
FILE_COLUMNS = ("event_id", "sha256", "asset_id", "named_by")
_to_json = msgspec.json.Encoder(decimal_format="string").encode


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
    fresh = await _begin_chains(conn, drafts, programme)
    locked, unclaimed = await _lock(conn, drafts, programme, fresh)
    moved_on = {a: h for a, h in (heads or {}).items() if locked[a].hash.hex() != h}
    if moved_on:
        raise await _stale(conn, moved_on)
    known = await _known(conn, [draft.id for draft in drafts])
    receipts, rows, heads_now, new = _chain(drafts, known, locked, actor)
    going_on = await _going_on(conn, new, fresh)
    files = [
        (d.id, sha256, d.asset, named_by or actor)
        for some in new.values()
        for d in some
        if d.payload.photos or isinstance(d.payload, Accepted)
        for sha256 in files_of(d.payload)
    ]
    try:
        await _store(conn, rows, heads_now, unclaimed)
        await bulk.insert(conn, tables.event_file, FILE_COLUMNS, files, suffix="ON CONFLICT DO NOTHING")
        await _project(conn, heads_now, fresh, lambda: events_of(new, heads_now, actor), going_on)
    except asyncpg.UniqueViolationError as error:
        # The same asset was registered, or the same id or tag used, in a transaction that we could not see yet.
        raise RacedError from error
    return receipts


async def receipts(conn: AsyncConnection, assets: Sequence[UUID], event_id: UUID) -> list[Receipt]:
    """The receipt of an event of one of the assets that was recorded before; nothing if there is none."""
    return [receipt for receipt, _ in (await _known(conn, [event_id])).values() if receipt.asset in assets]


async def history(conn: AsyncConnection, assets: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """All events of the assets, in the order in which they were recorded."""
    found: dict[UUID, list[Event]] = defaultdict(list)
    for row in await conn.execute(_HISTORY, {"ids": list(assets)}):
        found[row.asset_id].append(opened(row.body, row.private))
    return found


@by_system
async def forget(conn: AsyncConnection, erased: Mapping[UUID, Collection[str]]) -> None:
    """Take the openings of these private values (event: names) away for good, and fold their assets again.

    The chain is as valid as before: what is hashed are commitments to the values.
    """
    named = [{"event": event_id, "names": sorted(names)} for event_id, names in erased.items()]
    rows = await conn.execute(select(_e.c.asset_id).where(_e.c.id == any_(_ids)), {"ids": list(erased)})
    assets = sorted(set(rows.scalars()))
    await conn.execute(_LOCK, {"ids": assets})
    if named:
        await conn.execute(_FORGET, named)
    await fold_again(conn, assets)


async def fold_again(conn: AsyncConnection, assets: Sequence[UUID]) -> None:
    """Write the projections of these assets anew from all their events."""
    await conn.execute(_LOCK, {"ids": sorted(assets)})
    heads = {
        row.asset_id: Head(row.seq, row.hash, row.programme_id, row.recorded_at)
        for row in await conn.execute(_ENDS, {"ids": assets})
    }
    await _project(conn, heads, set(), dict, {})


def files_of(payload: Payload) -> tuple[str, ...]:
    """The hashes of the stored files that a payload names: its photos, and the scan of an act."""
    scan: str | None = getattr(payload, "scan", None)
    return (*payload.photos, *([scan] if scan else ()))


async def _begin_chains(conn: AsyncConnection, drafts: Sequence[Draft], programme: UUID | None) -> set[UUID]:
    """The assets whose chains begin here, claimed against whoever registers them at this moment.

    Very many are not written twice: their chains begin with their ends, and a race fails (``_store``).
    """
    registered = sorted({d.asset for d in drafts if isinstance(d.payload, Registered)})
    if len(registered) >= MANY:
        there = await conn.execute(
            select(_h.c.asset_id).where(_h.c.asset_id == any_(_ids)), {"ids": registered}
        )
        return set(registered) - set(there.scalars())
    rows = [(asset, 0, GENESIS, programme) for asset in registered]
    clause = "ON CONFLICT DO NOTHING RETURNING asset_id"
    return {r["asset_id"] for r in await bulk.insert(conn, tables.asset_head, _HEAD, rows, suffix=clause)}


async def _lock(
    conn: AsyncConnection, drafts: Sequence[Draft], programme: UUID | None, fresh: set[UUID]
) -> tuple[dict[UUID, Head], set[UUID]]:
    """The ends of the chains concerned, locked; and which of them no row stands for yet."""
    wanted = {draft.asset for draft in drafts}
    rows = await conn.execute(_LOCK, {"ids": sorted(wanted)})
    locked = {row.asset_id: Head(row.seq, row.hash, row.programme_id, row.now) for row in rows}
    for asset in wanted - locked.keys() - fresh:
        raise NotFoundError("There is no asset %(asset)s.", asset=str(asset))
    unclaimed = fresh - locked.keys()
    if unclaimed:
        now = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
        locked |= {asset: Head(0, GENESIS, programme, now) for asset in unclaimed}
    return locked, unclaimed


async def _known(conn: AsyncConnection, ids: list[UUID]) -> dict[UUID, tuple[Receipt, _Said]]:
    found: dict[UUID, tuple[Receipt, _Said]] = {}
    for row in await conn.execute(_KNOWN, {"ids": ids}):
        receipt = Receipt(
            id=row.id,
            asset=row.asset_id,
            outcome="duplicate",
            seq=row.seq,
            hash=row.hash.hex(),
            recorded_at=row.recorded_at,
        )
        found[row.id] = (receipt, (row.body, row.private))
    return found


def _chain(
    drafts: Sequence[Draft],
    known: dict[UUID, tuple[Receipt, _Said]],
    heads: dict[UUID, Head],
    actor: UUID,
) -> tuple[list[Receipt], list[tuple[Any, ...]], dict[UUID, Head], dict[UUID, list[Draft]]]:
    receipts: list[Receipt] = []
    rows: list[tuple[Any, ...]] = []
    moved: dict[UUID, Head] = {}
    new: dict[UUID, list[Draft]] = defaultdict(list)
    now = max(head.recorded_at for head in heads.values())
    chance = Chance(len(drafts))
    # By their numbers: a UUID is hashed by Python code, which is felt in a hundred thousand.
    said_before = {event.int: said for event, said in known.items()}
    for asset, some in groupby(drafts, key=attrgetter("asset")):
        head = moved.get(asset) or heads[asset]
        seq, last, programme = head.seq, head.hash, head.programme
        for draft in some:
            if draft.id.int in said_before:
                first, said = said_before[draft.id.int]
                outcome: Outcome = "duplicate" if _same(draft, said) else "conflict"
                receipts.append(msgspec.structs.replace(first, outcome=outcome))
                continue
            seq += 1
            body, private = seal(
                draft, seq=seq, recorded_at=now, actor=actor, programme=programme, chance=chance
            )
            this = link(last, body)
            rows.append(_row(draft, seq, now, actor, programme, body, private, last, this))
            last = this
            new[asset].append(draft)
            receipt = Receipt(
                id=draft.id, asset=asset, outcome="recorded", seq=seq, hash=this.hex(), recorded_at=now
            )
            receipts.append(receipt)
            said_before[draft.id.int] = receipt, draft
        if seq > head.seq:
            moved[asset] = Head(seq, last, programme, now)
    return receipts, rows, moved, new


def _same(draft: Draft, said: _Said) -> bool:
    if isinstance(said, Draft):
        return msgspec.structs.replace(draft, operation=said.operation) == said
    return repeats(draft, *said)


def events_of(
    new: Mapping[UUID, list[Draft]], heads: Mapping[UUID, Head], actor: UUID
) -> dict[UUID, list[Event]]:
    """The events that drafts have become, the last of each asset at the end of its chain."""
    return {
        asset: [
            _event(draft, seq, heads[asset], actor)
            for seq, draft in enumerate(drafts, start=heads[asset].seq - len(drafts) + 1)
        ]
        for asset, drafts in new.items()
    }


def _event(draft: Draft, seq: int, head: Head, actor: UUID) -> Event:
    return Event(
        id=draft.id,
        asset=draft.asset,
        seq=seq,
        occurred_at=draft.occurred_at,
        recorded_at=head.recorded_at,
        actor=actor,
        payload=draft.payload,
        programme=head.programme,
        device=draft.device,
        operation=draft.operation,
        supersedes=draft.supersedes,
    )


def _row(
    draft: Draft,
    seq: int,
    now: datetime,
    actor: UUID,
    programme: UUID | None,
    body: bytes,
    private: Opening,
    prev_hash: bytes,
    this_hash: bytes,
) -> tuple[Any, ...]:
    return (
        draft.id,
        draft.asset,
        seq,
        draft.kind,
        draft.occurred_at,
        now,
        actor,
        programme,
        draft.operation,
        draft.supersedes,
        body,
        _to_json(private).decode() if private else None,
        prev_hash,
        this_hash,
    )


async def _store(
    conn: AsyncConnection, rows: list[tuple[Any, ...]], heads: dict[UUID, Head], unclaimed: set[UUID]
) -> None:
    ends = [(asset, heads[asset].seq, heads[asset].hash, heads[asset].programme) for asset in sorted(heads)]
    if rows and not unclaimed and len(rows) < MANY:
        await _store_few(conn, rows, ends)
        return
    begun = [end for end in ends if end[0] in unclaimed]
    moved = [end for end in ends if end[0] not in unclaimed]
    await bulk.put(conn, tables.asset_head, _HEAD, begun)
    await bulk.put(conn, tables.event, EVENT_COLUMNS, rows)
    clause = bulk.upsert_clause(("asset_id",), _HEAD)
    await bulk.insert(conn, tables.asset_head, _HEAD, moved, suffix=clause)


async def _store_few(conn: AsyncConnection, rows: list[tuple[Any, ...]], ends: list[tuple[Any, ...]]) -> None:
    """Events and the ends of their chains, which are there and locked, in one statement: one way there and back."""
    raw = await bulk.driver(conn)
    moved = list(map(list, zip(*ends, strict=True)))[:3]
    await raw.execute(_STORE_FEW, *map(list, zip(*rows, strict=True)), *moved)


async def _going_on(
    conn: AsyncConnection, new: Mapping[UUID, list[Draft]], fresh: set[UUID]
) -> dict[UUID, tuple[State, Period]]:
    """State and open period of the assets whose fold may go on from there, with no look at what was before.

    That is so when everything new occurred after all that is known, and neither side strikes out,
    replaces or resolves anything.
    """
    plain = [a for a, events in new.items() if a not in fresh and all(map(goes_on, events))]
    if not plain:
        return {}
    latest = {row.asset_id: row.at for row in await conn.execute(_LATEST, {"ids": plain}) if row.plain}
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
