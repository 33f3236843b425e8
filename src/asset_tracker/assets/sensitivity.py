"""Rules of sensitivity: how exactly donors may know where something is. Made, ended, asked.

A rule is about a programme, a category, both, or one asset. What applies to an asset is decided by
``places``, from all rules that meet there.
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    all_,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records, scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import places
from asset_tracker.assets.places import EXACT, Coarse, Precision, Protection, Sensitivity
from asset_tracker.assets.tables import sensitivity_rule
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_period
from asset_tracker.ledger.values import Category
from asset_tracker.programmes.tables import programme

_a, _s, _p = asset.c, sensitivity_rule.c, programme.c


class NewRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to come: about a programme, a category, both, or one asset alone."""

    sensitivity: Sensitivity
    delay_days: Annotated[int, Meta(ge=0, le=places.MAX_DELAY)] = 0
    programme: UUID | None = None
    category: Category | None = None
    asset: UUID | None = None


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that holds."""

    id: UUID
    sensitivity: Sensitivity
    delay_days: int
    programme_code: str | None
    category: str | None
    tag: str | None
    made_at: datetime


async def add_rule(conn: AsyncConnection, actor: Actor, new: NewRule) -> UUID:
    """Make a rule. Raises InvalidError, NotFoundError for a programme or asset out of reach."""
    require(actor, "programme.manage")
    about = f"{new.programme or ''} {new.category or ''} {new.asset or ''}".split()
    if not about or (new.asset and len(about) > 1):
        wrong = FieldError("programme", "Choose a programme, a category, both, or one asset.")
        raise InvalidError(errors=(wrong,))
    await _check_reach(conn, actor, new)
    made = uuid7()
    values = msgspec.structs.asdict(new)
    for name in ("programme", "asset"):
        values[f"{name}_id"] = values.pop(name)
    await conn.execute(insert(sensitivity_rule).values(id=made, made_by=actor.id, **values))
    told = f"{new.sensitivity}, {new.delay_days} days"
    await records.record(conn, actor, "sensitivity_set", f"rule {made}: {' '.join(about)}", told)
    return made


async def end_rule(conn: AsyncConnection, actor: Actor, rule: UUID) -> None:
    """End a rule; that it held stays written down. Raises NotFoundError."""
    require(actor, "programme.manage")
    known = select(_s.programme_id, _s.category, _s.asset_id).where(_s.id == rule, _s.ended_at.is_(None))
    found = (await conn.execute(known.with_for_update())).first()
    if found is None:
        raise NotFoundError
    about = NewRule(
        sensitivity="public", programme=found.programme_id, category=found.category, asset=found.asset_id
    )
    await _check_reach(conn, actor, about)
    await conn.execute(update(sensitivity_rule).where(_s.id == rule).values(ended_at=func.now()))
    await records.record(conn, actor, "sensitivity_set", f"rule {rule}", "ended")


async def list_rules(conn: AsyncConnection, actor: Actor) -> list[RuleView]:
    """The rules that hold over programmes in reach, and over all of them; newest first."""
    require(actor, "programme.manage")
    wanted = (
        select(_s.id, _s.sensitivity, _s.delay_days, _p.code, _s.category, _a.tag, _s.made_at)
        .select_from(sensitivity_rule)
        .outerjoin(programme, _p.id == _s.programme_id)
        .outerjoin(asset, _a.id == _s.asset_id)
        .where(
            _s.ended_at.is_(None),
            or_(
                and_(_s.programme_id.is_(None), _s.asset_id.is_(None)),
                scope.within(actor, "programme.manage", programme=_s.programme_id),
                scope.assets(actor, "programme.manage"),
            ),
        )
        .order_by(_s.made_at.desc(), _s.id)
    )
    return [
        RuleView(
            id=row.id,
            sensitivity=row.sensitivity,
            delay_days=row.delay_days,
            programme_code=row.code,
            category=row.category,
            tag=row.tag,
            made_at=row.made_at,
        )
        for row in await conn.execute(wanted)
    ]


async def coarse(conn: AsyncConnection, actor: Actor) -> Coarse:
    """Of which assets the actor may not know the exact place: none for whoever works with them.

    Costs nothing for those who are no donors, one small question where there are no rules.
    """
    if not actor.has("donor") or not await conn.scalar(
        select(select(_s.id).where(_s.ended_at.is_(None)).exists())
    ):
        return EXACT
    meets = or_(
        _s.asset_id == _a.id,
        and_(
            _s.asset_id.is_(None),
            or_(_s.programme_id.is_(None), _s.programme_id == _a.programme_id),
            or_(_s.category.is_(None), _s.category == _a.category),
        ),
    )
    wanted = (
        select(_a.id, _s.sensitivity, _s.delay_days, _since().label("since"))
        .select_from(asset.join(sensitivity_rule, and_(meets, _s.ended_at.is_(None))))
        .where(scope.assets(actor), ~scope.by_work(actor))
    )
    rules: defaultdict[UUID, list[Protection]] = defaultdict(list)
    came: dict[UUID, datetime | None] = {}
    for row in await conn.execute(wanted):
        rules[row.id].append(Protection(row.sensitivity, row.delay_days))
        came[row.id] = row.since
    now = datetime.now(UTC)
    known: dict[UUID, Precision] = {
        each: places.precision(places.strictest(found), works_there=False, since=came[each], now=now)
        for each, found in rules.items()
    }
    return Coarse({each: precise for each, precise in known.items() if precise != "exact"})


def located(known: Coarse) -> ColumnElement[bool]:
    """The condition that the reader may know an asset's municipality: without it, counting would tell."""
    return true() if not known.hidden else _a.id != all_(literal(list(known.hidden), ARRAY(Uuid)))


def pointed(known: Coarse) -> ColumnElement[bool]:
    """The condition that the reader may know an asset's service point."""
    return true() if not known.of else _a.id != all_(literal(list(known.of), ARRAY(Uuid)))


def _since() -> ColumnElement[datetime]:
    """When the asset came to where it is: the end of the last period in which it was elsewhere."""
    p = asset_period.c
    elsewhere = or_(
        p.municipality_code.is_distinct_from(_a.municipality_code),
        p.service_point_id.is_distinct_from(_a.service_point_id),
    )
    left = (
        select(func.max(p.valid_to)).where(p.asset_id == _a.id, elsewhere).correlate(asset).scalar_subquery()
    )
    began = select(func.min(p.valid_from)).where(p.asset_id == _a.id).correlate(asset).scalar_subquery()
    return func.coalesce(left, began)


async def _check_reach(conn: AsyncConnection, actor: Actor, new: NewRule) -> None:
    """A rule over everything is for those who reach everything."""
    if new.asset is not None:
        wanted = select(_a.id).where(_a.id == new.asset, scope.assets(actor, "programme.manage"))
    elif new.programme is not None:
        reach = scope.within(actor, "programme.manage", programme=_p.id)
        wanted = select(_p.id).where(_p.id == new.programme, reach)
    elif scope.programmes(actor, "programme.manage") is None:
        return
    else:
        wrong = FieldError(
            "programme", "Choose a programme: only an administrator may set a rule for all of them."
        )
        raise InvalidError(errors=(wrong,))
    if await conn.scalar(wanted) is None:
        raise NotFoundError
