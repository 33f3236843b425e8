"""Engines, and the ways to a transaction: as an actor's, or as the system's.

``engine.begin`` itself stands here only (``tools/lint_rules.py``): a transaction that does not say for whom it
is sees nothing.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.concurrency import greenlet_spawn

from asset_tracker.db.opening import OpeningConnection, driver_of
from asset_tracker.db.wall import Reach, opening

_POOLED: Final = "asset_tracker_pooled"


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
        connect["prepared_statement_name_func"] = str  # no name: the next session would not know it
    else:
        settings |= limits
    if "poolclass" not in options:
        options = {"pool_size": 10, "max_overflow": 5, "pool_timeout": 10, "pool_recycle": 1800} | options
    return create_async_engine(
        url,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args=connect | {"server_settings": settings},
        **options,
    )


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
    async with engine.begin() as conn:
        raw = driver_of(conn)
        raw.opening = _limits(engine) + told
        try:
            yield conn
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


async def _ask(engine: AsyncEngine, sql: str, values: Sequence[Any]) -> list[Any]:
    # A connection of the pool itself: an AsyncConnection costs more than asking.
    held = await engine.raw_connection()
    raw = cast("OpeningConnection", held.driver_connection)
    try:
        return await _fetched(raw, _limits(engine), sql, values)
    except BaseException as error:
        cut_off = raw.is_closed()
        await greenlet_spawn(held.invalidate)
        if cut_off and isinstance(error, Exception):
            raise _CutOffError(error) from error
        raise
    finally:
        if _has_room(engine):
            held.close()  # into the pool, which asks nothing of it that would have to be waited for
        else:
            await greenlet_spawn(held.close)


def _has_room(engine: AsyncEngine) -> bool:
    """Whether a connection goes back into the pool, rather than being closed."""
    pool = engine.sync_engine.pool
    return isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedin() < pool.size()


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
