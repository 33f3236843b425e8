"""What stands around a payload: a fact on its way in, and the event that the ledger holds [pure]."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from asset_tracker.errors import FieldError
from asset_tracker.ledger.events import Payload
from asset_tracker.ledger.values import MAX_MONEY, Share


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
        return str(self.payload.__struct_config__.tag)


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
        return str(self.payload.__struct_config__.tag)


def problems(payload: Payload) -> list[FieldError]:
    """What is wrong with a new payload beyond its types: all of it at once, nothing if it is right."""
    found = [
        FieldError(group[0], "One of these is needed: %(fields)s.", {"fields": ", ".join(group)})
        for group in payload.required
        if not any(getattr(payload, name) for name in group)
    ]
    for name in payload.__struct_fields__:
        value = getattr(payload, name)
        if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= MAX_MONEY):
            found.append(FieldError(name, "An amount from 0 to 1 000 000 000 000 is expected."))
        elif isinstance(value, date) and not 1990 <= value.year <= 2100:
            found.append(FieldError(name, "A date between 1990 and 2100 is expected."))
    shares: tuple[Share, ...] = getattr(payload, "shares", ())
    if shares and (any(not 0 < s.percent <= 100 for s in shares) or sum(s.percent for s in shares) != 100):
        found.append(FieldError("shares", "The funding shares must sum to 100 per cent."))
    return found
