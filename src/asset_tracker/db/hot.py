"""Statements that are asked at every request: put together and compiled once.

A statement of sixty columns takes SQLAlchemy longer to put together and to recognise than PostgreSQL to answer.
"""

from collections import namedtuple
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.at_once import FOREWORD, Asking
from asset_tracker.db.bulk import driver
from asset_tracker.db.opening import driver_of

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
Row = tuple[Any, ...]


class Hot:
    """A compiled statement. Parameters that are named later are not ``required``; values are of types that asyncpg
    takes as they are (no enumerations, no JSON). Rows are tuples in the order of the columns; JSON is decoded.
    """

    __slots__ = ("_places", "_values", "sql")

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        order = list(compiled.positiontup or ())
        self._values: list[Any] = [compiled.params[name] for name in order]
        self._places: dict[str, list[int]] = {name: [] for name in order}
        for at, name in enumerate(order):
            self._places[name].append(at)

    async def first(self, asking: Asking, **values: Any) -> Row | None:
        """The first row, with the values of the statement's named parameters."""
        rows = await self.all(asking, **values)
        return rows[0] if rows else None

    async def all(self, asking: Asking, **values: Any) -> list[Row]:
        """All rows, in an order only if it was asked in a transaction."""
        arguments = self._values.copy()
        for name, value in values.items():
            for at in self._places.get(name, ()):
                arguments[at] = value
        if isinstance(asking, AsyncConnection):
            raw = await driver(asking)
            return [tuple(record) for record in await raw.fetch(self.sql, *arguments)]
        return [record[FOREWORD:] for record in await asking.fetch(self.sql, arguments)]


class Fixed:
    """A statement with all its values written into it: planned once, where it is planned each time else.

    For what takes PostgreSQL longer to plan than to answer, and is asked again and again with the same values.
    Rows have the names of the columns; a value that is a column itself is a text unless it is cast.
    """

    __slots__ = ("_row", "sql")

    def __init__(self, statement: Select[Any] | CompoundSelect[Any]) -> None:
        options = {"render_postcompile": True, "literal_binds": True}
        self.sql = str(statement.compile(dialect=_DIALECT, compile_kwargs=options))
        names = statement.selected_columns.keys()
        self._row = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - they are known when it runs

    async def all(self, conn: AsyncConnection) -> list[Any]:
        """All rows, in the order that was asked for."""
        await driver(conn)
        return [self._row(*record) for record in await driver_of(conn).fetch_planned(self.sql)]


async def rows_of(
    conn: AsyncConnection,
    statement: Select[Any] | CompoundSelect[Any],
    *,
    again: bool,
    in_order: bool = False,
) -> list[Any]:
    """The rows; what is asked ``again`` is planned once: that takes longer than to answer it.

    What is told ``in_order`` of an index stops after a page. PostgreSQL, which takes a wall for hard to pass, would
    rather collect all that there is and sort it.

    The rest is planned for what it asks about. After ten times on a connection PostgreSQL would take one plan for
    every municipality, however large: four to ten times as long.
    """
    if again and in_order:
        await conn.exec_driver_sql("SET LOCAL enable_bitmapscan TO off")
        rows = await _fixed(statement).all(conn)
        await conn.exec_driver_sql("SET LOCAL enable_bitmapscan TO DEFAULT")
        return rows
    if again:
        return await _fixed(statement).all(conn)
    await conn.exec_driver_sql("SET LOCAL plan_cache_mode TO force_custom_plan")
    return list((await conn.execute(statement)).all())


@lru_cache(maxsize=128)
def _fixed(statement: Select[Any] | CompoundSelect[Any]) -> Fixed:
    return Fixed(statement)
