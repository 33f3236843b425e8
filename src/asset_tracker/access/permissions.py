"""What each role may do: one table, and who may record which kind of fact [pure]."""

from functools import lru_cache
from typing import Literal, get_args

from asset_tracker.access.actors import Actor, Grant, Role
from asset_tracker.errors import ForbiddenError
from asset_tracker.ledger.events import KINDS

Permission = Literal[
    "asset.read",
    "event.record",
    "event.correct",
    "people.read",
    "people.reveal",
    "consignment.read",
    "consignment.manage",
    "act.read",
    "act.manage",
    "import.manage",
    "label.print",
    "report.read",
    "query.read",
    "programme.read",
    "programme.manage",
    "territory.manage",
    "service_point.manage",
    "verification.read",
    "verification.manage",
    "loss.read",
    "loss.manage",
    "plan.manage",
    "quarantine.settle",
    "ledger.verify",
    "user.manage",
    "settings.manage",
    "record.read",
]

_READ: frozenset[Permission] = frozenset({"asset.read", "report.read", "programme.read"})
_PAPERS: frozenset[Permission] = frozenset({"consignment.read", "act.read"})
_CASES: frozenset[Permission] = frozenset({"verification.read", "loss.read"})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "administrator": frozenset(get_args(Permission)),
    "coordinator": frozenset(get_args(Permission))
    - {"user.manage", "settings.manage", "territory.manage", "ledger.verify", "record.read"},
    "technician": _READ - {"report.read"}
    | _CASES
    | {"event.record", "consignment.read", "people.read", "label.print", "plan.manage"},
    "custodian": _READ - {"report.read"} | _PAPERS | _CASES | {"event.record", "people.read"},
    "donor": _READ,
    "auditor": _READ
    | _PAPERS
    | _CASES
    | {"query.read", "ledger.verify", "people.read", "people.reveal", "record.read"},
}

# What changes nothing.
READING: frozenset[Permission] = frozenset(
    each for each in get_args(Permission) if each.endswith((".read", ".verify"))
)

_AT_THE_DESK = {
    "registered",
    "described",
    "consigned",
    "dispatched",
    "accepted",
    "title_transferred",
    "balance_recorded",
    "loss_closed",
    "approved",
    "consent_given",
    "disposed",
    "correction",
    "resolution",
    "label_retired",
}
_FIELD = frozenset(KINDS) - _AT_THE_DESK
RECORDS: dict[Role, frozenset[str]] = {
    "administrator": frozenset(KINDS),
    "coordinator": frozenset(KINDS),
    "technician": _FIELD,
    "custodian": frozenset(
        {
            "delivered",
            "refused",
            "verified",
            "use_changed",
            "service_counted",
            "fault_reported",
            "found_inaccessible",
            "damaged",
            "destroyed",
            "lost",
            "stolen",
            "found",
            "balance_recorded",
            "note",
        }
    ),
    "donor": frozenset(),
    "auditor": frozenset(),
}


@lru_cache(maxsize=4096)
def granting(actor: Actor, permission: Permission) -> tuple[Grant, ...]:
    """The grants that give the actor the permission; none when their token was not given it."""
    if actor.only is not None and permission not in actor.only:
        return ()
    return tuple(grant for grant in actor.grants if permission in PERMISSIONS[grant.role])


def recording(actor: Actor, kind: str) -> tuple[Grant, ...]:
    """The grants by which the actor records facts of this kind."""
    return tuple(grant for grant in _of_recorder(actor) if kind in RECORDS[grant.role])


def may(actor: Actor, permission: Permission) -> bool:
    """Whether some role of the actor has the permission; where, ``scope`` tells."""
    return bool(granting(actor, permission))


def require(actor: Actor, permission: Permission) -> None:
    """Raise ForbiddenError unless the actor may."""
    if not may(actor, permission):
        raise ForbiddenError


def may_record(actor: Actor, kind: str) -> bool:
    """Whether some role of the actor records facts of this kind."""
    return bool(recording(actor, kind))


@lru_cache(maxsize=1000)
def recorded_by(actor: Actor) -> frozenset[str]:
    """The kinds of fact that some role of the actor records."""
    return frozenset[str]().union(*(RECORDS[grant.role] for grant in _of_recorder(actor)))


def _of_recorder(actor: Actor) -> tuple[Grant, ...]:
    """The grants; none when the actor's token was not given to recording."""
    return () if actor.only is not None and "event.record" not in actor.only else actor.grants


def held(actor: Actor) -> frozenset[Permission]:
    """Every permission that some role of the actor has."""
    return frozenset(permission for permission in get_args(Permission) if may(actor, permission))
