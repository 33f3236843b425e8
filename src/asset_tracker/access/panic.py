"""The emergency brake: everybody is logged out, and nothing is changed until it is released."""

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import credentials
from asset_tracker.access.tables import centre_link, device, lockdown, session
from asset_tracker.errors import UnavailableError


class Ended(msgspec.Struct, frozen=True):
    """How much was ended."""

    sessions: int
    tokens: int
    links: int
    centres: int
    devices: int


async def begin(conn: AsyncConnection) -> Ended:
    """End all sessions, tokens and links, revoke all phones, and make the system read-only. Again is safe."""
    await conn.execute(insert(lockdown).on_conflict_do_nothing())
    now, handed_out = func.now(), await credentials.end_all(conn)
    sessions, centres, devices = [
        (await conn.execute(statement)).rowcount
        for statement in (
            update(session).where(session.c.ended_at.is_(None)).values(ended_at=now),
            update(centre_link).where(centre_link.c.revoked_at.is_(None)).values(revoked_at=now),
            update(device).where(device.c.revoked_at.is_(None)).values(revoked_at=now),
        )
    ]
    return Ended(
        sessions=sessions,
        tokens=handed_out.tokens,
        links=handed_out.links,
        centres=centres,
        devices=devices,
    )


async def over(conn: AsyncConnection) -> bool:
    """Let the system be changed again; whether it was read-only. What was ended stays ended."""
    done = await conn.execute(update(lockdown).where(lockdown.c.over_at.is_(None)).values(over_at=func.now()))
    return bool(done.rowcount)


async def check_may_change(conn: AsyncConnection) -> None:
    """Raise UnavailableError while the system is read-only."""
    if await conn.scalar(select(lockdown.c.id).where(lockdown.c.over_at.is_(None))) is not None:
        raise UnavailableError("The system is read-only until its administrators have looked into something.")
