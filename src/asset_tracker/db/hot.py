"""Statements that are asked at every request: put together and compiled once.

A statement of sixty columns takes SQLAlchemy longer to put together and to recognise than PostgreSQL to answer.
"""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.bulk import driver

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Row:
    """A record whose columns are read as attributes. JSON is decoded."""

    __slots__ = ("_record",)

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        try:
            return self._record[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Hot:
    """A compiled statement. Parameters that are named later are not ``required``; values are of types that asyncpg takes as they are (no enumerations, no JSON)."""

    __slots__ = ("_order", "_params", "sql")

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._order: list[str] = list(compiled.positiontup or ())
        self._params = compiled.params

    async def first(self, conn: AsyncConnection, **values: Any) -> Row | None:
        """The first row, with the values of the statement's named parameters."""
        known = {**self._params, **values}
        raw = await driver(conn)
        record = await raw.fetchrow(self.sql, *[known[name] for name in self._order])
        return None if record is None else Row(record)
