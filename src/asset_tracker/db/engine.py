"""Engines, and the ways to a transaction: as an actor's, or as the system's.

``engine.begin`` itself stands here only (``tools/lint_rules.py``): a transaction that does not say for whom it
is sees nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import msgspec
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.concurrency import greenlet_spawn

from asset_tracker.db.opening import OpeningConnection, PooledConnection, driver_of
from asset_tracker.db.wall import Reach, opening

_POOLED: Final = "asset_tracker_pooled"
_ASKING: Final = "asset_tracker_asking"
# Connections of a process; ``edge.admission`` lets fewer requests in at a time.
POOL_SIZE, MAX_OVERFLOW = 10, 5
_RENEWED: Final = 1800  # seconds
_WAITING: Final = 4


def make_engine(
    url: str,
    *,
    application_name: str = "asset-tracker",
    lock_timeout: str = "5s",
    statement_timeout: str = "30s",
    pooled: bool = False,
    **options: Any,
) -> AsyncEngine:
    """An engine on asyncpg for ``postgresql+asyncpg://``; ``options`` go to SQLAlchemy as they are.

    JSON goes through msgspec (decimals become strings). The pool has no ping before use, which costs
    three round trips: after the database was restarted one request fails and the pool renews itself.

    ``pooled``: behind a pooler in transaction mode, such as PgBouncer, where a session lasts for a transaction:
    each says its time-outs anew, and statements have no names that another session would not know.
    """
    settings = {"application_name": application_name, "TimeZone": "UTC"}
    limits = {
        "lock_timeout": lock_timeout,
        "statement_timeout": statement_timeout,
        "idle_in_transaction_session_timeout": "60s",
        "jit": "off",
    }
    connect: dict[str, Any] = {"timeout": 10, "connection_class": OpeningConnection}
    if pooled:
        told = "".join(f"SET LOCAL {name} = '{value}'; " for name, value in limits.items())
        options["execution_options"] = {_POOLED: told}
        connect |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
        connect["connection_class"] = PooledConnection
        connect["prepared_statement_name_func"] = str  # no name: the next session would not know it
    else:
        settings |= limits
    if "poolclass" not in options:
        pool = {"pool_size": POOL_SIZE, "max_overflow": MAX_OVERFLOW, "pool_timeout": 10}
        options = pool | {"pool_recycle": _RENEWED} | options
    askers = _Askers(options.get("pool_size", 0) + options.get("max_overflow", 0))
    options["execution_options"] = options.get("execution_options", {}) | {_ASKING: askers}
    engine = create_async_engine(
        url,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args=connect | {"server_settings": settings},
        **options,
    )
    listen(engine.sync_engine, "engine_disposed", askers.forget)
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction of the system, which sees everything: the command line, the sealer, log-ins.

    Committed at the end of the block, rolled back when it raises.
    """
    async with _begun(engine, opening(None)) as conn:
        yield conn


@asynccontextmanager
async def transaction_for(engine: AsyncEngine, reach: Reach) -> AsyncIterator[AsyncConnection]:
    """The same for an actor, who sees what ``reach`` (``access.scope.reach``) tells."""
    async with _begun(engine, opening(reach)) as conn:
        yield conn


@asynccontextmanager
async def _begun(engine: AsyncEngine, told: str) -> AsyncIterator[AsyncConnection]:
    _askers(engine).make_room(engine)
    async with engine.begin() as conn:
        raw = driver_of(conn)
        raw.opening = _limits(engine) + told
        try:
            yield conn
        except asyncio.CancelledError:
            # Whoever is cut off waits for nothing more, not even to roll back: a database that stands still, or is
            # out of reach, would keep them. It rolls back by itself what a lost connection has begun.
            await conn.invalidate()
            raise
        finally:
            raw.opening = None  # nothing was asked, so nothing has begun


async def ask_once(engine: AsyncEngine, sql: str, *values: Any) -> Any:
    """The one value that a question outside of any transaction answers; only functions of ``wall`` tell anything."""
    return (await ask_rows(engine, sql, *values))[0][0]


