"""What is kept of people ends with what it was needed for.

A programme's records are kept so many months after its end (the rule ``retention``); then the openings of
personal values in its assets' events are erased: who took over, who approved, notes, devices. The facts,
the chain and every proof stay.
"""

from datetime import date, time

import msgspec
import structlog
from sqlalchemy import Date, Interval, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.jobs.kinds import Daily, Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger import erasure
from asset_tracker.ledger.erasure import Mention
from asset_tracker.programmes.rules import holds_in
from asset_tracker.programmes.tables import policy_rule, programme

_p, _r = programme.c, policy_rule.c
log = structlog.get_logger(__name__)


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """A programme whose time is over by the longest of its rules, and what its events still say of people."""

    programme_code: str
    ended_on: date
    months: int
    mentions: tuple[Mention, ...]


async def expired(conn: AsyncConnection, day: date) -> list[Expired]:
    """What would be erased on ``day``: programmes by code, the values in order of asset and event."""
    months = func.max(_r.number)
    over = cast(_p.ends_on + cast(func.make_interval(0, months), Interval), Date)
    ended = (
        select(_p.id, _p.code, _p.ends_on, months.label("months"))
        .select_from(programme.join(policy_rule, holds_in(_p.id)))
        .where(_r.rule == "retention", _r.ended_at.is_(None), _p.ends_on.is_not(None))
        .group_by(_p.id)
        .having(over < day)
        .order_by(_p.code)
    )
    found = []
    for row in (await conn.execute(ended)).all():
        mentions = tuple(await erasure.mentions_in(conn, row.id))
        if mentions:
            found.append(
                Expired(programme_code=row.code, ended_on=row.ends_on, months=row.months, mentions=mentions)
            )
    return found


async def erase_expired(conn: AsyncConnection, day: date) -> list[Expired]:
    """Erase it; answers what was erased. Again is safe."""
    found = await expired(conn, day)
    for each in found:
        await erasure.erase(conn, list(each.mentions))
        told = f"{len(each.mentions)} values, {each.months} months after {each.ended_on}"
        await records.record(conn, COMMAND_LINE, "erased", f"programme {each.programme_code}", told)
    return found


class Retention(msgspec.Struct, frozen=True, kw_only=True, tag="retention"):
    """Erase what was kept long enough."""


async def forget(run: Run, _payload: Retention) -> None:
    """The job, each night."""
    async with run.last() as conn:
        found = await erase_expired(conn, run.due_at.date())
    if found:
        log.info("erased personal data", values=sum(len(each.mentions) for each in found))


KIND = Kind(payload=Retention, work=forget, when=Daily(time(4, 10)))
