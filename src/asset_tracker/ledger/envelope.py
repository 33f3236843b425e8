"""What stands around a payload: a fact on its way in, and the event that the ledger holds [pure]."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec

from asset_tracker.errors import FieldError
from asset_tracker.ledger import serving
from asset_tracker.ledger.events import KINDS, Payload
from asset_tracker.ledger.values import Share, is_amount, sum_to_100, wrong_days

KIND_OF: dict[type[Payload], str] = {struct: kind for kind, struct in KINDS.items()}


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact on its way into the ledger; ``ledger.append`` gives it its place in the chain.

    ``supersedes`` names an event of the same asset that this one replaces
    (or, for a ``correction``, strikes out).
    """

    id: UUID
    asset: UUID
    occurred_at: datetime
    payload: Payload
    device: str | None = None
    operation: UUID | None = None
    supersedes: UUID | None = None

    @property
    def kind(self) -> str:
        """The tag of the payload."""
        return KIND_OF[type(self.payload)]


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One immutable fact about one asset, as the ledger holds it."""

    id: UUID
    asset: UUID
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    payload: Payload
    programme: UUID | None = None
    device: str | None = None
    operation: UUID | None = None
    supersedes: UUID | None = None

    @property
    def kind(self) -> str:
        """The tag of the payload."""
        return KIND_OF[type(self.payload)]


@cache
def _measured(kind: type[Payload]) -> tuple[str, ...]:
    """The fields of a payload that may hold an amount or a day."""
    hints = get_type_hints(kind)
    return tuple(name for name in kind.__struct_fields__ if _holds(hints[name]))


def _holds(hint: Any) -> bool:
    within = get_args(hint)
    return any(map(_holds, within)) if within else hint in (Decimal, date, datetime)


def problems(payload: Payload, at: datetime | None = None) -> list[FieldError]:
    """What is wrong with a new payload beyond its types: all of it at once, nothing if it is right.

    ``at``: when it occurred (UTC), for what must fit to that.
    """
    found = [
        FieldError(group[0], "One of these is needed: %(fields)s.", {"fields": ", ".join(group)})
        for group in payload.required
        if all(getattr(payload, name) in (None, ()) for name in group)
    ]
    for name in _measured(type(payload)):
        value = getattr(payload, name)
        if isinstance(value, Decimal) and not is_amount(value):
            found.append(FieldError(name, "An amount from 0 to 1 000 000 000 000 is expected."))
        elif isinstance(value, date):
            found += wrong_days(**{name: value})
    shares: tuple[Share, ...] = getattr(payload, "shares", ())
    if shares and not sum_to_100(shares):
        found.append(FieldError("shares", "The funding shares must sum to 100 per cent."))
    return found + (serving.wrong_span(payload, at) if at else [])
