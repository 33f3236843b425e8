"""Reports by mail: each month or quarter, as of its last day, with the files that were asked for.

The worker sends on the first of a month; which day was sent for is written down with the letter, so that a
worker that dies in between sends nothing twice and leaves nothing out.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import kyiv
from asset_tracker.access import scope, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.tables import user_account
from asset_tracker.db.engine import transaction, transaction_for
from asset_tracker.db.wall import as_system, by_system
from asset_tracker.documents import display
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError, NotFoundError
from asset_tracker.files.storage import Storage
from asset_tracker.i18n import Lang, gettext
from asset_tracker.jobs.kinds import Kind, Monthly
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail import outbox
from asset_tracker.mail.letters import Enclosed, Item, Letter
from asset_tracker.mail.stopping import stop_token
from asset_tracker.reports import subjects
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.formats import FORMATS, file_name, format_named, written
from asset_tracker.reports.sheet import heading
from asset_tracker.reports.structs import Facts, Report
from asset_tracker.reports.subjects import Subject
from asset_tracker.reports.tables import report_subscription
from asset_tracker.settings import Settings

Every = Literal["month", "quarter"]
# Mail servers refuse more; what does not fit is behind the link.
LARGEST: Final = 8 * 1024 * 1024
# What a link that ends a subscription is signed for.
STOPS: Final = "report-subscription"
_s = report_subscription.c
log = structlog.get_logger(__name__)


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``formats`` are names of report formats."""

    about: Subject
    every: Every
    formats: tuple[str, ...] = ("pdf", "xlsx")


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    about: Subject
    every: Every
    formats: tuple[str, ...]
    started_at: datetime
    sent_for: date | None


async def subscribe(conn: AsyncConnection, actor: Actor, settings: Settings, new: NewSubscription) -> UUID:
    """Have a report sent. Raises InvalidError, NotFoundError; and InvalidError where mail is not set up."""
    await subjects.check(conn, actor, new.about)
    if not outbox.is_set_up(settings):
        raise InvalidError(errors=(FieldError("every", "Mail is not set up here."),))
    if not new.formats:
        raise InvalidError(errors=(FieldError("formats", "Choose at least one file."),))
    for name in new.formats:
        format_named(name, of_programme=new.about.subject == "programme")
    made = uuid7()
    values = {
        "id": made,
        "user_id": actor.id,
        "rights": sessions.rights_of(actor),
        **msgspec.structs.asdict(new.about),
        "every": new.every,
        "formats": list(dict.fromkeys(new.formats)),
    }
    same = (_s.subject == new.about.subject, _s.code == new.about.code, _s.every == new.every)
    async with as_system(conn):
        # Asked for once more, it is sent once, with the files chosen now.
        earlier = update(report_subscription).where(_s.user_id == actor.id, _s.ended_at.is_(None), *same)
        await conn.execute(earlier.values(ended_at=func.now()))
        await conn.execute(insert(report_subscription).values(values))
    return made


@by_system
async def list_own(conn: AsyncConnection, actor: Actor) -> list[SubscriptionView]:
    """What the actor is sent."""
    wanted = select(report_subscription).where(_s.user_id == actor.id, _s.ended_at.is_(None))
    return [
        SubscriptionView(
            id=row.id,
            about=Subject(subject=row.subject, code=row.code, donor=row.donor),
            every=row.every,
            formats=tuple(row.formats),
            started_at=row.started_at,
            sent_for=row.sent_for,
        )
        for row in await conn.execute(wanted.order_by(_s.started_at))
    ]


@by_system
async def end(conn: AsyncConnection, actor: Actor, subscription: UUID) -> None:
    """Send no more of it. Raises NotFoundError."""
    own = update(report_subscription).where(
        _s.id == subscription, _s.user_id == actor.id, _s.ended_at.is_(None)
    )
    if not (await conn.execute(own.values(ended_at=func.now()))).rowcount:
        raise NotFoundError


@by_system
async def stop(conn: AsyncConnection, subscription: UUID) -> None:
    """The same by the link in its letter, whoever holds it; again is safe."""
    open_still = (_s.id == subscription, _s.ended_at.is_(None))
    await conn.execute(update(report_subscription).where(*open_still).values(ended_at=func.now()))


def last_day(every: str, moment: datetime) -> date | None:
    """The day that a report sent at ``moment`` is for: the end of the month or quarter before it.

    None for a quarterly one in a month that begins no quarter.
    """
    first = kyiv.day_of(moment).replace(day=1)
    if every == "quarter" and first.month not in (1, 4, 7, 10):
        return None
    return first - timedelta(days=1)


class SendReports(msgspec.Struct, frozen=True, kw_only=True, tag="send-reports"):
    """Send what was subscribed to."""