async def ask_rows(engine: AsyncEngine, sql: str, *values: Any) -> list[Any]:
    """The records that a question outside of any transaction answers, which puts its own settings if any.

    Asked again where the database had gone away since the connection was last used.
    """
    pool = engine.sync_engine.pool
    try:
        return await _ask(engine, sql, values)
    except _CutOffError:
        # Whoever cut this connection off has cut off its neighbours in the pool as well; the first of us to
        # find out puts another pool in its place, and then empties the old one, which nobody takes from any more.
        if engine.sync_engine.pool is pool:
            await engine.dispose(close=False)
            await greenlet_spawn(pool.dispose)
    try:
        return await _ask(engine, sql, values)
    except _CutOffError as again:
        raise again.error from again


def _limits(engine: AsyncEngine) -> str:
    """What a transaction says first behind a pooler; elsewhere the session has said it."""
    return str(engine.sync_engine.get_execution_options().get(_POOLED, ""))


class _CutOffError(Exception):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Askers:
    """Connections that ask one question at a time, outside of transactions, and wait here for the next one.

    To take one out of the pool and to put it back takes longer than to ask by its tag for an asset. They are out
    of it for good, so few of them wait, and none while there is no other.
    """

    def __init__(self, connections: int) -> None:
        self._all = connections
        self._free: list[tuple[Any, float]] = []

    @property
    def waiting(self) -> int:
        return len(self._free)

    async def taken(self, engine: AsyncEngine) -> tuple[Any, float]:
        """One that nobody else has (SQLAlchemy's, held), and until when it is used."""
        if self._free:
            return self._free.pop()
        return await engine.raw_connection(), time.monotonic() + _RENEWED

    async def put_back(self, engine: AsyncEngine, held: Any, until: float) -> None:
        """Keep it for the next question, or give it back to the pool."""
        pool = engine.sync_engine.pool
        if not isinstance(pool, AsyncAdaptedQueuePool):
            await greenlet_spawn(held.close)
        elif len(self._free) < _WAITING and pool.checkedout() < self._all and time.monotonic() < until:
            self._free.append((held, until))
        elif pool.checkedin() < pool.size():
            held.close()  # which asks nothing of it that would have to be waited for
        else:
            await greenlet_spawn(held.close)

    def make_room(self, engine: AsyncEngine) -> None:
        """Give the pool back what waits, where it has none left for a transaction."""
        if self._free and engine.sync_engine.pool.checkedout() >= self._all:  # type: ignore[attr-defined]  # a queue's
            self._free.pop()[0].close()

    def forget(self, _engine: object) -> None:
        """Close what waits: its engine has been disposed of."""
        while self._free:
            self._free.pop()[0].invalidate()


def in_use(engine: AsyncEngine) -> int:
    """How many connections somebody uses now."""
    pool = engine.sync_engine.pool
    return pool.checkedout() - _askers(engine).waiting if isinstance(pool, AsyncAdaptedQueuePool) else 0


def _askers(engine: AsyncEngine) -> _Askers:
    found: _Askers = engine.sync_engine.get_execution_options()[_ASKING]
    return found


async def _ask(engine: AsyncEngine, sql: str, values: Sequence[Any]) -> list[Any]:
    # A connection of the pool itself: an AsyncConnection costs more than asking.
    askers = _askers(engine)
    held, until = await askers.taken(engine)
    raw = cast("OpeningConnection", held.driver_connection)
    try:
        found = await _fetched(raw, _limits(engine), sql, values)
    except BaseException as error:
        cut_off = raw.is_closed()
        await greenlet_spawn(held.invalidate)
        if cut_off and isinstance(error, Exception):
            raise _CutOffError(error) from error
        raise
    await askers.put_back(engine, held, until)
    return found


async def _fetched(raw: OpeningConnection, limits: str, sql: str, values: Sequence[Any]) -> list[Any]:
    if not limits:
        return cast("list[Any]", await raw.fetch(sql, *values))
    async with raw.transaction():  # a question is several messages, which one session must get
        await raw.execute(limits)
        return cast("list[Any]", await raw.fetch(sql, *values))


async def advisory_lock(conn: AsyncConnection, name: str) -> None:
    """Hold a lock of this name until the transaction ends."""
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
