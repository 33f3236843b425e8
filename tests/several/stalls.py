"""One server whose database is held up in every way we know of, and clients that wait for each answer.

usage: stalls.py        (``make stalls``; needs root, or the user that PostgreSQL runs as)

Each client waits three minutes for an answer, and whatever the database does, one must come within ``BOUND`` and the
few seconds that it takes to let go of a connection; what is not taken must say when to come back. Afterwards the
ledger is compared with what was acknowledged.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import asyncpg
import httpx
from sqlalchemy import make_url

from asset_tracker.db.embedded import EmbeddedServer
from several.stage import CLIENTS, Crowd, Machine, run, say

BOUND = 30  # seconds that requests of this server may take, of 120 otherwise
LETTING_GO = 5
HELD = int(os.environ.get("HELD", "60"))  # seconds for which a lock is held
PATIENCE = 180


def connect(url):
    at = make_url(url)
    return asyncpg.connect(
        user=at.username, database=at.database, host=at.query["host"], port=int(at.query["port"])
    )


async def hold(url, *statements, seconds=HELD):
    """Do this in a transaction that ends so many seconds later."""
    conn = await connect(url)
    async with conn.transaction():
        for each in statements:
            await conn.execute(each)
        await asyncio.sleep(seconds)
    await conn.close()


def chain_held(url, shared):
    """Somebody holds the end of the chain that all write to."""
    asyncio.run(hold(url, f"SELECT FROM asset_head WHERE asset_id = '{shared}' FOR UPDATE"))


def sealing_held(url, _shared):
    """Somebody holds the lock of the sealer."""
    asyncio.run(hold(url, "SELECT pg_advisory_xact_lock(hashtextextended('ledger log', 0))"))


def table_held(url, _shared):
    """Somebody alters the table of events."""
    asyncio.run(hold(url, "LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))


async def _fill(url, seconds):
    taken = []
    try:
        while True:
            taken.append(await connect(url))
    except asyncpg.TooManyConnectionsError:
        await taken[0].execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'asset-tracker'"
        )
        taken.append(await connect(url))  # one that the server gave up
        await asyncio.sleep(seconds)
    for each in taken:
        await each.close()


def connections_taken(url, _shared):
    """Others take every connection that PostgreSQL has, and those of the server are cut."""
    asyncio.run(_fill(url, 20))


def backends_ended(url, _shared):
    """Connections are cut in the middle, again and again."""

    async def cut():
        conn = await connect(url)
        for _ in range(20):
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'asset-tracker' AND state <> 'idle'"
            )
            await asyncio.sleep(0.5)
        await conn.close()

    asyncio.run(cut())


def processes(postmaster):
    """PostgreSQL's main process and all its children."""
    found = [postmaster]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            except OSError:
                continue
            if parent == postmaster:
                found.append(int(entry.name))
    return found


@contextmanager
def stopped(postmaster):
    """PostgreSQL stands still for the block, with all its connections open."""
    held = processes(postmaster)
    for each in held:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(held):
            os.kill(each, signal.SIGCONT)


def killed(url, _shared):
    """A process of PostgreSQL is killed, whereupon all of it starts anew."""

    async def one():
        conn = await connect(url)
        pid = await conn.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'asset-tracker' LIMIT 1"
        )
        await conn.close()
        os.kill(pid, signal.SIGKILL)

    asyncio.run(one())


def play(crowd, title, work):
    """Do ``work`` while they write, and see that they go on; ends the script where one waited for too long."""
    for client in crowd.clients:
        client.slowest, client.unanswered = 0.0, 0
        client.answers.clear()
    began = time.monotonic()
    work()
    crowd.more(CLIENTS * 8, 120)
    slowest = max(client.slowest for client in crowd.clients)
    answers = sum((client.answers for client in crowd.clients), start=type(crowd.clients[0].answers)())
    unanswered = sum(client.unanswered for client in crowd.clients)
    say(
        f"{title} ({time.monotonic() - began:.0f} s): longest answer {slowest:.1f} s,"
        f" answers {dict(answers)}, none {unanswered} times"
    )
    if slowest > BOUND + LETTING_GO or unanswered or answers[500]:
        raise SystemExit("FAILED")


def main():
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asset-tracker-stalls-")))
        folder.chmod(0o755)
        server = EmbeddedServer(folder / "database", options={"max_connections": "50"})
        url = server.start()
        stack.callback(server.leave)
        run("db", "upgrade", data_dir=folder / "upgrade", database_url=url)
        named = make_url(url).set(username="asset_tracker_app").render_as_string()
        machine = Machine(folder / "server", database_url=named, answer_within=BOUND).start()
        stack.callback(machine.stop)
        crowd = Crowd(url, [machine.address], patience=PATIENCE)
        shared = crowd.clients[0].assets[-1]
        postmaster = server.status().pid

        def still(seconds):
            with stopped(postmaster):
                began = time.monotonic()
                ready = httpx.get(f"{machine.address}/readyz", timeout=PATIENCE).status_code
                told = httpx.get(f"{machine.address}/metrics", timeout=PATIENCE).status_code
                say(f"/readyz {ready}, /metrics {told} after {time.monotonic() - began:.1f} s")
                time.sleep(max(0.0, seconds - (time.monotonic() - began)))

        crowd.more(CLIENTS * 8, 120)
        for work in (chain_held, sealing_held, table_held, connections_taken, backends_ended, killed):
            title = (work.__doc__ or "").rstrip(".")
            play(crowd, title, lambda work=work: work(url, shared))
        for seconds in (20, BOUND + 20):
            play(crowd, f"PostgreSQL stands still for {seconds} s", lambda seconds=seconds: still(seconds))
        crowd.stop()
        crowd.check(url)


if __name__ == "__main__":
    main()
