"""What a rule of a donor or of the state demands before an asset may go: consent, and a shortest life."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.assets.guidance.things import Thing, consents_lacking, kept_until
from asset_tracker.assets.ruled import things_ruled
from asset_tracker.errors import FieldError, InvalidError, RefusedError
from asset_tracker.ledger import events as ev


async def check_disposal(
    conn: AsyncConnection, assets: Sequence[UUID], fact: ev.Disposed, at: datetime
) -> None:
    """Refuse a disposal that a rule forbids.

    Raises RefusedError where a donor must agree first and has not, and InvalidError that asks for the
    approval of whoever may decide where the shortest life is not over (KMU 514 of 16.03.2000).
    """
    for thing in (await things_ruled(conn, assets)).values():
        if lacking := consents_lacking(thing, fact.method):
            raise RefusedError("The donor must agree first (%(source)s).", source=lacking[0].source)
        if not fact.approval:
            _check_life(thing, at)


def _check_life(thing: Thing, at: datetime) -> None:
    day = kyiv.day_of(at)
    for rule in thing.rules:
        until = kept_until(rule, thing.since) if rule.rule == "minimum_life" else None
        if until and day < until:
            short = FieldError(
                "approval",
                "It must be kept at least %(months)s months (%(source)s): name who approved it.",
                {"months": rule.number, "source": rule.source},
            )
            raise InvalidError(errors=(short,))
