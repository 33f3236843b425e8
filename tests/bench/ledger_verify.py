"""What ``ledger verify`` costs, beside a bare loop over the same SHA-256s in Python.

    python tests/bench/ledger_verify.py [--assets 20000] [--write docs/ledger.md]

The loop hashes what verifying must: each body with the hash before it, each opened value, each leaf, and a
node of the tree for each leaf; from a list in memory, and nothing is compared. CPU is that of all
processes, PostgreSQL's included, so that it holds on a machine that has other work; events a second of
all cores follow from it.
"""

import argparse
import asyncio
import os
import resource
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench_database import Cpu, database
from seed import EVENTS, seed
from sqlalchemy import text
from sqlalchemy.pool import NullPool
from tables import show

from asset_tracker import collector
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.chain import canonical
from asset_tracker.ledger.verify import ALONE, verify


async def _seal(url: str) -> None:
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    with tempfile.TemporaryDirectory() as folder:
        async with engine.begin() as conn:
            signer = await keys.open_signer(conn, Path(folder), "bench.example/ledger")
            while await checkpoints.seal(conn, signer, None):
                pass
        async with engine.connect() as conn:
            await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    await engine.dispose()


async def _hashed(url: str, count: int) -> tuple[list[bytes], list[bytes]]:
    """Bodies, and what the commitments of them were made of."""
    engine = make_engine(url, poolclass=NullPool)
    async with engine.connect() as conn:
        wanted = text("SELECT body, private FROM event ORDER BY asset_id, seq LIMIT :count")
        rows = (await conn.execute(wanted, {"count": count})).all()
    await engine.dispose()
    openings = [bytes.fromhex(s) + canonical(v) for row in rows for s, v in (row.private or {}).values()]
    return [row.body for row in rows], openings


def bare(bodies: list[bytes], openings: list[bytes]) -> float:
    """Seconds of CPU for an event."""
    last = bytes(32)
    began = time.process_time()
    for body in bodies:
        last = sha256(last + body).digest()
        sha256(b"\x00" + last).digest()
        sha256(b"\x01" + last + last).digest()
    for opening in openings:
        sha256(opening).hexdigest()
    return (time.process_time() - began) / len(bodies)


def _spent(server: EmbeddedServer, url: str, **asked: Any) -> tuple[float, float, int]:
    """CPU of everybody and wall clock in seconds, and how many events were verified."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = Cpu(server)
    told = asyncio.run(verify(url, **asked))
    _, total, wall = cpu.spent()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert told.clean, told.counts
    assert told.leaves == told.events
    spent = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    return total + spent, wall, told.events


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=20_000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    collector.seldom()
    cores = os.cpu_count() or 1
    with database(fsync="off", synchronous_commit="off", max_wal_size="4GB") as (server, url):
        seed(url, given.assets)
        asyncio.run(_seal(url))
        limit = min(bare(*asyncio.run(_hashed(url, 50_000))) for _ in range(3))
        rows = [_row("bare loop over the same SHA-256s", limit, limit, cores, None)]
        for name, projections in (("`ledger verify --proofs-only`", False), ("`ledger verify`", True)):
            for processes in sorted({1, cores if given.assets * EVENTS > ALONE else 1}):
                spent, wall, events = _spent(server, url, projections=projections, processes=processes)
                told = f"{name}, {processes} process{'es' if processes > 1 else ''}"
                rows.append(_row(told, spent / events, limit, cores, events / wall))
    head = ("what", "CPU for an event", "ratio", f"events/s if {cores} cores are free", "events/s as it was")
    show("ledger-verify", head, rows, given.write)


def _row(name: str, cpu: float, limit: float, cores: int, rate: float | None) -> list[str]:
    free = cores / cpu
    told = f"{rate:,.0f}" if rate else ""
    return [name, f"{cpu * 1e6:.1f} µs", f"{cpu / limit:.1f}", f"{free:,.0f}", told]


if __name__ == "__main__":
    main()
