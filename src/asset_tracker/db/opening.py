"""A transaction that begins with what it is told: BEGIN and the settings of the wall go in one way there and back.

SQLAlchemy begins with the first statement, through asyncpg's ``Connection.execute``; that is where what was told
beforehand goes along. A transaction in which nothing is asked costs nothing.
"""

from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN = "BEGIN;"


class OpeningConnection(asyncpg.Connection):
    """asyncpg's connection, which adds ``opening`` (SQL without parameters) to the next BEGIN."""

    opening: str | None = None

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - as asyncpg has it
        if query != _BEGIN or self.opening is None:
            return await super().execute(query, *args, timeout=timeout)
        told, self.opening = f"BEGIN; {self.opening}", None
        try:
            return await super().execute(told, timeout=timeout)
        except BaseException:
            # It has begun perhaps, and nobody knows as whose: such a connection is not given to anybody again.
            self.terminate()
            raise


async def begin(conn: AsyncConnection) -> None:
    """Begin the transaction that SQLAlchemy would begin with its first statement."""
    adapter: Any = conn.sync_connection.connection.dbapi_connection  # type: ignore[union-attr]  # checked out
    try:
        await adapter._start_transaction()  # noqa: SLF001 - SQLAlchemy offers no other way but a statement
    except BaseException:
        # SQLAlchemy does so after a statement of its own: what was cut short is not given to anybody again.
        await conn.invalidate()
        raise


def driver_of(conn: AsyncConnection) -> OpeningConnection:
    """The asyncpg connection, whether or not it is in a transaction yet."""
    return cast("OpeningConnection", conn.sync_connection.connection.driver_connection)  # type: ignore[union-attr]  # checked out
