"""Assets with the rules that hold when one of them is lost or leaves: consent, shortest life, reports, papers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, outerjoin, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.assets import due
from asset_tracker.assets.guidance.things import Thing
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.policies import Rule, RuleKind
from asset_tracker.programmes.rules import rule_of
from asset_tracker.programmes.tables import policy_rule, programme

_a, _r = asset.c, policy_rule.c
_KINDS: tuple[RuleKind, ...] = ("consent", "minimum_life", "retention", "loss_report")


async def things_ruled(conn: AsyncConnection, assets: Sequence[UUID]) -> dict[UUID, Thing]:
    """The assets with what rules look at in them, by id."""
    with_programme = outerjoin(asset, programme, programme.c.id == _a.programme_id)
    with_rules = outerjoin(with_programme, policy_rule, and_(_r.rule.in_(_KINDS), due.holds()))
    wanted = (
        select(
            policy_rule,
            _a.id.label("asset_id"),
            _a.tag,
            _a.title,
            _a.acquired_on,
            _a.delivered_at,
            _a.state["consents"].label("consents"),
            programme.c.ends_on,
        )
        .select_from(with_rules)
        .where(_a.id.in_(assets))
        .order_by(_a.id, _r.made_at, _r.id)
    )
    rows = (await conn.execute(wanted)).all()
    rules: dict[UUID, list[Rule]] = {}
    for row in rows:
        rules.setdefault(row.asset_id, []).extend([rule_of(row)] if row.id else [])
    return {
        row.asset_id: Thing(
            tag=format_tag(row.tag),
            rules=tuple(rules[row.asset_id]),
            consents=frozenset(row.consents or ()),
            since=row.acquired_on or _day(row.delivered_at),
            ends_on=row.ends_on,
            title=row.title,
        )
        for row in rows
    }


def _day(at: datetime | None) -> date | None:
    return kyiv.day_of(at) if at else None
