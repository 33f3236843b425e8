"""Row-level security: the second wall, behind ``access.scope``.

A transaction sees nothing until it says for whom it is: ``enter`` (the edge, for an actor) or ``as_system``
(the ledger, log-ins, the command line, the sealer). Both last until the transaction ends, so a connection
that goes back to its pool takes nothing along. What is seen then is told in ``policies``, and made so in the
database by ``raising.steps``, which every ``db upgrade`` ends with.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.roles import SYSTEM

P = ParamSpec("P")
T = TypeVar("T")

_FAILED_TRANSACTION: Final = "25P02"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What an actor's grants reach, as the policies ask for it; ``access.scope.reach`` makes it.

    ``areas`` are beginnings of KATOTTH codes, ``pairs`` grants of a programme within an area.
    """

    actor: UUID | None = None
    everything: bool = False
    programmes: Sequence[UUID] = ()
    areas: Sequence[str] = ()
    pairs: Sequence[tuple[UUID, str]] = ()
    donors: Sequence[UUID] = ()
    permissions: Sequence[str] = ()


NOTHING: Final = Reach()
_SETTINGS: Final = ("actor", "everything", "programmes", "areas", "pairs", "donors", "permissions")
# The role of the session again: a transaction that was the system's may go on as an actor's.


def put_settings(first: int) -> str:
    """Makes the settings of a reach, whose values (``told``) are the parameters from ``first`` on."""
    return ", ".join(
        f"set_config('asset_tracker.{name}', ${n}, true)" for n, name in enumerate(_SETTINGS, start=first)
    )


_ENTER: Final = f"SELECT set_config('role', 'none', true), {put_settings(1)}"
# Ids, codes and the names of permissions; what else there might be is not written into SQL.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.,-]*")
_AS_SYSTEM: Final = f"SELECT current_setting('role'), set_config('role', '{SYSTEM}', true)"


async def enter(conn: AsyncConnection, reach: Reach) -> None:
    """From here to the end of the transaction, rows are seen as ``reach`` tells."""
    await conn.exec_driver_sql(_ENTER, told(reach))


def opening(reach: Reach | None) -> str:
    """The same in SQL for the beginning of a transaction; None for the system's."""
    if reach is None:
        return f"SET LOCAL ROLE {SYSTEM}"
    values = told(reach)
    if strange := [value for value in values if not _PLAIN.fullmatch(value)]:
        raise ValueError(f"no setting of the wall looks like {strange[0]!r}")
    named = (
        f"set_config('asset_tracker.{name}', '{value}', true)"
        for name, value in zip(_SETTINGS, values, strict=True)
    )
    return f"SELECT set_config('role', 'none', true), {', '.join(named)}"


def told(reach: Reach) -> tuple[str, ...]:
    """The values of the settings that ``put_settings`` makes."""
    return (
        str(reach.actor or ""),
        "on" if reach.everything else "",
        ",".join(map(str, reach.programmes)),
        ",".join(reach.areas),
        ",".join(f"{programme}{area}" for programme, area in reach.pairs),
        ",".join(map(str, reach.donors)),
        ",".join(reach.permissions),
    )


async def become_system(conn: AsyncConnection) -> None:
    """From here to the end of the transaction, everything is seen."""
    await conn.exec_driver_sql(_AS_SYSTEM)


@asynccontextmanager
async def as_system(conn: AsyncConnection) -> AsyncIterator[None]:
    """Pass through the wall for the block: for what must look beyond the actor's reach, and tells nothing of it."""
    before = str((await conn.exec_driver_sql(_AS_SYSTEM)).one()[0])
    if before == SYSTEM:
        yield
        return
    # Whatever is cancelled is rolled back whole, role and all: its connection must not be asked once more.
    try:
        yield
    except Exception:
        await _go_back(conn, before, failed=True)
        raise
    await _go_back(conn, before)


async def _go_back(conn: AsyncConnection, role: str, *, failed: bool = False) -> None:
    if failed and conn.invalidated:
        return
    try:
        await conn.exec_driver_sql(f"SET LOCAL ROLE {role}")
    except DBAPIError as error:
        # A transaction that failed loses the role as it is rolled back, and a connection that is gone, with itself.
        aborted = getattr(error.orig, "sqlstate", None) == _FAILED_TRANSACTION
        if not (failed and (aborted or error.connection_invalidated)):
            raise


def by_system(
    service: Callable[Concatenate[AsyncConnection, P], Awaitable[T]],
) -> Callable[Concatenate[AsyncConnection, P], Awaitable[T]]:
    """A service that does all of its work as the system; it must itself ask what its actor may."""

    @wraps(service)
    async def through(conn: AsyncConnection, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with as_system(conn):
            return await service(conn, *args, **kwargs)

    return through
