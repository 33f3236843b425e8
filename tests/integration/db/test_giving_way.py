"""What works for a worker inside of PostgreSQL is as nice as the worker."""

import os

import pytest
from sqlalchemy import make_url, text

from asset_tracker.db.engine import make_engine
from asset_tracker.db.giving_way import give_way, slow_down

pytestmark = pytest.mark.anyio


async def test_the_connections_of_a_worker_give_way_and_no_other(new_database):
    url = new_database()
    here = str(make_url(url).query.get("host", "")).startswith("/")
    worker, server = make_engine(url), make_engine(url)
    give_way(worker, 7)
    niceness = []
    for engine in (worker, server):
        async with engine.connect() as conn:
            pid = await conn.scalar(text("SELECT pg_backend_pid()"))
            niceness.append(os.getpriority(os.PRIO_PROCESS, pid) if here else None)
        await engine.dispose()
    # a server elsewhere is not ours to touch
    assert niceness == ([7, os.getpriority(os.PRIO_PROCESS, 0)] if here else [None, None])


async def test_what_is_no_server_process_is_left_alone():
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert not slow_down(os.getpid(), before + 1)
    assert not slow_down(2**22 + 1, 5)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
