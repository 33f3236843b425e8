"""Which stored files somebody may see: those that were named with the assets in reach.

The hash of a file is no key to it. What is named in a fact is shown only if whoever named it had the file:
sent it, before or afterwards, or could see it then.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.errors import NotFoundError
from asset_tracker.files import service as files
from asset_tracker.files.service import StoredFile
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file, file_sent
from asset_tracker.ledger.chaining import files_of
from asset_tracker.ledger.events import Payload
from asset_tracker.ledger.tables import asset, event_file

# A signed scan bears names, and a signature is somebody's.
_NEEDS: dict[str, Permission] = {"scan": "act.read", "signature": "people.read"}


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
    sent = await files.senders_among(conn, {(stored, actor.id) for stored in known.values()})
    own = {stored for stored, _ in sent}
    seen = await _visible(conn, actor, set(known.values()) - own)
    if seen:
        await files.hand_on(conn, actor.id, seen)
    return {named for named, stored in known.items() if stored in own | seen}


async def _visible(conn: AsyncConnection, actor: Actor, stored: Collection[str]) -> set[str]:
    """Those of the stored files that are shown with an asset in reach."""
    if not stored or not may(actor, "asset.read"):
        return set()
    withheld = [kind for kind, permission in _NEEDS.items() if not may(actor, permission)]
    f, sent = file.c, file_sent.c
    of_kind: Any = (f.sha256.in_(stored), f.kind.not_in(withheld))
    names = (
        select(sent.sent_sha256.label("named"), f.sha256)
        .join(file, f.sha256 == sent.sha256)
        .where(*of_kind)
        .union(select(f.sha256, f.sha256).where(*of_kind))
        .subquery()
    )
    shown = (
        select(names.c.sha256, event_file.c.named_by)
        .distinct()
        .join(event_file, event_file.c.sha256 == names.c.named)
        .join(asset, asset.c.id == event_file.c.asset_id)
        .where(scope.assets(actor), located(await coarse(conn, actor)))
    )
    rows = {(row.sha256, row.named_by) for row in await conn.execute(shown)}
    return {sha256 for sha256, _ in await files.senders_among(conn, rows)} if rows else set()
