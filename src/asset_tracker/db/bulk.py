"""Many rows in one statement, through asyncpg under SQLAlchemy's transaction.

Column types come from the ``Table``, so a row is a plain tuple in the order of ``columns``.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import cache
from typing import Any, cast
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto
from sqlalchemy import ColumnElement, Table, any_, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.opening import begin, driver_of

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
_COPIED = 500  # rows from which on COPY is worth asking whether it may be
# How COPY BINARY begins, with no flags and no more of a head; and the count of fields that ends it.
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_NO_MORE = b"\xff\xff"
MANY = 2000  # rows in one statement: more are no quicker, and hold more memory on both sides


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column has one of many values, given as one array: IN writes out a place for each."""
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))


async def driver(conn: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection, inside the transaction that ``conn`` is in."""
    raw = driver_of(conn)
    if not raw.is_in_transaction():
        # SQLAlchemy begins with its first statement; without one we would write outside of it.
        await begin(conn)
    return raw


@cache
def insert_statement(table: Table, columns: tuple[str, ...], suffix: str = "") -> str:
    """The INSERT of many rows, whose columns come as one array each: $1, $2, ..."""
    names = ", ".join(columns)
    arrays = ", ".join(
        f"${n}::{table.c[name].type.compile(_DIALECT)}[]" for n, name in enumerate(columns, start=1)
    )
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) {suffix}"


def quick(value: UUID) -> UUID:
    """The same id as one of asyncpg's, for one that stands in many rows: Python's own costs more to send."""
    return cast("UUID", pgproto.UUID(value.bytes))


async def insert(
    conn: AsyncConnection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    suffix: str = "",
) -> list[Any]:
    """Insert rows; ``suffix`` is an ON CONFLICT or RETURNING clause, whose records come back."""
    if not rows:
        return []
    raw = await driver(conn)
    return cast(
        "list[Any]",
        await raw.fetch(insert_statement(table, columns, suffix), *map(list, zip(*rows, strict=True))),
    )


async def put(
    conn: AsyncConnection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows that cannot conflict, however many: by COPY where PostgreSQL lets us.

    It does not where row-level security holds for us: then by INSERT, for which it has a policy.
    """
    if len(rows) >= _COPIED and not await walled(conn, table):
        raw = await driver(conn)
        await raw.copy_records_to_table(table.name, records=rows, columns=columns)
        return
    for start in range(0, len(rows), MANY):
        await insert(conn, table, columns, rows[start : start + MANY])


async def copy(
    conn: AsyncConnection, table: Table, columns: tuple[str, ...], chunks: Iterable[bytes]
) -> None:
    """COPY rows that are packed already: fields with their lengths, as ``ledger.rows`` packs them.

    A chunk holds whole rows or parts of them, some hundred kB: of more the driver moves the rest about.
    """

    async def source() -> AsyncIterator[bytes]:
        yield _SIGNATURE
        for chunk in chunks:
            yield chunk
        yield _NO_MORE

    raw = await driver(conn)
    await raw.copy_to_table(table.name, source=source(), columns=columns, format="binary")


async def walled(conn: AsyncConnection, table: Table) -> bool:
    """Whether row-level security holds for us in this table, so that COPY into it is refused."""
    return bool(await conn.scalar(select(func.row_security_active(table.name))))


def upsert_clause(key: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """``ON CONFLICT`` that overwrites every column outside the key."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
