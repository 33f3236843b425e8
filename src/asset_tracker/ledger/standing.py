"""How the ledger stands, in figures for whoever watches over it."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Each by an index: what is unsealed is as much as a minute brings, what waits is settled by people.
_STANDING = text(
    """SELECT
    (SELECT size FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS size,
    (SELECT extract(epoch FROM now() - made_at) FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS age,
    (SELECT count(*) FROM ledger_unsealed) AS unsealed,
    (SELECT extract(epoch FROM now() - min(recorded_at)) FROM event_key
        WHERE id = ANY (ARRAY(SELECT event_id FROM ledger_unsealed LIMIT 1000))) AS unsealed_for,
    (SELECT count(*) FROM quarantine WHERE settled_at IS NULL) AS waiting,
    (SELECT extract(epoch FROM now() - min(received_at)) FROM quarantine WHERE settled_at IS NULL) AS waiting_for"""
)
_LAST_HOUR = text(
    "SELECT kind, count(*) AS events FROM event WHERE recorded_at > now() - interval '1 hour' GROUP BY kind"
)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Ages in seconds, 0 where there is nothing.

    ``size``, ``age``: of the last checkpoint. ``unsealed``: events since then, and how long the first waits.
    ``waiting``: in quarantine, and how long the first. ``kinds``: events of the last hour by kind.
    """

    size: int
    age: float
    unsealed: int
    unsealed_for: float
    waiting: int
    waiting_for: float
    kinds: dict[str, int]


async def standing(conn: AsyncConnection) -> Standing:
    """How the ledger stands now, all of it: for the system."""
    row = (await conn.execute(_STANDING)).one()
    kinds = {row.kind: row.events for row in await conn.execute(_LAST_HOUR)}
    return Standing(
        size=row.size or 0,
        age=float(row.age or 0),
        unsealed=row.unsealed,
        unsealed_for=float(row.unsealed_for or 0),
        waiting=row.waiting,
        waiting_for=float(row.waiting_for or 0),
        kinds=kinds,
    )
