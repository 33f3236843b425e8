"""What a programme may spend, from a day on; of several for a day the one that was recorded last."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Currency, Money, wrong_days
from asset_tracker.programmes.queries import get_programme
from asset_tracker.programmes.tables import programme_budget

_b = programme_budget.c


class NewBudget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The total that may be spent from ``since`` on; an amendment tells the new whole."""

    amount: Money
    currency: Currency
    since: date


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A budget as it was recorded."""

    amount: Decimal
    currency: str
    since: date
    recorded_at: datetime


async def add_budget(conn: AsyncConnection, actor: Actor, programme_id: UUID, new: NewBudget) -> None:
    """Record a budget. Raises InvalidError, NotFoundError, ForbiddenError for a programme that is not the actor's."""
    require(actor, "programme.manage")
    await get_programme(conn, actor, programme_id)
    allowed = scope.programmes(actor, "programme.manage")
    if allowed is not None and programme_id not in allowed:
        raise ForbiddenError
    errors = wrong_days(since=new.since)
    if new.amount <= 0:
        errors.append(FieldError("amount", "A budget must be more than zero."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    row: dict[str, Any] = msgspec.structs.asdict(new) | {
        "id": uuid7(),
        "programme_id": programme_id,
        "recorded_by": actor.id,
    }
    await conn.execute(insert(programme_budget).values(row))


async def list_budgets(conn: AsyncConnection, actor: Actor, programme_id: UUID) -> list[BudgetView]:
    """The budgets of a programme, the one that holds first; none for donors, who pay a part of it."""
    require(actor, "programme.read")
    await get_programme(conn, actor, programme_id)
    return [] if scope.donors(actor) is not None else [_view(row) for row in await _rows(conn, programme_id)]


async def budget_on(
    conn: AsyncConnection, programme_id: UUID, day: date, known_on: datetime | None
) -> BudgetView | None:
    """The budget that held on a day, by what was recorded at ``known_on`` (UTC)."""
    rows = await _rows(conn, programme_id)
    known = (row for row in rows if known_on is None or row.recorded_at <= known_on)
    return next((_view(row) for row in known if row.since <= day), None)


async def _rows(conn: AsyncConnection, programme_id: UUID) -> Sequence[Any]:
    wanted = select(_b.amount, _b.currency, _b.since, _b.recorded_at).where(_b.programme_id == programme_id)
    return (await conn.execute(wanted.order_by(_b.since.desc(), _b.recorded_at.desc(), _b.id.desc()))).all()


def _view(row: Any) -> BudgetView:
    return BudgetView(amount=row.amount, currency=row.currency, since=row.since, recorded_at=row.recorded_at)