async def send(run: Run, _payload: SendReports) -> None:
    """The job, on the first of each month."""
    await send_due(run.engine, run.settings, run.due_at)


async def send_due(engine: AsyncEngine, settings: Settings, moment: datetime) -> int:
    """Send every report that is due at ``moment``; how many. Again is safe."""
    async with transaction(engine) as conn:
        wanted = select(_s.id, _s.every).where(_s.ended_at.is_(None)).order_by(_s.id)
        rows = (await conn.execute(wanted)).all()
    sent = 0
    for row in rows:
        day = last_day(row.every, moment)
        if day is None:
            continue
        try:
            sent += await _send_one(engine, settings, row.id, day)
        except AssetTrackerError as error:
            # It is out of its reader's reach by now, or cannot be sent to them: the others still go out.
            log.warning("a report was not sent", subscription=str(row.id), trouble=error.code)
    return sent


async def _send_one(engine: AsyncEngine, settings: Settings, subscription: UUID, day: date) -> bool:
    async with transaction(engine) as conn:
        wanted = (
            select(report_subscription, user_account.c.email, user_account.c.lang)
            .join(user_account, user_account.c.id == _s.user_id)
            .where(
                _s.id == subscription, _s.ended_at.is_(None), or_(_s.sent_for.is_(None), _s.sent_for < day)
            )
            .with_for_update(of=report_subscription)
        )
        row = (await conn.execute(wanted)).first()
        actor = await sessions.active_actor(conn, row.user_id, row.rights) if row else None
        if row is None or actor is None:
            return False
        about = Subject(subject=row.subject, code=row.code, donor=row.donor)
        report = await _made(engine, settings, actor, about, day, row.lang)
        storage = Storage.open(settings.storage_url)
        files = {name: await written(name, report, storage) for name in row.formats}
        stop = f"/reports/stop/{stop_token(settings.secret_key or '', STOPS, subscription)}"
        letter = _letter(report, settings, row.email, files, stop)
        await outbox.enqueue(conn, settings, letter)
        await conn.execute(update(report_subscription).where(_s.id == row.id).values(sent_for=day))
    return True


async def _made(
    engine: AsyncEngine, settings: Settings, actor: Actor, about: Subject, day: date, lang: Lang
) -> Report:
    ask = Ask(as_of=day, donor=about.donor, lang=lang)
    # In the reader's own transaction: the letter holds what they see, and no more.
    async with transaction_for(engine, scope.reach(actor)) as conn:
        return await subjects.report_on(
            conn, actor, about, ask, now=datetime.now(UTC), base_url=settings.base_url
        )


def _letter(report: Report, settings: Settings, to: str, files: Mapping[str, bytes], stop: str) -> Letter:
    lang = report.making.lang
    title = heading(report.facts, lang)["title"]
    day = display.day(report.facts.question.as_of, lang)
    enclosed, left = [], LARGEST
    for name, content in files.items():
        if len(content) <= left:
            enclosed.append(Enclosed(file_name(report, name), FORMATS[name].media_type, content))
            left -= len(content)
    paragraphs = [
        gettext(lang, "The report you subscribed to, as of %(day)s: %(title)s.", day=day, title=title),
        _in_short(report.facts, lang),
    ]
    held = {each.name for each in enclosed}
    if large := [name.upper() for name in files if file_name(report, name) not in held]:
        told = gettext(
            lang, "Too large for a letter, but on the page of the report: %(files)s.", files=", ".join(large)
        )
        paragraphs.append(told)
    paragraphs.append(gettext(lang, "Content hash: %(hash)s", hash=report.content_hash))
    # By what is known now: the page must give the hash of the files for good.
    path = (report.making.page_url or "").removeprefix(settings.base_url.rstrip("/"))
    return Letter(
        kind="report",
        to=to,
        lang=lang,
        subject=gettext(lang, "Report as of %(day)s: %(title)s", day=day, title=title),
        paragraphs=tuple(paragraphs),
        button=Item(gettext(lang, "Open the report"), path),
        after=(gettext(lang, "This link ends the subscription:"),),
        unsubscribe=stop,
        enclosed=tuple(enclosed),
    )


def _in_short(facts: Facts, lang: Lang) -> str:
    """The first figures of the report in one line."""
    funnel = facts.summary.funnel
    figures = (
        ("Planned", funnel.planned),
        ("Delivered", funnel.delivered),
        ("Accepted by act", funnel.accepted),
        ("In service", funnel.in_service),
        ("What needs attention", len(facts.findings)),
    )
    return "; ".join(f"{gettext(lang, label)}: {display.number(count, lang)}" for label, count in figures)


KIND: Final = Kind(payload=SendReports, work=send, when=Monthly(day=1, at=time(6, 30)))
