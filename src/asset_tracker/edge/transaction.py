"""One request, one transaction: opened and committed here, and only here."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Request
from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.panic import check_may_change
from asset_tracker.access.scope import reach
from asset_tracker.db.engine import transaction_for
from asset_tracker.errors import UnauthenticatedError

_SAFE = ("GET", "HEAD", "OPTIONS")


async def provide_conn(request: Request[Any, Any, State], state: State) -> AsyncIterator[AsyncConnection]:
    """The connection of the request, which sees what its actor reaches, and nothing for a stranger.

    Answering commits it before the answer leaves; raising rolls it back.
    The only generator dependency: errors of a second one would arrive as a group and miss the table
    of problems. Streams outlive it and open their own.
    """
    async with transaction_for(state.engine, reach(request.scope.get("user"))) as conn:
        # Logging in and out goes on while the system is read-only, or nobody could read.
        if request.method not in _SAFE and not request.route_handler.opt.get("when_read_only"):
            await check_may_change(conn)
        yield conn
        proof = request.scope.get("auth")
        if request.method not in _SAFE and proof is not None and not await sessions.holds(conn, proof):
            raise UnauthenticatedError("You were logged out meanwhile; nothing was saved.")


def transaction_as(state: State, actor: Actor) -> AbstractAsyncContextManager[AsyncConnection]:
    """A further transaction of a request, for those that need more than one: it sees what the actor reaches."""
    return transaction_for(state.engine, reach(actor))
