"""What a database grows by: bytes of each large table with its indexes, of WAL, and what sealing takes.

    python tests/bench/growth.py [--assets 20000] [--write docs/scale.md]

Ten events for each asset (``seed.py``), all of them sealed; then one more fact of each of a thousand assets, to
see how many rewritten rows found room on their page (HOT), which leaves the indexes alone.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_database import Cpu, database
from ledger_write import seen
from seed import EVENTS, seed
from sqlalchemy import select, text
from sqlalchemy.pool import NullPool
from tables import show

from asset_tracker import collector
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine
from asset_tracker.ledger import checkpoints, keys, store
from asset_tracker.ledger.tables import asset

TABLES = (
    "event",
    "event_key",
    "ledger_leaf",
    "ledger_tile",
    "asset",
    "asset_period",
    "asset_share",
    "asset_head",
    "tag",
)
# Of a table that is divided, all of its parts.
_SIZES = text("""SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint
FROM (SELECT relid FROM pg_partition_tree(CAST(:name AS regclass)) UNION SELECT CAST(:name AS regclass)) AS all_parts""")
_WAL = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")


async def sealed(server: EmbeddedServer, url: str, folder: Path) -> float:
    """Seal all that waits, with a key made in ``folder``; seconds of processor that it takes."""
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    async with engine.begin() as conn:
        signer = await keys.open_signer(conn, folder, "bench.example/ledger")
        cpu = Cpu(server)
        while await checkpoints.seal(conn, signer, None):
            pass
        _, spent, _ = cpu.spent()
    await engine.dispose()
    return spent


async def _asked(url: str, statement: Any, **values: Any) -> Any:
    engine = make_engine(url, poolclass=NullPool)
    async with engine.connect() as conn:
        found = (await conn.execute(statement, values)).one()
    await engine.dispose()
    return found


async def _hot(url: str) -> dict[str, float]:
    """Of the rows rewritten by one more fact each, the part that stayed on its page."""
    engine = make_engine(url, poolclass=NullPool)
    for _ in range(3):
        async with engine.begin() as conn:
            some = list(await conn.scalars(select(asset.c.id).order_by(asset.c.id).limit(1000)))
            await store.append(conn, COMMAND_LINE.id, [seen(each) for each in some])
    await asyncio.sleep(1.5)  # statistics are sent when a session is idle
    counted = text("SELECT relname, n_tup_hot_upd::float / nullif(n_tup_upd, 0) FROM pg_stat_user_tables")
    async with engine.connect() as conn:
        found = {name: part for name, part in await conn.execute(counted) if part is not None}
    await engine.dispose()
    return found


def measure(assets: int) -> list[tuple[str, ...]]:
    """The rows of the table."""
    with database(fsync="off", max_wal_size="4GB") as (server, url):
        before = float(asyncio.run(_asked(url, _WAL))[0])
        began = time.perf_counter()
        rate = seed(url, assets)
        print(f"{assets:,} assets: {rate:,.0f} events a second, {time.perf_counter() - began:.0f} s in all")
        wal = float(asyncio.run(_asked(url, _WAL))[0]) - before
        with tempfile.TemporaryDirectory() as folder:
            spent = asyncio.run(sealed(server, url, Path(folder)))
        sealing = float(asyncio.run(_asked(url, _WAL))[0]) - before - wal
        events = assets * EVENTS
        rows = []
        for name in TABLES:
            heap, indexes = asyncio.run(_asked(url, _SIZES, name=name))
            each, per = (events, "event") if name in TABLES[:4] else (assets, "asset")
            rows.append(
                (
                    f"`{name}`",
                    per,
                    f"{heap / each:.0f}",
                    f"{indexes / each:.0f}",
                    f"{(heap + indexes) / each:.0f}",
                )
            )
        rows.append(("WAL of recording, in bulk", "event", "", "", f"{wal / events:.0f}"))
        rows.append(("WAL of sealing", "event", "", "", f"{sealing / events:.0f}"))
        hot = asyncio.run(_hot(url))
    print(f"sealing: {spent / events * 1e6:.0f} µs of processor for an event")
    print("rewritten within their page: " + ", ".join(f"{name} {part:.0%}" for name, part in hot.items()))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=int, default=20_000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    collector.seldom()
    show(
        "growth", ("what", "for an", "rows", "indexes", "bytes together"), measure(given.assets), given.write
    )


if __name__ == "__main__":
    main()
