"""Who is let in when all come at once, and what is still taken when the disk is nearly full.

Fifty phones that come back after a blackout must not keep a donor from reading, and nobody may wait for a
connection to the database that a slow sender holds. So a request is let in once its body has arrived, and
only a few at a time by each of three ways: to read, to write, and for whoever is not logged in. The ways
together are fewer than the connections, so that none is waited for. Those waiting longer than ``PATIENCE``,
or behind too many, are told to come back (503 with ``Retry-After``); phones and scripts do.

Nobody waits for ever: whoever has sent everything is answered within ``answer_within`` seconds, by then at the latest
that they shall come back. What was begun for them is rolled back, unless it was committed at that very moment; the
ids that they sent tell when they send it again. Who stops sending in the middle is not waited for either.
"""

import asyncio
import shutil
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from asset_tracker.edge.layer import Layer
from asset_tracker.edge.who import AnyRequest, cookie_name, header
from asset_tracker.errors import DiskFullError, UnavailableError

# At a time by each way; together fewer than the connections of ``db.engine.make_engine``.
READING, WRITING, STRANGERS = 5, 6, 3
WAITING = 150
PATIENCE = 10.0  # seconds
# Between two pieces of a body: a village's network is slow, but seldom silent for so long.
SILENCE = 60.0  # seconds
# Bodies held while their requests wait, all together; what is beyond has to come back.
HELD_BYTES = 256 * 1024 * 1024
STRANGERS_BYTES = 64 * 1024
# PostgreSQL stops, for readers too, when it cannot write ahead (segments of 16 MiB); so writers stop before.
RESERVE_BYTES = 64 * 1024 * 1024
_LOOK_EVERY = 1.0  # seconds between two looks at the disk
SAFE: Final = ("GET", "HEAD", "OPTIONS")
# Asked by machines about this machine, and files of ours: no database, or they must answer in any case.
_ALWAYS = ("/healthz", "/readyz", "/metrics", "/static/")


_LEAVE: Final[ContextVar[Callable[[], None] | None]] = ContextVar("admission_leave", default=None)


def step_aside() -> None:
    """Let others in instead of this request, and leave it to the request how long it takes.

    For one that waits for work that is done elsewhere, holds nothing meanwhile, and knows when to stop waiting.
    """
    if (leave := _LEAVE.get()) is not None:
        leave()


class CrowdedError(UnavailableError):
    """One's turn did not come in time, or too many wait already."""


class SilentError(UnavailableError):
    """The rest of what was to be sent did not come."""


class LateError(UnavailableError):
    """It took longer than anybody may have to wait; rolled back."""


