"""Who a phone works for."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from asset_tracker.access.actors import Actor, Role
from asset_tracker.access.permissions import may_record
from asset_tracker.access.sessions import Authenticated
from asset_tracker.ledger.events import KINDS


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in: ``kinds`` of fact that they record, the ``session`` (None for a token), the server's time."""

    id: UUID
    name: str
    roles: tuple[Role, ...]
    kinds: tuple[str, ...]
    session: UUID | None
    now: datetime


@get("/field/me")
async def who_am_i(request: Request[Actor, Authenticated, State], actor: NamedDependency[Actor]) -> Me:
    """Who is logged in, and what time it is here: what a phone asks before it sends."""
    return Me(
        id=actor.id,
        name=actor.name,
        roles=tuple(dict.fromkeys(grant.role for grant in actor.grants)),
        kinds=tuple(kind for kind in KINDS if may_record(actor, kind)),
        session=request.auth.session,
        now=datetime.now(UTC),
    )


ROUTES = (who_am_i,)
