"""One request, one transaction: opened and committed here, and only here."""

from collections.abc import AsyncIterator

from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncConnection


async def provide_conn(state: State) -> AsyncIterator[AsyncConnection]:
    """The connection of the request. Answering commits it before the answer leaves; raising rolls it back.

    The only generator dependency: errors of a second one would arrive as a group and miss the table
    of problems. Streams outlive it and open their own.
    """
    async with state.engine.begin() as conn:
        yield conn
