"""A person asks to be forgotten: where the ledger names them, and taking that away.

What a person is called stands in private values only (``PERSONAL``), whose openings can be deleted; the
chain, the log and every proof stay valid, and what remains is a hash of the value with a random salt
that is nowhere any more. Places are private too, but they are no person's.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.ledger import store
from asset_tracker.ledger.chain import DEVICE
from asset_tracker.ledger.events import PRIVATE

PLACES: Final = frozenset({"municipality", "service_point", "destination"})
PERSONAL: Final = frozenset().union(*PRIVATE.values()) - PLACES | {DEVICE}


class Mention(msgspec.Struct, frozen=True):
    """A private value that names a person."""

    event: UUID
    asset: UUID
    field: str
    value: str


_FIND = """
SELECT e.id, e.asset_id, opening.key AS field, opening.value ->> 1 AS value
FROM event AS e CROSS JOIN LATERAL jsonb_each(e.private) AS opening
WHERE opening.key = ANY(:fields) AND {condition}
ORDER BY e.asset_id, e.seq, opening.key"""
_BY_NAME = text(_FIND.format(condition="position(lower(:name) IN lower(opening.value ->> 1)) > 0"))
_BY_ACTOR = text(_FIND.format(condition="e.actor_id = :actor"))


async def mentions_of(conn: AsyncConnection, name: str) -> list[Mention]:
    """Every personal value that contains the name, in any case. It looks at every event."""
    return _mentions(await conn.execute(_BY_NAME, {"fields": sorted(PERSONAL), "name": name.strip()}))


async def devices_of(conn: AsyncConnection, actor: UUID) -> list[Mention]:
    """The names of the devices that somebody recorded facts with."""
    return _mentions(await conn.execute(_BY_ACTOR, {"fields": [DEVICE], "actor": actor}))


async def erase(conn: AsyncConnection, mentions: list[Mention]) -> None:
    """Delete the openings of these values, and fold the assets anew."""
    erased: dict[UUID, set[str]] = {}
    for mention in mentions:
        erased.setdefault(mention.event, set()).add(mention.field)
    await store.forget(conn, erased)


def _mentions(rows: Any) -> list[Mention]:
    return [Mention(row.id, row.asset_id, row.field, row.value) for row in rows]
