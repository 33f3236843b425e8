"""Letters of news: at once from what the log got, once a day together with what waits.

What is told is what its reader may see: their scope picks the assets when the letter is written.
"""

from collections.abc import Collection, Sequence
from datetime import time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.access.tables import user_account
from asset_tracker.assets.figures import waiting
from asset_tracker.assets.quarantine import count_quarantined
from asset_tracker.consignments.due import DueFilter, count_due
from asset_tracker.db.engine import transaction
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.jobs import queue
from asset_tracker.jobs.kinds import Daily, Every, Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.mail import outbox
from asset_tracker.mail.letters import Item
from asset_tracker.notices import feed, ordered
from asset_tracker.notices.choices import Choice, list_choices
from asset_tracker.notices.feed import News
from asset_tracker.notices.kinds import of_event
from asset_tracker.notices.tables import notice_choice
from asset_tracker.notices.writing import letter_of
from asset_tracker.settings import Settings

MORNING: Final = time(7, 30)
_AT_ONCE, _DAILY = "notices-at-once", "notices-daily"
# A daily letter looks at no more events than these: beyond, it says how many there were.
_LOOKED_AT: Final = 20_000
_a, _n, _u = asset.c, notice_choice.c, user_account.c
log = structlog.get_logger(__name__)


class TellAtOnce(msgspec.Struct, frozen=True, kw_only=True, tag="tell-at-once"):
    """Write letters of what the log got since the last time."""


class TellDaily(msgspec.Struct, frozen=True, kw_only=True, tag="tell-daily"):
    """Have everybody's daily letter written."""


class DailyLetter(msgspec.Struct, frozen=True, kw_only=True, tag="daily-letter"):
    """Write one person's daily letter of the log from ``since`` to before ``until``."""

    user: UUID
    since: int
    until: int


async def tell_at_once(run: Run, _payload: TellAtOnce) -> None:
    """The job, every minute: as often as there is more to read."""
    while True:
        async with transaction(run.engine) as conn:
            since = await feed.held_cursor(conn, _AT_ONCE)
            news = await feed.read_on(conn, since)
            if not news:
                return
            for user in await _who(conn, "at_once"):
                await write_letter(conn, run.settings, user, "at_once", news)
            await feed.move_cursor(conn, _AT_ONCE, news[-1].position + 1)


async def tell_daily(run: Run, _payload: TellDaily) -> None:
    """The job, each morning: one job for each person, so that trouble with one is nobody else's."""
    async with run.last() as conn:
        since = await feed.held_cursor(conn, _DAILY)
        until = await feed.end_of_log(conn)
        for user in await _who(conn, "daily"):
            await queue.enqueue(conn, DailyLetter(user=user, since=since, until=until), key=f"{user}-{until}")
        await ordered.forget_unasked(conn)
        await feed.move_cursor(conn, _DAILY, until)


async def write_daily(run: Run, letter: DailyLetter) -> None:
    """The job of one person's daily letter."""
    async with run.last() as conn:
        news = await feed.read_on(conn, letter.since, letter.until, limit=_LOOKED_AT)
        await write_letter(conn, run.settings, letter.user, "daily", news)


async def write_letter(
    conn: AsyncConnection, settings: Settings, user: UUID, pace: str, news: Sequence[News]
) -> bool:
    """Put a letter into the outbox, if there is anything to tell this person; whether there was."""
    account = (await conn.execute(select(_u.email, _u.disabled_at).where(_u.id == user))).one_or_none()
    if account is None or account.disabled_at is not None:
        return False
    actor = await sessions.actor_of(conn, user)
    if not may(actor, "asset.read"):
        return False
    chosen = [choice for choice in await list_choices(conn, actor) if choice.pace == pace]
    lines = await _lines(conn, actor, chosen, news)
    if pace == "daily":
        lines = [*await ordered.kept_lines(conn, actor), *lines]
    states = await _states(conn, actor, chosen) if pace == "daily" else []
    if not lines and not states:
        return False
    subject = _subject(actor.lang, lines)
    letter = letter_of(settings, actor, account.email, subject, lines, states)
    return await outbox.enqueue(conn, settings, letter) is not None


async def _who(conn: AsyncConnection, pace: str) -> list[UUID]:
    wanted = select(_n.user_id).where(_n.pace == pace).distinct().order_by(_n.user_id)
    return list((await conn.scalars(wanted)).all())


async def _lines(
    conn: AsyncConnection, actor: Actor, chosen: Sequence[Choice], news: Sequence[News]
) -> list[Item]:
    """What happened to the things in reach, the newest last."""
    by_kind = {choice.kind: choice for choice in chosen}
    told = [each for each in news if (sort := of_event(each.kind)) and _asked(by_kind.get(sort), each)]
    if not told:
        return []
    things = await _things(conn, actor, {each.asset for each in told})
    return [_line(actor.lang, each, things[each.asset]) for each in told if each.asset in things]


def _asked(choice: Choice | None, news: News) -> bool:
    return choice is not None and choice.programme in (None, news.programme)


async def _things(conn: AsyncConnection, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Any]:
    wanted = select(_a.id, _a.tag, _a.name_uk, _a.name_en).where(_a.id.in_(list(ids)), scope.assets(actor))
    return {row.id: row for row in await conn.execute(wanted)}


def _line(lang: Lang, news: News, thing: Any) -> Item:
    name = (thing.name_en or thing.name_uk) if lang == "en" else thing.name_uk
    when = display.instant(news.occurred_at, lang)
    what = gettext(lang, KIND_TITLES[news.kind])
    return Item(f"{what}: {name}, {format_tag(thing.tag)} ({when})", f"/a/{format_tag(thing.tag)}")


async def _states(conn: AsyncConnection, actor: Actor, chosen: Sequence[Choice]) -> list[Item]:
    """What waits this morning, with the page that shows it."""
    by_kind = {choice.kind: choice for choice in chosen}
    found = []
    if (choice := by_kind.get("order")) and (item := await ordered.standing(conn, actor, choice.programme)):
        found.append(item)
    if choice := by_kind.get("due"):
        counts = await count_due(conn, actor, DueFilter(programme=choice.programme))
        over, due = sum(each.overdue for each in counts), sum(each.due for each in counts)
        if due:
            told = gettext(
                actor.lang, "Overdue: %(over)s; due within 30 days or overdue: %(due)s", over=over, due=due
            )
            found.append(Item(told, "/due"))
    if "dispute" in by_kind and (number := (await waiting(conn, actor)).waits["disputed"]):
        told = ngettext(
            actor.lang, "%(n)s asset has facts that contradict each other", "%(n)s assets have facts that contradict each other", number
        )  # fmt: skip
        found.append(Item(told, "/assets?disputed=yes"))
    if "quarantine" in by_kind and may(actor, "quarantine.settle"):
        number = await count_quarantined(conn, actor)
        if number:
            told = ngettext(
                actor.lang, "%(n)s fact waits in quarantine", "%(n)s facts wait in quarantine", number
            )
            found.append(Item(told, "/quarantine"))
    return found


def _subject(lang: Lang, lines: list[Item]) -> str:
    if not lines:
        return gettext(lang, "What waits today")
    return ngettext(lang, "%(n)s update about the equipment", "%(n)s updates about the equipment", len(lines))


AT_ONCE = Kind(payload=TellAtOnce, work=tell_at_once, when=Every(timedelta(minutes=1)))
DAILY = Kind(payload=TellDaily, work=tell_daily, when=Daily(MORNING))
LETTER = Kind(payload=DailyLetter, work=write_daily)
