"""Where a person is named beside their account, and taking that away: in events, in quarantine, in commissions."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger import erasure
from asset_tracker.ledger.erasure import Aside, Mention
from asset_tracker.verifications.service import forget_members, members_named

# Shorter ones are parts of everybody's name.
SHORTEST = 3


class Named(msgspec.Struct, frozen=True):
    """Values that contain a name. ``members``: the number of a count, and who sits in its commission."""

    events: list[Mention]
    aside: list[Aside]
    members: list[tuple[str, str]]

    @property
    def count(self) -> int:
        """How many values there are in all."""
        return len(self.events) + len(self.aside) + len(self.members)


@by_system
async def find_named(conn: AsyncConnection, actor: Actor, name: str) -> Named:
    """Every personal value that contains the name, in any case. It looks at every event.

    Raises InvalidError for a name of fewer than ``SHORTEST`` signs.
    """
    require(actor, "user.manage")
    wanted = _checked(name)
    return Named(
        await erasure.mentions_of(conn, wanted),
        await erasure.aside_of(conn, wanted),
        await members_named(conn, wanted),
    )


@by_system
async def forget_named(conn: AsyncConnection, actor: Actor, name: str, reason: str = "") -> int:
    """Erase what ``find_named`` finds, for good; how many values there were. Chain and proofs stay valid."""
    found = await find_named(conn, actor, name)
    await erasure.erase(conn, found.events)
    await erasure.erase_aside(conn, found.aside)
    await forget_members(conn, _checked(name))
    await records.record(conn, actor, "erased", f"{found.count} values", reason)
    return found.count


def _checked(name: str) -> str:
    wanted = " ".join(name.split())
    if len(wanted) < SHORTEST:
        raise InvalidError(errors=(FieldError("name", "Write the name in full."),))
    return wanted
