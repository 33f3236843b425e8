"""What a rule of a donor or of the state demands before an asset may go: consent, and a shortest life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets import due
from asset_tracker.assets.months import months_after
from asset_tracker.errors import FieldError, InvalidError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.tables import policy_rule

_a, _r = asset.c, policy_rule.c
# Before a disposal of this kind the donor must have agreed to this.
_PURPOSE = {"transfer": ("transfer", "disposal"), "gift": ("transfer", "disposal")}


async def check_disposal(
    conn: AsyncConnection, assets: Sequence[UUID], fact: ev.Disposed, at: datetime
) -> None:
    """Refuse a disposal that a rule forbids.

    Raises RefusedError where a donor must agree first and has not, and InvalidError that asks for the
    approval of whoever may decide where the shortest life is not over (KMU 514 of 16.03.2000).
    """
    wanted = (
        select(_r.rule, _r.purposes, _r.source, _r.number, _a.state, _a.acquired_on, _a.delivered_at)
        .select_from(due.ruled())
        .where(_a.id.in_(assets), _r.rule.in_(("consent", "minimum_life")), due.holds())
    )
    for row in await conn.execute(wanted):
        if row.rule == "consent":
            _check_consent(row, fact)
        elif not fact.approval and _too_young(row, at):
            short = FieldError(
                "approval",
                "It must be kept at least %(months)s months (%(source)s): name who approved it.",
                {"months": row.number, "source": row.source},
            )
            raise InvalidError(errors=(short,))


def _check_consent(row: Any, fact: ev.Disposed) -> None:
    needed = set(row.purposes) & set(_PURPOSE.get(fact.method, ("disposal",)))
    given = set(row.state.get("consents", ()))
    if needed and not needed & given:
        raise RefusedError("The donor must agree first (%(source)s).", source=row.source)


def _too_young(row: Any, at: datetime) -> bool:
    began = row.acquired_on or (row.delivered_at and row.delivered_at.astimezone(due.KYIV_TIME).date())
    if began is None:
        return False
    return at.astimezone(due.KYIV_TIME).date() < months_after(began, row.number)
