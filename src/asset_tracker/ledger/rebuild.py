"""Every projection made anew from the events: held against what is stored, or put in its place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.ledger import projection, store, tables
from asset_tracker.ledger.chaining import Head, files_of
from asset_tracker.ledger.check import Finding
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.replay import replay

_READ: Final = {
    "asset_head": ("asset_id", "seq", "hash", "programme_id"),
    "asset": projection.ASSET_COLUMNS,
    "asset_period": projection.PERIOD_COLUMNS,
    "asset_share": projection.SHARE_COLUMNS,
    "tag": projection.TAG_COLUMNS,
    "event_file": ("asset_id", "event_id", "sha256", "kind"),
}
_KEY: Final = {table: "id" if table == "asset" else "asset_id" for table in _READ}
_QUERIES: Final = {
    table: f"SELECT {', '.join(columns)} FROM {table} WHERE {_KEY[table]} = ANY($1) ORDER BY {', '.join(columns[:3])}"
    for table, columns in _READ.items()
}
# Assets that stand in a projection without any event.
ORPHANS: Final = {
    table: f"""SELECT DISTINCT {_KEY[table]} FROM {table} AS p WHERE {_KEY[table]} IS NOT NULL
    AND NOT EXISTS (SELECT FROM event WHERE event.asset_id = p.{_KEY[table]}) LIMIT 1000"""
    for table in _READ
}
_in_order = msgspec.json.Encoder(order="sorted", decimal_format="string").encode
_STATE: Final = projection.ASSET_COLUMNS.index("state")

Rows = list[Any]  # tuples, or the driver's records: they compare alike
Projected = Mapping[str, Mapping[UUID, Rows]]


async def load(raw: asyncpg.Connection, assets: Sequence[UUID]) -> Projected:
    """What the projections say of the assets: table, asset -> rows."""
    found: dict[str, dict[UUID, Rows]] = {}
    for table, columns in _READ.items():
        place = columns.index(_KEY[table])
        by_asset: dict[UUID, Rows] = defaultdict(list)
        for row in await raw.fetch(_QUERIES[table], assets):
            by_asset[row[place]].append(_with_state(row) if table == "asset" else row)
        found[table] = by_asset
    return found


def check_projections(events: Sequence[Event], end: bytes, projected: Projected) -> Iterator[Finding]:
    """What is wrong with the projections of one asset, whose events are sound and in the order of ``seq``.

    ``end`` is the hash of the last of them.
    """
    last = events[-1]
    asset_id = last.asset
    for table, due in _due(events, end).items():
        there = projected[table].get(asset_id, [])
        if table == "asset_head" and any(row[1] > last.seq for row in there):
            yield Finding("end-missing", f"after number {last.seq}", asset_id)
        elif table == "asset_head" and there != due:
            yield Finding("head-changed", "", asset_id)
        elif table == "asset":
            yield from _asset_differs(asset_id, there, due)
        elif table == "tag":
            # A tag that a fact bound which was struck out since stays where it is.
            if there != due and not _only_more(there, due, events):
                yield Finding("projection-changed", table, asset_id)
        elif not (_same_files(there, due) if table == "event_file" else there == due):
            yield Finding("projection-changed", table, asset_id)


def _due(events: Sequence[Event], end: bytes) -> dict[str, Rows]:
    replayed = replay(events)
    last = events[-1]
    asset_id = last.asset
    head = Head(last.seq, end, last.programme, last.recorded_at)
    files = [
        (asset_id, event.id, sha256, kind)
        for event in events
        for sha256, kind in files_of(event.payload).items()
    ]
    shares = projection.share_rows(asset_id, replayed.state)
    row = list(projection.asset_row(asset_id, replayed.state, head))
    row[_STATE] = _in_order(replayed.state)
    return {
        "asset_head": [(asset_id, head.seq, head.hash, head.programme)],
        "asset": [tuple(row)],
        "asset_period": [projection.period_row(asset_id, period) for period in replayed.periods],
        "asset_share": sorted(shares) if len(shares) > 1 else shares,
        "tag": projection.tag_rows(asset_id, replayed.state, head.programme),
        "event_file": sorted(files),
    }


def _same_files(there: Rows, due: Rows) -> bool:
    """Whether the files are as the events name them; as what may be left open, as an earlier version did."""
    return len(there) == len(due) and all(
        (*row[:3], row[3] or right[3]) == right for row, right in zip(there, due, strict=True)
    )


def _asset_differs(asset_id: UUID, there: Rows, due: Rows) -> Iterator[Finding]:
    if there == due:
        return
    columns = [
        name
        for stored in there
        for name, value, right in zip(projection.ASSET_COLUMNS, stored, due[0], strict=True)
        if value != right
    ]
    yield Finding("projection-changed", f"asset: {', '.join(columns) or 'missing'}", asset_id)


def _with_state(row: Any) -> tuple[Any, ...]:
    """The stored row with its state as text in one order of keys; some drivers give it decoded."""
    state = row[_STATE]
    decoded = msgspec.json.decode(state) if isinstance(state, str) else state
    return (*row[:_STATE], _in_order(decoded), *row[_STATE + 1 :])


def _only_more(there: Rows, due: Rows, events: Sequence[Event]) -> bool:
    more = set(there) - set(due)
    named = _tags_named(events)
    return len(more) == len(there) - len(due) and all(row[0] in named for row in more)


def _tags_named(events: Sequence[Event]) -> set[str]:
    names = ("tag", "old", "new")
    return {
        str(getattr(event.payload, name))
        for event in events
        for name in names
        if hasattr(event.payload, name)
    }


async def rebuild_some(conn: AsyncConnection, after: UUID, count: int) -> list[UUID]:
    """Write the projections of the next ``count`` assets after this id anew; answers whose.

    The events and the ends of their chains stay as they are: what was done to those is for ``verify``
    to tell. For a transaction each, beside whatever else goes on.
    """
    h = tables.asset_head.c
    wanted = select(h.asset_id).where(h.asset_id > after).order_by(h.asset_id).limit(count)
    assets = list((await conn.execute(wanted)).scalars())
    if not assets:
        return []
    events = await store.history(conn, assets)
    await _free_tags(conn, events)
    await _name_files(conn, assets, events)
    await store.fold_again(conn, assets)
    return assets


async def _name_files(
    conn: AsyncConnection, assets: Sequence[UUID], events: Mapping[UUID, Sequence[Event]]
) -> None:
    """Have the files that these assets' events name stand beside them as what they are named, and no others."""
    files = {
        (event.id, sha256, asset, kind): event.actor
        for asset in assets
        for event in events[asset]
        for sha256, kind in files_of(event.payload).items()
    }
    f = tables.event_file.c
    wanted = select(f.event_id, f.sha256, f.asset_id, f.kind, f.named_by).where(f.asset_id.in_(assets))
    there = {tuple(row[:4]): row.named_by for row in await conn.execute(wanted)}
    named_by = {named[:3]: who for named, who in there.items()}
    if strange := [row[:2] for row in there.keys() - files.keys()]:
        await conn.execute(delete(tables.event_file).where(tuple_(f.event_id, f.sha256).in_(strange)))
    missing = sorted(files.keys() - there.keys())
    rows = [(*named, named_by.get(named[:3], files[named])) for named in missing]
    await bulk.put(conn, tables.event_file, store.FILE_COLUMNS, rows)


async def _free_tags(conn: AsyncConnection, events: Mapping[UUID, Sequence[Event]]) -> None:
    """Take tags away from assets of which no event ever named them."""
    t = tables.tag.c
    named = {asset: _tags_named(events[asset]) for asset in events}
    every = set().union(*named.values())
    rows = (
        await conn.execute(select(t.tag, t.asset_id).where(t.asset_id.in_(named) | t.tag.in_(every)))
    ).all()
    others = {row.asset_id for row in rows if row.asset_id} - named.keys()
    named |= {asset: _tags_named(of) for asset, of in (await store.history(conn, others)).items()}
    wrong = [row.tag for row in rows if row.asset_id and row.tag not in named.get(row.asset_id, set())]
    await conn.execute(update(tables.tag).where(t.tag.in_(wrong)).values(asset_id=None, status="blank"))
