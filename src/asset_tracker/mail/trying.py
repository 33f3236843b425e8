"""A letter to try the mail server with, sent while somebody waits; and how the outbox stands."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiosmtplib
import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.wall import by_system
from asset_tracker.errors import UnavailableError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.mail.letters import Letter, check_address, compose
from asset_tracker.mail.outbox import is_set_up
from asset_tracker.mail.tables import mail_outbox
from asset_tracker.mail.transport import connected
from asset_tracker.settings import Settings

PATIENCE = 15.0  # seconds that somebody waits for the server's answer
_LATELY = timedelta(days=30)
_o = mail_outbox.c


class MailTroubleError(UnavailableError):
    """The mail server did not accept the letter."""


class Outbox(msgspec.Struct, frozen=True):
    """Letters that wait, and those sent and given up in the last thirty days; the newest trouble, if any."""

    waiting: int
    sent: int
    given_up: int
    trouble: str | None


async def try_mail(settings: Settings, to: str, lang: Lang) -> str:
    """Send somebody a letter over the server that is set up, now; answers the address that it went to.

    Raises MailTroubleError that says what the server, or the way to it, had against it.
    """
    if not is_set_up(settings):
        raise MailTroubleError("No mail server is set up.")
    address = check_address(to)
    letter = Letter(
        kind="trial",
        to=address,
        lang=lang,
        subject=gettext(lang, "A test letter"),
        paragraphs=(gettext(lang, "If you can read this, letters from the asset tracker arrive."),),
    )
    message = compose(
        letter,
        sender=settings.mail_from or "",
        base_url=settings.base_url,
        message_id=str(uuid4()),
        sent_at=datetime.now(UTC),
    )
    try:
        async with asyncio.timeout(PATIENCE), connected(settings) as server:
            await server.send_message(message)
    except (aiosmtplib.SMTPException, OSError) as error:  # a TimeoutError is an OSError
        told = " ".join(str(error).split())[:300] or type(error).__name__
        raise MailTroubleError(
            "The mail server did not accept the letter: %(trouble)s", trouble=told
        ) from error
    return address


@by_system
async def outbox_now(conn: AsyncConnection) -> Outbox:
    """How many letters wait, went out and were given up."""
    since = datetime.now(UTC) - _LATELY
    row = (
        await conn.execute(
            select(
                func.count().filter(_o.sent_at.is_(None), _o.failed_at.is_(None)).label("waiting"),
                func.count().filter(_o.sent_at > since).label("sent"),
                func.count().filter(_o.failed_at > since).label("given_up"),
            ).select_from(mail_outbox)
        )
    ).one()
    newest = select(_o.trouble).where(_o.trouble.is_not(None)).order_by(_o.created_at.desc()).limit(1)
    return Outbox(row.waiting, row.sent, row.given_up, await conn.scalar(newest))
