"""``ledger verify``: walks everything there is, and names each falsification that it meets.

The events are walked asset by asset, in several processes that look at one and the same snapshot of
the database; the log, its tree, its checkpoints and keys by ``verify_log``. Nothing is changed.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, pairwise
from multiprocessing import get_context
from operator import itemgetter
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker import collector
from asset_tracker.db import bulk
from asset_tracker.db.engine import make_engine
from asset_tracker.db.wall import become_system
from asset_tracker.ledger import counts, rebuild, verify_log
from asset_tracker.ledger.chain import opened
from asset_tracker.ledger.check import COLUMNS, Finding, Stored, check_chain
from asset_tracker.ledger.check_quick import PLAIN, QUERY, Chain, events_of, sound
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.names import missing_names

SHOWN = 1000
# Assets that one task walks, and that are fetched and compared together.
_TASK, _TOGETHER = 2_500, 500
ALONE = 100_000  # events, up to which other processes would take longer to start than they save
_CLOSELY = f"SELECT {', '.join(COLUMNS)} FROM event WHERE asset_id = ANY($1) ORDER BY asset_id, seq"

Progress = Callable[[int, int], None]
Beside = Callable[[AsyncConnection], Awaitable[dict[str, int]]]


class Part(msgspec.Struct, frozen=True):
    """What one task walked."""

    events: int
    assets: int
    findings: list[Finding]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was walked and what is wrong: how many of each kind, and the first thousand of them."""

    events: int
    assets: int
    leaves: int
    checkpoints: int
    seconds: float
    counts: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.counts


async def verify(
    url: str,
    *,
    kept: Sequence[str] = (),
    projections: bool = True,
    processes: int = 1,
    progress: Progress = lambda _done, _all: None,
    beside: Sequence[Beside] = (),
) -> Verified:
    """Verify the ledger in the database at ``url``.

    ``kept`` are notes of checkpoints that somebody kept outside of it. Without ``projections`` only the
    proofs are checked. ``progress`` is told how many events are done, of how many. ``beside``: what other rooms
    keep beside assets, each as how many rows of which table are wrong.
    """
    began = time.perf_counter()
    found: list[Finding] = []
    events = assets = 0
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    try:
        async with engine.connect() as conn:
            raw = await _snapshot(conn)
            due = await raw.fetchval("SELECT count(*) FROM event")
            async for part in _parts(raw, url, projections, processes if due > ALONE else 1):
                events, assets = events + part.events, assets + part.assets
                found += part.findings
                progress(events, due)
            if projections:
                found += await _orphans(raw)
                found += [
                    Finding("projection-changed", f"{table}: {number} counts")
                    for wrong in (counts.wrong_counts, *beside)
                    for table, number in (await wrong(conn)).items()
                ]
                if number := await missing_names(conn):
                    found.append(Finding("projection-changed", f"asset_name: {number} names"))
            log = await verify_log.verify_log(conn, kept)
            found += log.findings
    finally:
        await engine.dispose()
    return Verified(
        events=events,
        assets=assets,
        leaves=log.leaves,
        checkpoints=log.checkpoints,
        seconds=time.perf_counter() - began,
        counts=dict(Counter(finding.kind for finding in found)),
        findings=tuple(found[:SHOWN]),
    )


async def _snapshot(conn: AsyncConnection, of: str | None = None) -> asyncpg.Connection:
    """The driver of a connection that reads one snapshot of the database: its own, or an exported one."""
    await conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    if of:
        await conn.execute(text(f"SET TRANSACTION SNAPSHOT '{of}'"))
    await conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    await become_system(conn)
    raw = await bulk.driver(conn)
    await raw.execute(PLAIN)
    return raw


