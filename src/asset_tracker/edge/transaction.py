"""One request, one transaction: opened and committed here, and only here."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request
from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.panic import check_may_change
from asset_tracker.access.scope import reach
from asset_tracker.db.engine import transaction_for
from asset_tracker.db.replica import Replica
from asset_tracker.errors import UnauthenticatedError

_SAFE = ("GET", "HEAD", "OPTIONS")
FROM_REPLICA = {"replica": True}
"""The ``opt`` of a route that only reads, and may be long about it."""


async def provide_conn(request: Request[Any, Any, State], state: State) -> AsyncIterator[AsyncConnection]:
    """The connection of the request, which sees what its actor reaches, and nothing for a stranger.

    Answering commits it before the answer leaves; raising rolls it back.
    The only generator dependency: errors of a second one would arrive as a group and miss the table
    of problems. Streams outlive it and open their own.
    """
    engine = await engine_of(request, state)
    async with transaction_for(engine, reach(request.scope.get("user"))) as conn:
        # Logging in and out goes on while the system is read-only, or nobody could read.
        if request.method not in _SAFE and not request.route_handler.opt.get("when_read_only"):
            await check_may_change(conn)
        yield conn
        proof = request.scope.get("auth")
        if request.method not in _SAFE and proof is not None and not await sessions.holds(conn, proof):
            raise UnauthenticatedError("You have been logged out in the meantime; nothing was saved.")


async def engine_of(request: Request[Any, Any, State], state: State) -> AsyncEngine:
    """The standby's, for lists and reports (``opt=FROM_REPLICA``) where there is one that has caught up."""
    primary: AsyncEngine = state.engine
    replica: Replica | None = state.replica
    if replica is None or request.method not in _SAFE or not request.route_handler.opt.get("replica"):
        return primary
    return await replica.for_reading()


def transaction_as(state: State, actor: Actor) -> AbstractAsyncContextManager[AsyncConnection]:
    """A further transaction of a request, for those that need more than one: it sees what the actor reaches."""
    return transaction_for(state.engine, reach(actor))
