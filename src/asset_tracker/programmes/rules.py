"""Rules of donors and of the state: listed, added, taken from a preset, ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import is_amount
from asset_tracker.programmes.policies import PRESETS, Reach, Rule, missing_parts
from asset_tracker.programmes.queries import in_reach
from asset_tracker.programmes.tables import funding_share, party, policy_rule, programme

_r = policy_rule.c


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and for whom it holds: a programme, a donor, or (neither) everybody."""

    id: UUID
    rule: Rule
    programme: UUID | None
    programme_code: str | None
    donor: UUID | None
    donor_uk: str | None
    donor_en: str | None
    preset: str | None
    made_at: datetime
    ended_at: datetime | None


async def list_rules(
    conn: AsyncConnection, actor: Actor, *, programme_id: UUID | None = None, with_ended: bool = False
) -> list[RuleView]:
    """The rules that hold in programmes in reach; for one programme also those of its donors and of all."""
    require(actor, "programme.read")
    seen = select(programme.c.id).where(in_reach(actor))
    paid = select(funding_share.c.donor_id).where(funding_share.c.programme_id.in_(seen))
    wanted = (
        select(policy_rule, programme.c.code, party.c.name_uk, party.c.name_en)
        .outerjoin(programme, programme.c.id == _r.programme_id)
        .outerjoin(party, party.c.id == _r.donor_id)
        .order_by(_r.programme_id.nulls_last(), _r.donor_id.nulls_last(), _r.made_at, _r.id)
    )
    if scope.programmes(actor, "programme.read") is not None:
        wanted = wanted.where(
            or_(
                and_(_r.programme_id.is_(None), _r.donor_id.is_(None)),
                _r.programme_id.in_(seen),
                _r.donor_id.in_(paid),
            )
        )
    if programme_id:
        wanted = wanted.where(holds_in(programme_id))
    if not with_ended:
        wanted = wanted.where(_r.ended_at.is_(None))
    return [_view(row) for row in await conn.execute(wanted)]


def holds_in(programme_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """The condition that a rule holds in a programme: its own, one of its donors', or everybody's."""
    donors = select(funding_share.c.donor_id).where(funding_share.c.programme_id == programme_id)
    everybody = and_(_r.programme_id.is_(None), _r.donor_id.is_(None))
    return or_(_r.programme_id == programme_id, _r.donor_id.in_(donors), everybody)


async def add_rule(
    conn: AsyncConnection, actor: Actor, rule: Rule, reach: Reach, *, preset: str | None = None
) -> UUID:
    """A new rule. One for a donor or for everybody needs the reach of all programmes.

    Raises ForbiddenError, NotFoundError for an unknown programme or donor, InvalidError for a missing part.
    """
    await _check_reach(conn, actor, reach)
    errors = [FieldError(part, "This rule needs it.") for part in missing_parts(rule)]
    if (rule.amount is None) != (rule.currency is None):
        errors.append(FieldError("amount", "An amount needs its currency, and a currency its amount."))
    elif rule.amount is not None and not is_amount(rule.amount):
        errors.append(FieldError("amount", "An amount from 0 to 1 000 000 000 000 is expected."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    values = msgspec.structs.asdict(rule) | {"id": uuid7(), "preset": preset, "made_by": actor.id}
    for name in ("fields", "purposes", "categories", "regimes"):
        values[name] = list(values[name])
    values |= {"programme_id": reach.programme, "donor_id": reach.donor}
    await conn.execute(insert(policy_rule).values(values))
    made: UUID = values["id"]
    return made


async def apply_preset(conn: AsyncConnection, actor: Actor, name: str, reach: Reach) -> list[UUID]:
    """Add the rules of a preset that do not stand there yet. Raises NotFoundError for an unknown preset."""
    await _check_reach(conn, actor, reach)
    if name not in PRESETS:
        raise NotFoundError("There is no preset %(name)s.", name=name[:60])
    same = select(policy_rule).where(
        _r.preset == name,
        _r.ended_at.is_(None),
        _r.programme_id.is_not_distinct_from(reach.programme),
        _r.donor_id.is_not_distinct_from(reach.donor),
    )
    there = [rule_of(row) for row in await conn.execute(same)]
    return [
        await add_rule(conn, actor, rule, reach, preset=name)
        for rule in PRESETS[name].rules
        if rule not in there
    ]


async def end_rule(conn: AsyncConnection, actor: Actor, rule_id: UUID) -> None:
    """The rule no longer holds; that it did stays to be read. Raises NotFoundError."""
    require(actor, "programme.manage")
    row = (
        await conn.execute(select(policy_rule).where(_r.id == rule_id, _r.ended_at.is_(None)))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    await _check_reach(conn, actor, Reach(programme=row.programme_id, donor=row.donor_id))
    await conn.execute(
        update(policy_rule).where(_r.id == rule_id).values(ended_at=func.now(), ended_by=actor.id)
    )


async def _check_reach(conn: AsyncConnection, actor: Actor, reach: Reach) -> None:
    require(actor, "programme.manage")
    if reach.programme and reach.donor:
        raise InvalidError(
            errors=(FieldError("donor", "A rule applies to a programme or to a donor, not to both."),)
        )
    allowed = scope.programmes(actor, "programme.manage")
    if reach.programme is None and allowed is not None:
        raise ForbiddenError
    if allowed is not None and reach.programme not in allowed:
        raise NotFoundError
    table, wanted = (programme, reach.programme) if reach.programme else (party, reach.donor)
    if wanted and await conn.scalar(select(table.c.id).where(table.c.id == wanted)) is None:
        raise NotFoundError


def rule_of(row: Any) -> Rule:
    """The rule that a row of ``policy_rule`` holds."""
    return Rule(
        rule=row.rule,
        source=row.source,
        number=row.number,
        amount=row.amount,
        currency=row.currency,
        fields=tuple(row.fields),
        purposes=tuple(row.purposes),
        categories=tuple(row.categories),
        regimes=tuple(row.regimes),
    )


def _view(row: Any) -> RuleView:
    return RuleView(
        id=row.id,
        rule=rule_of(row),
        programme=row.programme_id,
        programme_code=row.code,
        donor=row.donor_id,
        donor_uk=row.name_uk,
        donor_en=row.name_en,
        preset=row.preset,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
