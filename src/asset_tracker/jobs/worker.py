"""A worker: takes jobs up as they come, several at a time, and what recurs when its time has come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import collector, tracing
from asset_tracker.db.engine import transaction
from asset_tracker.db.roles import SYSTEM
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Kind, wait_after
from asset_tracker.jobs.queue import LostError, Taken
from asset_tracker.settings import Settings

AT_ONCE: Final = 4
LOOK_EVERY: Final = 5.0  # seconds, should a notice be missed
GRACE: Final = 8.0  # seconds that running jobs have when the worker is told to stop
log = structlog.get_logger(__name__)
Paused = Callable[[AsyncConnection], Awaitable[bool]]


class Run:
    """One try of one job, as its function sees it.

    ``due_at``: what a recurring job is for; ``tries``: 1 for the first.
    """

    def __init__(self, engine: AsyncEngine, settings: Settings, taken: Taken) -> None:
        self.engine, self.settings = engine, settings
        self.id, self.tries, self.due_at = taken.id, taken.tries, taken.due_at
        self.ended = False

    @asynccontextmanager
    async def last(self) -> AsyncIterator[AsyncConnection]:
        """The transaction that ends the job: what is written in it and the job's end stand or fall together.

        Raises LostError, and everything is rolled back, when another worker has taken the job up.
        A function that does not use it is ended after it returns.
        """
        async with transaction(self.engine) as conn:
            await queue.end(conn, self.id, self.tries)
            yield conn
        self.ended = True

    async def once(self, step: str) -> bool:
        """Whether to do a step outside of the database (send a mail): True the first time only.

        It is noted before it is done: after a crash between the two it is not done again.
        """
        async with transaction(self.engine) as conn:
            return await queue.begin_step(conn, self.id, self.tries, step)


class Worker:
    """Does jobs of the ``kinds`` until told to stop. ``paused``: asked before taking up another."""

    def __init__(
        self, engine: AsyncEngine, settings: Settings, kinds: Sequence[Kind], paused: Paused | None = None
    ) -> None:
        self._engine, self._settings, self._paused = engine, settings, paused
        self._kinds = {kind.name: kind for kind in kinds}
        self._tries = {kind.name: kind.tries for kind in kinds}
        self._recurring = {kind.name: (kind.payload(), kind.when) for kind in kinds if kind.when is not None}
        self._running: dict[asyncio.Task[None], Taken] = {}
        self._news = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``; a database that goes away is waited for."""
        told = ""
        while not stop.is_set():
            try:
                async with self._lease() as lease:
                    told = ""
                    await self._work(lease, stop)
            except (SQLAlchemyError, OSError) as error:
                # The locks went with the connection, so others may take these jobs up now.
                await self._abandon()
                if told != (told := type(error).__name__):  # once, however long it takes
                    log.warning("the worker has lost the database", error=told)
                await _either(stop.wait(), seconds=2)

    @asynccontextmanager
    async def _lease(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as plain:
            lease = await plain.execution_options(isolation_level="AUTOCOMMIT")
            raw = (await lease.get_raw_connection()).driver_connection
            assert raw is not None  # noqa: S101 - it was connected just now
            await raw.add_listener(queue.CHANNEL, self._hear)
            # For good, unlike a transaction's: this connection is the worker's own, and is thrown away.
            await lease.execute(text(f"SET ROLE {SYSTEM}"))
            try:
                await queue.announce(lease)
                yield lease
            finally:
                # back in the pool it would go on holding the locks
                await plain.invalidate()

    async def _work(self, lease: AsyncConnection, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._news.clear()
            await self._clear(lease)
            wait = LOOK_EVERY
            if self._paused is None or not await self._paused(lease):
                wait = min(wait, await self._schedules())
                while len(self._running) < AT_ONCE and (taken := await self._next(lease)):
                    self._running[asyncio.create_task(self._try(taken))] = taken
                if len(self._running) < AT_ONCE and (due := await queue.next_due(lease)) is not None:
                    wait = min(wait, due if due > 0 else LOOK_EVERY)
            waits = [stop.wait(), self._news.wait()]
            await _either(*waits, tasks=list(self._running), seconds=max(wait, 0.05))
        await self._leave(lease)

    async def _next(self, lease: AsyncConnection) -> Taken | None:
        return await queue.take(lease, self._tries, {taken.id for taken in self._running.values()})

    async def _schedules(self) -> float:
        async with transaction(self._engine) as conn:
            return await queue.run_schedules(conn, self._recurring)

    async def _try(self, taken: Taken) -> None:
        kind = self._kinds[taken.kind]
        run = Run(self._engine, self._settings, taken)
        say = log.bind(job=taken.id, kind=taken.kind, tries=taken.tries)
        try:
            with tracing.span(f"job {kind.name}", job=taken.id, tries=taken.tries):
                await kind.work(run, msgspec.convert(taken.payload, kind.payload))
                if not run.ended:
                    async with run.last():
                        pass
        except LostError:
            say.warning("job lost to another worker")
        except Exception as error:  # noqa: BLE001 - whatever it was: told, and tried again or set aside
            say.exception("job failed")
            async with transaction(self._engine) as conn:
                name = type(error).__name__
                if taken.tries < kind.tries:
                    await queue.try_again(conn, taken, wait_after(taken.tries), name)
                else:
                    await queue.give_up(conn, taken, name)
        else:
            say.info("job done")

    async def _clear(self, lease: AsyncConnection) -> None:
        """Let go of what is over, and tidy up where nothing else goes on."""
        over = [task for task in self._running if task.done()]
        for task in over:
            taken = self._running.pop(task)
            await queue.release(lease, taken.id)
            if (error := task.exception()) is not None:
                log.error("a job's failure could not be kept", job=taken.id, exc_info=error)
        if over and not self._running:
            collector.tidy()

    async def _leave(self, lease: AsyncConnection) -> None:
        """Let running jobs end for a while, and give the others back."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        unfinished = [(task, taken) for task, taken in self._running.items() if not task.done()]
        await self._abandon()
        for _, taken in unfinished:
            await queue.give_back(lease, taken)

    async def _abandon(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()

    def _hear(self, *notice: Any) -> None:
        del notice
        self._news.set()


async def _either(*waits: Awaitable[Any], tasks: Sequence[asyncio.Task[None]] = (), seconds: float) -> None:
    """Until one of them is over, or so many seconds."""
    waiting = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait([*waiting, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