async def _parts(raw: asyncpg.Connection, url: str, projections: bool, processes: int) -> AsyncIterator[Part]:
    ranges = await _ranges(raw)
    if processes < 2:
        for low, high in ranges:
            yield await _walk(raw, low, high, projections)
        return
    snapshot = await raw.fetchval("SELECT pg_export_snapshot()")
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(processes, get_context("spawn"), collector.seldom) as pool:
        tasks = [loop.run_in_executor(pool, _task, url, snapshot, *each, projections) for each in ranges]
        for task in asyncio.as_completed(tasks):
            yield await task


async def _ranges(raw: asyncpg.Connection) -> list[tuple[UUID, UUID]]:
    """Every id there can be, cut into ranges (ends included) of some thousand assets."""
    numbered = "SELECT asset_id, row_number() OVER (ORDER BY asset_id) AS n FROM asset_head"
    rows = await raw.fetch(f"SELECT asset_id FROM ({numbered}) AS h WHERE n % $1 = 0 ORDER BY 1", _TASK)
    starts = [0, *(row["asset_id"].int for row in rows), 2**128]
    return [(UUID(int=start), UUID(int=end - 1)) for start, end in pairwise(starts)]


def _task(url: str, snapshot: str, low: UUID, high: UUID, projections: bool) -> Part:
    return asyncio.run(_walk_there(url, snapshot, low, high, projections))


async def _walk_there(url: str, snapshot: str, low: UUID, high: UUID, projections: bool) -> Part:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    try:
        async with engine.connect() as conn:
            return await _walk(await _snapshot(conn, snapshot), low, high, projections)
    finally:
        await engine.dispose()


async def _walk(raw: asyncpg.Connection, low: UUID, high: UUID, projections: bool) -> Part:
    events = assets = 0
    findings: list[Finding] = []
    cursor = await raw.cursor(QUERY, low, high)
    while fetched := await cursor.fetch(_TOGETHER):
        chains = list(map(Chain._make, fetched))
        events, assets = events + sum(each.number for each in chains), assets + len(chains)
        whole = sound(chains)
        parts = [whole] if whole else [part for each in chains if (part := sound([each]))]
        passed = [each for part in parts for each in part.chains]
        histories = []
        if projections:
            events_of_all = (events for part in parts for events in events_of(part))
            histories = [(e, each.hashes[-32:]) for e, each in zip(events_of_all, passed, strict=True)]
        if len(passed) < len(chains):
            right_ones = {each.asset for each in passed}
            suspect = [UUID(each.asset) for each in chains if each.asset not in right_ones]
            wrong, right = await _closely(raw, suspect)
            findings += wrong
            histories += right
        if projections:
            findings += await _check_projections(raw, histories)
    return Part(events, assets, findings)


async def _closely(
    raw: asyncpg.Connection, assets: list[UUID]
) -> tuple[list[Finding], list[tuple[list[Event], bytes]]]:
    """What is wrong with the chains of these assets; and the events, and the end, of those that are right."""
    findings: list[Finding] = []
    right = []
    rows = map(Stored._make, await raw.fetch(_CLOSELY, assets))
    for _, group in groupby(rows, key=itemgetter(0)):
        stored = list(group)
        wrong = list(check_chain(stored))
        findings += wrong
        if not wrong:
            right.append(([opened(row.body, row.private) for row in stored], stored[-1].hash))
    return findings, right


async def _check_projections(
    raw: asyncpg.Connection, histories: list[tuple[list[Event], bytes]]
) -> list[Finding]:
    if not histories:
        return []
    projected = await rebuild.load(raw, [events[0].asset for events, _ in histories])
    return [
        finding for events, end in histories for finding in rebuild.check_projections(events, end, projected)
    ]


async def _orphans(raw: asyncpg.Connection) -> list[Finding]:
    found = []
    for table, query in rebuild.ORPHANS.items():
        # A chain without events lost all of them; other tables only show what never was.
        kind = "end-missing" if table == "asset_head" else "projection-changed"
        found += [Finding(kind, f"{table}: no event at all", row[0]) for row in await raw.fetch(query)]
    return found
