"""Things as people call them, turned into ids."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.consignments.queries import find_consignment


async def consignment_id(
    conn: AsyncConnection, actor: Actor, reference: str | None, programme: UUID | None = None
) -> UUID | None:
    """The consignment of this id or number; None for none. Raises NotFoundError."""
    if reference is None:
        return None
    try:
        return UUID(reference)
    except ValueError:
        return (await find_consignment(conn, actor, reference, programme)).id