class Way:
    """Lets ``width`` in at a time, in the order of their coming."""

    def __init__(self, width: int) -> None:
        self._free = width
        # Whose turn it will be, and when they have waited too long; all wait equally long, so the first one first.
        self._queue: deque[tuple[asyncio.Future[None], float]] = deque()
        self._clock: asyncio.TimerHandle | None = None

    def is_free(self) -> bool:
        """Take a place, if there is one for which nobody waits."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def enter(self) -> None:
        """Wait for one's turn. Raises CrowdedError when that would be too long."""
        if self.is_free():
            return
        if len(self._queue) >= WAITING:
            raise CrowdedError
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        waits = (turn, loop.time() + PATIENCE)
        self._queue.append(waits)
        if self._clock is None:
            self._clock = loop.call_at(waits[1], self._give_up, loop)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # whose turn it was has gone away meanwhile
            else:
                with suppress(ValueError):  # somebody who left has passed over it already
                    self._queue.remove(waits)
            raise

    def leave(self) -> None:
        """Make room for the next."""
        while self._queue:
            turn, _ = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell those who have waited too long, and look again when the next one will have.

        One clock for all: a timer for each cost more than it takes to wait for one's turn.
        """
        now = loop.time()
        while self._queue and self._queue[0][1] <= now:
            turn, _ = self._queue.popleft()
            if not turn.done():
                turn.set_exception(CrowdedError())
        self._clock = loop.call_at(self._queue[0][1], self._give_up, loop) if self._queue else None


class Admission(Layer):
    """Stands before everything that asks the database. ``folders``: on whose disks things are kept.

    ``answer_within``: seconds from the last byte of a request to the first of its answer, at most.
    """

    def __init__(self, folders: tuple[Path, ...], answer_within: float) -> None:
        self._within = answer_within
        self._ways = {"reading": Way(READING), "writing": Way(WRITING), "strangers": Way(STRANGERS)}
        self._folders = folders
        self._looked = 0.0
        self._full = False
        self.held = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(_ALWAYS):
            await next_app(scope, receive, send)
            return
        way = _way_of(scope)
        if scope["method"] in SAFE:
            await self._let_in(way, scope, receive, send, next_app)
            return
        self._look_at_disk()
        if _told_length(scope) > _taken(scope):  # refused for its length, so nothing of it is waited for
            await self._let_in(way, scope, receive, send, next_app)
            return
        async with self._arrived(receive, _most(scope, way)) as receive_again:
            await self._let_in(way, scope, receive_again, send, next_app)

    async def _let_in(self, name: str, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raises CrowdedError, LateError."""
        limit = asyncio.timeout(self._within)
        try:
            async with limit:
                await self._in_turn(self._ways[name], limit, scope, receive, send, next_app)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise LateError from error

    async def _in_turn(
        self,
        way: Way,
        limit: asyncio.Timeout,
        scope: Scope,
        receive: Receive,
        send: Send,
        next_app: ASGIApp,
    ) -> None:
        if not way.is_free():
            await way.enter()
        inside = True

        def leave() -> None:
            nonlocal inside
            if inside:
                inside = False
                way.leave()
            if not limit.expired():
                limit.reschedule(None)

        # The way is for the work, and so is the limit; who reads an answer slowly holds nobody up.
        async def send_and_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
            await send(message)

        token = _LEAVE.set(leave)
        try:
            await next_app(scope, receive, send_and_leave)
        finally:
            _LEAVE.reset(token)
            if inside:
                way.leave()

    @asynccontextmanager
    async def _arrived(self, receive: Receive, most: int) -> AsyncIterator[Receive]:
        """The body, up to ``most`` bytes of it, and then whatever else there is to receive.

        Raises CrowdedError when too many bodies are held already, SilentError when no more of it comes.
        """
        messages: deque[Any] = deque()
        size = 0
        try:
            more = True
            while more and size <= most:
                message: Any = await _soon(receive)
                messages.append(message)
                size += len(message.get("body", b""))
                self.held += len(message.get("body", b""))
                if self.held > HELD_BYTES:
                    raise CrowdedError
                more = message.get("more_body", False)

            async def receive_again() -> Any:
                return messages.popleft() if messages else await receive()

            yield receive_again
        finally:
            self.held -= size

    def _look_at_disk(self) -> None:
        """Raises DiskFullError while less than the reserve is free; reading goes on."""
        now = time.monotonic()
        if now > self._looked + _LOOK_EVERY:
            self._looked = now
            self._full = any(free_bytes(folder) < RESERVE_BYTES for folder in self._folders)
        if self._full:
            raise DiskFullError


async def _soon(receive: Receive) -> Any:
    try:
        async with asyncio.timeout(SILENCE):
            return await receive()
    except TimeoutError as error:
        raise SilentError from error


def _way_of(scope: HTTPScope) -> str:
    if not header(scope, b"authorization"):
        request: AnyRequest = AnyRequest(scope)
        if cookie_name(request) not in request.cookies:
            return "strangers"
    return "reading" if scope["method"] in SAFE else "writing"


def _most(scope: HTTPScope, way: str) -> int:
    """What is held of a body: what the route takes; of a stranger's little more than a log-in."""
    taken = _taken(scope)
    return min(taken, STRANGERS_BYTES) if way == "strangers" else taken


def _taken(scope: HTTPScope) -> int:
    handler = scope["route_handler"]
    return (handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else 0) or 0


def _told_length(scope: HTTPScope) -> int:
    told = header(scope, b"content-length")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder; plenty when it is not there (yet)."""
    try:
        return shutil.disk_usage(folder).free
    except FileNotFoundError:
        return RESERVE_BYTES
