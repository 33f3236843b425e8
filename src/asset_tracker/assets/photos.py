"""Which stored files somebody may see: those of the assets in reach."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.errors import NotFoundError
from asset_tracker.files.service import StoredFile, find_file, read_file
from asset_tracker.files.storage import Storage
from asset_tracker.files.tables import file_sent
from asset_tracker.ledger.tables import asset, event_file


async def read_visible(
    conn: AsyncConnection, storage: Storage, actor: Actor, sha256: str
) -> tuple[StoredFile, bytes]:
    """A photo or scan of an asset in reach. A signed scan bears names: only for those who read acts;
    a signature is somebody's: only for those who may see people.

    Raises NotFoundError, for a foreign file as for an unknown one.
    """
    require(actor, "asset.read")
    found = await find_file(conn, sha256)
    if found is None or (found.kind == "scan" and not may(actor, "act.read")):
        raise NotFoundError
    if found.kind == "signature" and not may(actor, "people.read"):
        raise NotFoundError
    f, sent = event_file.c, file_sent.c
    known = await coarse(conn, actor)
    names = select(sent.sent_sha256).where(sent.sha256 == found.sha256)
    named = select(f.event_id).join(asset, asset.c.id == f.asset_id)
    named = named.where(
        or_(f.sha256 == found.sha256, f.sha256.in_(names)), scope.assets(actor), located(known)
    )
    if (await conn.execute(named.limit(1))).first() is None:
        raise NotFoundError
    return await read_file(conn, storage, found.sha256)
