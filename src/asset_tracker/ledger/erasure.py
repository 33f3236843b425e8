"""A person asks to be forgotten: where the ledger names them, and taking that away.

What a person is called stands in private values only (``PERSONAL``), whose openings can be deleted; the
chain, the log and every proof stay valid, and what remains is a hash of the value with a random salt
that is nowhere any more. Places are private too, but they are no person's.

What waits in quarantine, or was settled there, is kept as it was sent, and was never hashed into the
ledger: there the values themselves are taken out.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.ledger import store
from asset_tracker.ledger.chain import DEVICE
from asset_tracker.ledger.events import PRIVATE
from asset_tracker.ledger.tables import quarantine

PLACES: Final = frozenset({"municipality", "service_point", "destination"})
PERSONAL: Final = frozenset().union(*PRIVATE.values()) - PLACES | {DEVICE}


class Mention(msgspec.Struct, frozen=True):
    """A private value that names a person."""

    event: UUID
    asset: UUID
    field: str
    value: str


class Aside(msgspec.Struct, frozen=True):
    """A value in quarantine that names a person; ``field`` is where in the message, or in what column."""

    quarantined: int
    field: str
    value: str


_FIND = """
SELECT e.id, e.asset_id, opening.key AS field, opening.value ->> 1 AS value
FROM event AS e CROSS JOIN LATERAL jsonb_each(e.private) AS opening
WHERE opening.key = ANY(:fields) AND {condition}
ORDER BY e.asset_id, e.seq, opening.key"""
_BY_NAME = text(_FIND.format(condition="position(lower(:name) IN lower(opening.value ->> 1)) > 0"))
_IN_PROGRAMME = text(_FIND.format(condition="e.programme_id = :programme"))
_BY_ACTOR = text(_FIND.format(condition="e.actor_id = :actor"))


async def mentions_of(conn: AsyncConnection, name: str) -> list[Mention]:
    """Every personal value that contains the name, in any case. It looks at every event."""
    return _mentions(await conn.execute(_BY_NAME, {"fields": sorted(PERSONAL), "name": name.strip()}))


async def mentions_in(conn: AsyncConnection, programme: UUID) -> list[Mention]:
    """Every personal value in the events of a programme."""
    given = {"fields": sorted(PERSONAL), "programme": programme}
    return _mentions(await conn.execute(_IN_PROGRAMME, given))


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


_q = quarantine.c
_COLUMNS: Final = ("device", "asset_ref", "reason", "settled_how")
# What tells the message apart and is nobody's name.
_SKIPPED: Final = frozenset({"id", "kind", "occurred_at", "supersedes"})
_WHOLE: Final = "message"


async def aside_of(conn: AsyncConnection, name: str) -> list[Aside]:
    """Every value in quarantine, settled or not, that contains the name. It looks at every message."""
    wanted = name.strip().lower()
    return _asides(await conn.execute(_aside()), lambda _, value: wanted in value.lower())


async def aside_devices_of(conn: AsyncConnection, actor: UUID) -> list[Aside]:
    """The names of the devices that somebody's messages in quarantine came from."""
    rows = await conn.execute(_aside().where(_q.actor_id == actor))
    return _asides(rows, lambda field, _: field in (DEVICE, f"{_WHOLE}.{DEVICE}"))


async def erase_aside(conn: AsyncConnection, found: Iterable[Aside]) -> None:
    """Take these values out of the messages and columns; a message that nobody can read goes as a whole.

    The digest by which a message sent again is recognised goes too: it would confirm a guess at the name.
    """
    fields: dict[int, set[str]] = {}
    for each in found:
        fields.setdefault(each.quarantined, set()).add(each.field)
    rows = (await conn.execute(_aside().where(_q.id.in_(fields)).with_for_update())).all()
    for row in rows:
        gone = fields[row.id]
        columns = {name: None if name in ("device", "asset_ref") else "-" for name in gone & set(_COLUMNS)}
        raw = _without(row.raw, gone)
        values = {**columns, "raw": raw, "digest": secrets.token_bytes(32)}
        await conn.execute(update(quarantine).where(_q.id == row.id).values(values))


def _aside() -> Any:
    return select(_q.id, _q.raw, *(_q[name] for name in _COLUMNS)).order_by(_q.id)


def _asides(rows: Iterable[Any], is_wanted: Callable[[str, str], bool]) -> list[Aside]:
    return [
        Aside(row.id, field, value)
        for row in rows
        for field, value in (*_said(row.raw), *((name, getattr(row, name)) for name in _COLUMNS))
        if value and is_wanted(field, value)
    ]


def _said(raw: bytes) -> Iterator[tuple[str, str]]:
    """Every text of a message, with the way to it."""
    document = _document(raw)
    if document is None:
        yield _WHOLE, raw.decode("utf-8", "replace")
    else:
        yield from _texts(document, _WHOLE)


def _texts(value: Any, way: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in _SKIPPED:
                yield from _texts(each, f"{way}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, f"{way}[{number}]")


def _without(raw: bytes, gone: set[str]) -> bytes:
    document = _document(raw)
    if document is None:
        return b"" if _WHOLE in gone else raw
    return msgspec.json.encode(_emptied(document, _WHOLE, gone))


def _emptied(value: Any, way: str, gone: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _emptied(each, f"{way}.{name}", gone) for name, each in value.items()}
    if isinstance(value, list):
        return [_emptied(each, f"{way}[{number}]", gone) for number, each in enumerate(value)]
    return None if way in gone else value


def _document(raw: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
