"""What municipalities asked for, how ready they are, what was approved and planned; beside what was delivered."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Category, Text, wrong_days
from asset_tracker.programmes.queries import get_programme
from asset_tracker.programmes.tables import municipality_need, programme
from asset_tracker.territory.queries import get_municipality

Quantity = Annotated[int, Meta(ge=0, le=1_000_000)]
_n, _a, _p = municipality_need.c, asset.c, programme.c


class NewNeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a municipality asks of a programme, of one category.

    ``readiness``: how ready it is to use that, 0 to 100 by the programme's own measure. What was approved and
    what is planned may be said at once or later.
    """

    programme: UUID
    category: Category
    asked: Annotated[int, Meta(ge=1, le=1_000_000)]
    applied_on: date
    readiness: Annotated[int, Meta(ge=0, le=100)] | None = None
    approved: Quantity | None = None
    approved_on: date | None = None
    planned_on: date | None = None
    note: Text | None = None


class NeedView(msgspec.Struct, frozen=True, kw_only=True):
    """A need beside what the programme delivered of the category; ``open`` is what is approved and not there."""

    id: UUID
    programme: UUID
    programme_code: str
    category: str
    asked: int
    applied_on: date
    readiness: int | None
    approved: int | None
    approved_on: date | None
    planned_on: date | None
    note: str | None
    delivered: int

    @property
    def left(self) -> int:
        """How many of those approved (or, before that, asked for) are still to come."""
        return max((self.asked if self.approved is None else self.approved) - self.delivered, 0)


async def list_needs(conn: AsyncConnection, actor: Actor, municipality: str) -> list[NeedView]:
    """The needs of a municipality in reach, by programme and category. Raises NotFoundError for no municipality."""
    require(actor, "programme.read")
    await get_municipality(conn, municipality)
    delivered = (
        select(func.coalesce(func.sum(_a.quantity), 0))
        .where(
            _a.programme_id == _n.programme_id,
            _a.category == _n.category,
            in_area(lambda column: column == municipality),
            _a.delivered_at.is_not(None),
            _a.gone_reason.is_distinct_from("withdrawn"),
            scope.assets(actor),
        )
        .correlate(municipality_need)
        .scalar_subquery()
        .label("delivered")
    )
    wanted = (
        select(municipality_need, _p.code, delivered)
        .join(programme, _p.id == _n.programme_id)
        .where(_n.municipality_code == municipality, _n.ended_at.is_(None), _reach(actor))
        .order_by(_p.code, _n.category, _n.applied_on)
    )
    return [_view(row) for row in await conn.execute(wanted)]


class Standing(NewNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A need that stands, as it was told, and whose it is."""

    id: UUID
    municipality: str


async def standing(conn: AsyncConnection, actor: Actor, programmes: Sequence[UUID]) -> list[Standing]:
    """The needs that the programmes were asked for and that stand, oldest first."""
    require(actor, "programme.read")
    wanted = select(municipality_need).where(
        _n.programme_id.in_(programmes), _n.ended_at.is_(None), _reach(actor)
    )
    return [
        Standing(
            id=row.id,
            municipality=row.municipality_code,
            **_told(row),
        )
        for row in await conn.execute(wanted.order_by(_n.made_at, _n.id))
    ]


async def add_need(
    conn: AsyncConnection, actor: Actor, municipality: str, new: NewNeed, *, need_id: UUID | None = None
) -> UUID:
    """Keep what a municipality asked for. Raises NotFoundError, ForbiddenError, InvalidError for days out of order."""
    values = await _checked(conn, actor, new)
    await get_municipality(conn, municipality)
    made = need_id or uuid7()
    told = insert(municipality_need).values(
        id=made, municipality_code=municipality, made_by=actor.id, **values
    )
    await conn.execute(told)
    return made


async def change_need(conn: AsyncConnection, actor: Actor, need: UUID, new: NewNeed) -> None:
    """Put right what a municipality asked a programme for. Raises NotFoundError, ForbiddenError, InvalidError."""
    values = await _checked(conn, actor, new)
    programme_id = values.pop("programme_id")
    changing = update(municipality_need).where(
        _n.id == need, _n.ended_at.is_(None), _n.programme_id == programme_id
    )
    if not (await conn.execute(changing.values(**values))).rowcount:
        raise NotFoundError


async def _checked(conn: AsyncConnection, actor: Actor, new: NewNeed) -> dict[str, Any]:
    """A need by column."""
    require(actor, "programme.manage")
    allowed = scope.programmes(actor, "programme.manage")
    if allowed is not None and new.programme not in allowed:
        raise ForbiddenError
    await get_programme(conn, actor, new.programme)
    errors = []
    if (new.approved is None) != (new.approved_on is None):
        errors.append(FieldError("approved_on", "Say both how many were approved, and when."))
    if new.approved_on and new.approved_on < new.applied_on:
        errors.append(FieldError("approved_on", "Nothing can be approved before it was asked for."))
    errors += wrong_days(applied_on=new.applied_on, approved_on=new.approved_on, planned_on=new.planned_on)
    if errors:
        raise InvalidError(errors=tuple(errors))
    values = msgspec.structs.asdict(new)
    values["programme_id"] = values.pop("programme")
    return values


async def end_need(conn: AsyncConnection, actor: Actor, need: UUID) -> None:
    """Take a need off the list, met or withdrawn; what was said stays in the database. Raises NotFoundError."""
    require(actor, "programme.manage")
    allowed = scope.programmes(actor, "programme.manage")
    ending = update(municipality_need).where(_n.id == need, _n.ended_at.is_(None))
    if allowed is not None:
        ending = ending.where(_n.programme_id.in_(allowed))
    if not (await conn.execute(ending.values(ended_at=func.now(), ended_by=actor.id))).rowcount:
        raise NotFoundError


def _reach(actor: Actor) -> Any:
    """Needs are read by those who work for the programme or in the place; donors read them in reports."""
    return scope.within(actor, "programme.read", programme=_n.programme_id, areas=(_n.municipality_code,))


_SAID = tuple(name for name in NewNeed.__struct_fields__ if name != "programme")


def _told(row: Any) -> dict[str, Any]:
    """The fields of ``NewNeed``, as the row has them."""
    return {"programme": row.programme_id} | {name: getattr(row, name) for name in _SAID}


def _view(row: Any) -> NeedView:
    return NeedView(
        id=row.id,
        programme_code=row.code,
        **_told(row),
        delivered=int(row.delivered),
    )
