"""Who acts, with which grants [pure]."""

from functools import lru_cache
from typing import Literal, get_args
from uuid import UUID

import msgspec

from asset_tracker.i18n import Lang

Role = Literal["administrator", "coordinator", "technician", "custodian", "donor", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)


class Grant(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """A role and what it reaches.

    ``area`` is a prefix of KATOTTH codes (``UA18`` an oblast, 19 characters one municipality).
    A coordinator needs a programme, a technician a programme or an area, a custodian one
    municipality, a donor the party that paid; without it the grant reaches nothing.
    """

    role: Role
    programme: UUID | None = None
    area: str | None = None
    donor: UUID | None = None


class Actor(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Somebody who is logged in, a token, or the command line.

    ``only``: the permissions that a token was given of its owner's; None for all of them.
    """

    id: UUID
    name: str
    lang: Lang = "uk"
    grants: tuple[Grant, ...] = ()
    only: frozenset[str] | None = None

    def has(self, *roles: Role) -> bool:
        """Whether any grant is of one of these roles."""
        return any(grant.role in roles for grant in self.grants)


@lru_cache(maxsize=1000)
def nameless(actor: Actor) -> Actor:
    """Nobody, with the same rights: what is put together for them serves all who have these."""
    return Actor(id=_NOBODY, name="", grants=actor.grants, only=actor.only)


_NOBODY = UUID(int=0)
# The command line acts for whoever may log in to the server; its events name it as such.
COMMAND_LINE = Actor(id=UUID(int=1), name="command line", grants=(Grant(role="administrator"),))
