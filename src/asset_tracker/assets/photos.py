"""Which stored files somebody may see: those that were named with the assets in reach.

The hash of a file is no key to it. What is named in a fact is shown only if whoever named it had the file:
sent it, before or afterwards, or could see it then.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.errors import NotFoundError
from asset_tracker.files import service as files
from asset_tracker.files.kinds import Kind, kind_of_link
from asset_tracker.files.service import StoredFile
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file, file_sent
from asset_tracker.ledger.chaining import files_of
from asset_tracker.ledger.events import Payload
from asset_tracker.ledger.tables import asset, event_file

# A signed scan bears names, and a signature is somebody's.
_NEEDS: dict[Kind, Permission] = {"scan": "act.read", "signature": "people.read"}


async def read_visible(
    conn: AsyncConnection, storage: Storage, actor: Actor, sha256: str
) -> tuple[StoredFile, bytes]:
    """A photo or scan of an asset in reach. A signed scan only for those who read acts; a signature only
    for those who may see people.

    Raises NotFoundError, for a foreign file as for an unknown one.
    """
    found = await find_visible(conn, actor, sha256)
    return found, await storage.get(found.sha256)


async def find_visible(conn: AsyncConnection, actor: Actor, sha256: str) -> StoredFile:
    """What is known of a file that ``read_visible`` would show. Raises NotFoundError."""
    require(actor, "asset.read")
    stored = (await files.stored_under(conn, [sha256])).values()
    found = await files.find_file(conn, sha256) if await _visible(conn, actor, stored) else None
    if found is None:
        raise NotFoundError
    return found


async def vouch(conn: AsyncConnection, actor: Actor, payloads: Iterable[Payload]) -> None:
    """Let the files be shown that the actor names in these facts and can see, though another sent them."""
    if named := {sha256 for payload in payloads for sha256 in files_of(payload)}:
        await nameable(conn, actor, named)


async def nameable(conn: AsyncConnection, actor: Actor, hashes: Collection[str]) -> set[str]:
    """Those of the hashes (stored or sent) whose files the actor has sent or can see, and so may name."""
    known = await files.stored_under(conn, hashes)
    own = {stored for stored, _ in await files.had_as(conn, {(each, actor.id) for each in known.values()})}
    seen = await _visible(conn, actor, set(known.values()) - own)
    if seen:
        await files.hand_on(conn, actor.id, seen)
    return {named for named, stored in known.items() if stored in own or stored in seen}


async def _visible(conn: AsyncConnection, actor: Actor, stored: Collection[str]) -> dict[str, set[Kind]]:
    """Those of the stored files that are shown with an asset in reach, and as what."""
    if not stored or not may(actor, "asset.read"):
        return {}
    f, sent = file.c, file_sent.c
    names = (
        select(sent.sent_sha256.label("named"), sent.sha256)
        .where(sent.sha256.in_(stored))
        .union(select(f.sha256, f.sha256).where(f.sha256.in_(stored)))
        .subquery()
    )
    shown = (
        select(names.c.sha256, event_file.c.named_by, event_file.c.kind)
        .distinct()
        .join(event_file, event_file.c.sha256 == names.c.named)
        .join(asset, asset.c.id == event_file.c.asset_id)
        .where(scope.assets(actor), located(await coarse(conn, actor)))
    )
    rows = (await conn.execute(shown)).all()
    had = await files.had_as(conn, {(row.sha256, row.named_by) for row in rows})
    found: dict[str, set[Kind]] = {}
    for row in rows:
        kind = kind_of_link(row.kind, had.get((row.sha256, row.named_by), ()))
        if kind is not None and (kind not in _NEEDS or may(actor, _NEEDS[kind])):
            found.setdefault(row.sha256, set()).add(kind)
    return found
