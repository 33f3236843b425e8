"""The steps of a verification, from how it stands and the rules that ask for it."""

from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.assets import due
from asset_tracker.assets.guidance.verifications import Count, verification_steps
from asset_tracker.assets.guidance.words import StepView
from asset_tracker.assets.guided import shown
from asset_tracker.assets.months import months_after
from asset_tracker.i18n import Lang
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.policies import Rule
from asset_tracker.programmes.rules import rule_of
from asset_tracker.programmes.tables import policy_rule
from asset_tracker.verifications.aftermath import Missing
from asset_tracker.verifications.queries import CampaignView, Results, was_seen
from asset_tracker.verifications.tables import campaign_expected

_a, _r, _e = asset.c, policy_rule.c, campaign_expected.c


async def campaign_steps(
    conn: AsyncConnection, actor: Actor, lang: Lang, it: CampaignView, found: Results, missing: Missing
) -> tuple[StepView, ...]:
    """The steps of a campaign that the actor sees."""
    tally = found.tally
    count = Count(
        id=str(it.id),
        status=it.status,
        expected=tally.expected,
        not_scanned=tally.not_scanned,
        by_custodian=tally.by_custodian,
        differing=tally.wrong_place + tally.unexpected,
        unknown=tally.unknown,
        missing=missing.all,
        unexplained=len(missing.unexplained),
        signers=tuple(name for name in (it.counter, *(each.name for each in it.commission)) if name),
        signed_on=it.signed_on,
        cases=tuple(str(each) for each in missing.cases),
        asked=await _asked(conn, actor, it),
    )
    return shown(actor, lang, verification_steps(count))


async def _asked(conn: AsyncConnection, actor: Actor, it: CampaignView) -> tuple[tuple[Rule, date], ...]:
    """The rules by which the things are to be verified, each with the first day by which one of them is due:
    of those not seen yet while the count runs, of those that were seen once it has ended.
    """
    seen = was_seen(it.id)
    of_these: ColumnElement[bool] = seen if it.status == "ended" else ~seen
    first = func.min(due.day_of(func.coalesce(_a.verified_at, _a.delivered_at)))
    wanted = (
        select(policy_rule, first.label("since"))
        .select_from(due.ruled().join(campaign_expected, _e.asset_id == _a.id))
        .where(
            _e.campaign_id == it.id,
            _r.rule == "verification",
            due.holds(),
            of_these,
            _a.gone_reason.is_(None),
            scope.assets(actor),
        )
        .group_by(_r.id)
    )
    found: dict[Rule, date] = {}
    for row in await conn.execute(wanted):
        rule = rule_of(row)
        day = months_after(row.since, rule.number or 0)
        found[rule] = min(day, found.get(rule, day))
    return tuple(sorted(found.items(), key=lambda each: (each[1], each[0].source)))
