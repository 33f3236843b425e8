"""The steps of a loss case and of a disposal, from what is recorded and the rules that hold."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import held, may_record
from asset_tracker.assets.guidance.disposals import Leaving, disposal_steps
from asset_tracker.assets.guidance.losses import Loss, loss_steps
from asset_tracker.assets.guidance.steps import Step
from asset_tracker.assets.guidance.words import StepView, in_words
from asset_tracker.assets.losses import CaseView
from asset_tracker.assets.ruled import things_ruled
from asset_tracker.assets.views import AssetView
from asset_tracker.i18n import Lang
from asset_tracker.ledger.events import KINDS
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import KEYED_EVENT, asset_share, event, event_key
from asset_tracker.programmes.tables import party


async def case_steps(conn: AsyncConnection, actor: Actor, lang: Lang, it: CaseView) -> tuple[StepView, ...]:
    """The steps of a loss case that the actor sees."""
    ids = [each.asset.id for each in it.assets]
    things = await things_ruled(conn, ids)
    ends = [each.case.closed_at for each in it.assets if each.case.closed_at]
    loss = Loss(
        id=str(it.row.id),
        today=kyiv.today(),
        kinds=frozenset(it.row.kinds),
        happened_on=kyiv.day_of(it.row.at),
        is_open=it.row.open > 0,
        things=tuple(things[each] for each in ids),
        donors=await _donors(conn, lang, ids),
        report_number=it.row.report_number,
        donor_informed_on=it.row.donor_informed_on,
        noted=bool(it.notes),
        decisions=frozenset(it.row.decisions),
        closed_on=kyiv.day_of(max(ends)) if ends and not it.row.open else None,
    )
    return shown(actor, lang, loss_steps(loss))


async def disposal_of(conn: AsyncConnection, actor: Actor, lang: Lang, it: AssetView) -> tuple[StepView, ...]:
    """The steps of the disposal of an asset, whether anybody thinks of one or not."""
    state, cases = it.state, [each for each in it.state.cases if each.open]
    gone = await _disposed_on(conn, it) if state.gone == "disposed" else None
    leaving = Leaving(
        thing=(await things_ruled(conn, [it.row.id]))[it.row.id],
        today=kyiv.today(),
        condition=state.condition,
        disputed=state.disputed,
        case=str(cases[0].id) if cases else None,
        disposed_on=gone,
    )
    return shown(actor, lang, disposal_steps(leaving))


def shown(actor: Actor, lang: Lang, steps: tuple[Step, ...]) -> tuple[StepView, ...]:
    """The steps in words, with those buttons that the actor may press."""
    return in_words(lang, [step if _may(actor, step) else _without_button(step) for step in steps])


def _may(actor: Actor, step: Step) -> bool:
    needs = step.button.needs if step.button else ""
    return needs in held(actor) or (needs in KINDS and may_record(actor, needs))


def _without_button(step: Step) -> Step:
    return msgspec.structs.replace(step, button=None)


async def _donors(conn: AsyncConnection, lang: Lang, assets: list[UUID]) -> tuple[str, ...]:
    s = asset_share.c
    wanted = (
        select(party.c.name_uk, party.c.name_en)
        .join(asset_share, s.donor_id == party.c.id)
        .where(s.asset_id.in_(assets))
        .group_by(party.c.id, party.c.name_uk, party.c.name_en)
        .order_by(in_ukrainian_order(party.c.name_uk))
    )
    return tuple(row.name_en if lang == "en" else row.name_uk for row in await conn.execute(wanted))


async def _disposed_on(conn: AsyncConnection, it: AssetView) -> date | None:
    wanted = select(event.c.occurred_at).select_from(KEYED_EVENT).where(event_key.c.id == it.state.gone_by)
    at = await conn.scalar(wanted)
    return kyiv.day_of(at) if at else None
