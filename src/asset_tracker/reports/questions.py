"""Questions in SQL over the reporting views: one SELECT, as the reader, within limits of time, cost and rows.

The text is put into brackets as a subquery, so that nothing but a query fits, and goes to the database over a
connection whose log-in may do nothing but read the views. Who asks is told by a key (``access.reading_keys``).
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.engine import make_engine
from asset_tracker.db.roles import READER
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, UnavailableError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.reports.tables import saved_query
from asset_tracker.settings import Settings

SHOWN: Final = 200
MOST: Final = 50_000
SECONDS: Final = 20
# In PostgreSQL's own units; a scan of a million assets with its joins is about a tenth of it.
COSTLIEST: Final = 5_000_000
COSTLIEST_WHOLE: Final = 20 * COSTLIEST
LONGEST: Final = 20_000
_UNREACHED: Final = ("08", "28", "3D")
_TOO_LONG: Final = "57014"
_s = saved_query.c


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``more``: there were more rows than asked for."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    more: bool


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    sql: str


def reader_engine(settings: Settings, engine: AsyncEngine) -> AsyncEngine:
    """An engine that logs in as the reader, which the caller disposes of.

    Raises UnavailableError where the reader needs a password and none is set.
    """
    url = settings.reader_database_url
    if url is None:
        own = make_url(engine.url)
        if own.password:
            raise UnavailableError(
                "Questions in SQL are not set up here: ASSET_TRACKER_READER_DATABASE_URL is missing."
            )
        url = own.set(username=READER).render_as_string(hide_password=False)
    return make_engine(
        url,
        application_name="asset-tracker questions",
        statement_timeout=f"{SECONDS}s",
        lock_timeout="2s",
        poolclass=NullPool,
    )


async def ask(engine: AsyncEngine, key: str, sql: str, *, most: int = SHOWN) -> Answer:
    """What the views answer to whoever ``key`` is of. Raises InvalidError on ``sql`` with PostgreSQL's own words."""
    sql = _one_query(sql)
    try:
        async with engine.connect() as conn:
            await conn.exec_driver_sql("SET TRANSACTION READ ONLY")
            await conn.exec_driver_sql(
                "SELECT set_config('asset_tracker.reading', $1, true),"
                " set_config('search_path', 'reporting', true)",
                (key,),
            )
            whole = f"SELECT * FROM (\n{sql}\n) AS asked"
            limited = f"{whole} LIMIT {most + 1}"
            await _check_cost(conn, limited, COSTLIEST)
            # Of what never ends the first rows are cheap, and a careless join is told before it is run.
            await _check_cost(conn, whole, COSTLIEST_WHOLE)
            result = await conn.exec_driver_sql(limited)
            heads = tuple(result.keys())
            rows = [tuple(row) for row in result.fetchall()]
    except DBAPIError as error:
        raise _told(error) from error
    return Answer(heads=heads, rows=rows[:most], more=len(rows) > most)


async def save(conn: AsyncConnection, actor: Actor, name: str, sql: str) -> UUID:
    """Keep a question under a name. Raises InvalidError."""
    require(actor, "query.read")
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise InvalidError(errors=(FieldError("name", "Give the question a name."),))
    made = uuid7()
    values = {"id": made, "user_id": actor.id, "name": name, "sql": _one_query(sql)}
    await conn.execute(insert(saved_query).values(values))
    return made


async def list_saved(conn: AsyncConnection, actor: Actor) -> list[Saved]:
    """The actor's own, by name."""
    require(actor, "query.read")
    wanted = (
        select(_s.id, _s.name, _s.sql)
        .where(_s.user_id == actor.id)
        .order_by(in_ukrainian_order(_s.name), _s.id)
    )
    return [Saved(id=row.id, name=row.name, sql=row.sql) for row in await conn.execute(wanted)]


async def forget(conn: AsyncConnection, actor: Actor, saved: UUID) -> None:
    """Take one's own away. Raises NotFoundError."""
    require(actor, "query.read")
    done = await conn.execute(delete(saved_query).where(_s.id == saved, _s.user_id == actor.id))
    if not done.rowcount:
        raise NotFoundError


def _one_query(sql: str) -> str:
    """The text without a closing semicolon. Raises InvalidError for what is empty or too long."""
    sql = sql.replace("\r\n", "\n").strip().rstrip(";").strip()
    if not sql or "\0" in sql:
        raise InvalidError(errors=(FieldError("sql", "Write a SELECT over the views."),))
    if len(sql) > LONGEST:
        raise InvalidError(errors=(FieldError("sql", "The question is too long."),))
    return sql


async def _check_cost(conn: AsyncConnection, sql: str, most: int) -> None:
    found = (await conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}")).scalar_one()
    plans = msgspec.json.decode(found) if isinstance(found, str) else found
    if plans[0]["Plan"]["Total Cost"] > most:
        message = "This question would cost too much: narrow it, or join by the identifiers."
        raise InvalidError(errors=(FieldError("sql", message),))


def _told(error: DBAPIError) -> InvalidError | UnavailableError:
    state = str(getattr(error.orig, "sqlstate", None) or "08")
    if state.startswith(_UNREACHED):
        return UnavailableError("The database does not let the reader in; see docs/queries.md.")
    if state == _TOO_LONG:
        message = "The answer took longer than %(seconds)s seconds: narrow the question."
        return InvalidError(errors=(FieldError("sql", message, {"seconds": SECONDS}),))
    said = str(error.orig).partition(">: ")[2] or str(error.orig)
    return InvalidError(
        errors=(FieldError("sql", "The database says: %(said)s", {"said": said.splitlines()[0][:300]}),)
    )
