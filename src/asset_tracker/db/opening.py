"""A transaction that begins with what it is told: BEGIN and the settings of the wall go in one way there and back.

SQLAlchemy begins with the first statement, through asyncpg's ``Connection.execute``; that is where what was told
beforehand goes along. A transaction in which nothing is asked costs nothing.
"""

from typing import Any, Final, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN = "BEGIN;"
# Of the statements whose plans are kept, in characters: thirty questions behind the wall are 55,000, and their plan
# takes some 4 MB of a session's memory.
_KEPT: Final = 165_000


class OpeningConnection(asyncpg.Connection):
    """asyncpg's connection, which adds ``opening`` (SQL without parameters) to the next BEGIN."""

    opening: str | None = None
    keeps_plans = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[str, Any] = {}  # the one that was used last comes last

    async def fetch_planned(self, sql: str) -> list[Any]:
        """The rows of a statement without parameters; its plan is kept as long as it is among the last.

        What it asks about stands in it. A NUL would end it there and leave the rest on the wire, for the next one to
        stumble over: it is refused as PostgreSQL refuses it in a parameter.
        """
        if "\x00" in sql:
            raise asyncpg.CharacterNotInRepertoireError("a NUL in a text")
        if not self.keeps_plans:
            return cast("list[Any]", await self.fetch(sql))
        statement = self._kept.pop(sql, None) or await self.prepare(sql)
        rows = await statement.fetch()  # one that fails is not kept
        self._kept[sql] = statement
        while sum(map(len, self._kept)) > _KEPT and len(self._kept) > 1:
            del self._kept[next(iter(self._kept))]
        return cast("list[Any]", rows)

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


class PooledConnection(OpeningConnection):
    """One behind a pooler, where the next transaction finds another session."""

    keeps_plans = False


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
