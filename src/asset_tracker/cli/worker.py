"""``asset-tracker worker``: does the jobs, alone or as the companion of ``serve``."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker import collector, tracing
from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.giving_way import give_way
from asset_tracker.edge.logs import configure_logs
from asset_tracker.edge.work import work
from asset_tracker.jobs import queue
from asset_tracker.settings import Settings, variable

# Others are answered first: jobs take what is left of the processor.
NICENESS = 10
AGAIN_AFTER = 2.0  # seconds
PATIENCE = 15.0  # seconds a companion has to leave in order


@click.command()
@click.option("--status", is_flag=True, help="Show what waits and what failed, and do nothing.")
@click.option("--retry", is_flag=True, help="Let what failed be tried again, and do nothing else.")
@click.option("--companion", is_flag=True, hidden=True, help="End when the standard input does.")
def command(*, status: bool, retry: bool, companion: bool) -> None:
    """Do the jobs that requests leave behind (imports, mails) and those that recur.

    Several workers may run, on one machine or on many. `serve` brings one along by itself when the
    database is the embedded one (ASSET_TRACKER_WORKER).
    """
    collector.give_back()
    settings = load_settings()
    if status:
        run(_show, settings)
    elif retry:
        run(_retry, settings)
    elif companion:
        # `serve` has opened and migrated the database, and watches over it.
        configure_logs(as_json=not sys.stderr.isatty())
        asyncio.run(_accompany(settings))
    else:
        configure_logs(as_json=not sys.stderr.isatty())
        run(lambda engine: _work(engine, settings), settings)


@contextmanager
def companion(settings: Settings, first: threading.Event) -> Iterator[None]:
    """While the block runs, a worker runs beside it, in a process of its own, started anew if it dies.

    It begins when ``first`` is done: both starting at once would only keep each other waiting.
    It ends with this process however this one ends: its standard input is closed then.
    ``settings``: with the address of the database that is open.
    """
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(settings, first, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        first.set()
        thread.join()


def _keep(settings: Settings, first: threading.Event, over: threading.Event) -> None:
    first.wait()
    while not over.is_set():
        process = _start(settings)
        while not over.wait(0.2) and process.poll() is None:
            pass
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        over.wait(AGAIN_AFTER)


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    told = {
        variable("database_url"): settings.database_url or "",
        variable("data_dir"): str(settings.data_dir),
        variable("base_url"): settings.base_url,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "asset_tracker", "worker", "--companion"],
        env=os.environ | told,
        stdin=subprocess.PIPE,
        # Ctrl-C is for the server, which then ends its companion in order.
        start_new_session=True,
    )


async def _accompany(settings: Settings) -> None:
    engine = make_engine(settings.database_url or "", application_name="asset-tracker worker")
    try:
        await _work(engine, settings, until_input_ends=True)
    finally:
        await engine.dispose()


async def _work(engine: AsyncEngine, settings: Settings, *, until_input_ends: bool = False) -> None:
    os.nice(NICENESS)
    collector.seldom()
    give_way(engine, NICENESS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    if until_input_ends:
        threading.Thread(target=_wait_for_the_end, args=(loop, stop), daemon=True).start()
    with tracing.sending(settings.otlp_url, "worker", engine):
        await work(engine, settings, stop)


def _wait_for_the_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while True:
        select.select([0], [], [])
        if not os.read(0, 1024):
            break
    with suppress(RuntimeError):  # the loop is closed already
        loop.call_soon_threadsafe(stop.set)


async def _show(engine: AsyncEngine) -> None:
    async with transaction(engine) as conn:
        depth = await queue.depth(conn)
        standing = await queue.kinds_standing(conn)
    click.echo(
        f"{depth.waiting} wait ({depth.due} of them could run now, the oldest for {depth.oldest:.0f} s), "
        f"{depth.failed} failed, {depth.workers} at work."
    )
    for kind, state, count, error in standing:
        click.echo(f"  {kind}: {count} {state}" + (f" ({error})" if error else ""))


async def _retry(engine: AsyncEngine) -> None:
    async with transaction(engine) as conn:
        count = await queue.retry_failed(conn)
    click.echo(f"{count} will be tried again.")
