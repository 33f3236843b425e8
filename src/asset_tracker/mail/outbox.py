"""Letters wait here, put down in the transaction of what they tell of, and are sent afterwards.

At least once: who dies between the server's yes and the note of it sends the same letter, with the same
Message-ID, once more. What a letter says is sealed, since links in it are keys, and is forgotten as soon
as it is sent, too old, or given up. The log tells a letter's id and kind, never whom or what.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import aiosmtplib
import msgspec
import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import vault
from asset_tracker.db.engine import transaction
from asset_tracker.db.wall import by_system
from asset_tracker.jobs import queue
from asset_tracker.jobs.worker import Run
from asset_tracker.mail.letters import Letter, check_address, compose
from asset_tracker.mail.tables import mail_outbox
from asset_tracker.mail.transport import connected
from asset_tracker.settings import Settings

# How long to wait after each failed attempt; after the last the letter is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
LASTS = timedelta(days=3)
AT_ONCE = 20  # letters over one connection
# Nobody else tries a letter while one sender may still be at it.
_CLAIMED = timedelta(minutes=10)
_PURPOSE = "mail"
_o = mail_outbox.c
log = structlog.get_logger(__name__)


class SendMail(msgspec.Struct, frozen=True, kw_only=True, tag="send-mail"):
    """Have what is due sent."""


class Sent(NamedTuple):
    """How many letters went out, how many will be tried again, how many were given up."""

    sent: int = 0
    waiting: int = 0
    given_up: int = 0


class Depth(NamedTuple):
    """Letters that wait, those given up during the last day, and how long the first waits (seconds)."""

    waiting: int
    given_up: int
    oldest: float


def is_set_up(settings: Settings) -> bool:
    """Whether mail can be sent at all; otherwise links are shown to whoever made them."""
    return settings.smtp_url is not None


async def depth(conn: AsyncConnection) -> Depth:
    """How the outbox stands."""
    waits = (_o.sent_at.is_(None), _o.failed_at.is_(None))
    waiting = select(func.count(), func.extract("epoch", func.now() - func.min(_o.created_at))).where(*waits)
    count, oldest = (await conn.execute(waiting)).one()
    given_up = select(func.count()).where(_o.failed_at > func.now() - timedelta(days=1))
    return Depth(count, await conn.scalar(given_up) or 0, float(oldest or 0))


@by_system
async def enqueue(
    conn: AsyncConnection, settings: Settings, letter: Letter, *, expires_at: datetime | None = None
) -> UUID | None:
    """Put a letter into the outbox, in the caller's transaction; None when mail is not set up.

    ``expires_at`` (UTC): when it is no use any more, three days from now unless told.
    Raises InvalidError for an address that is none.
    """
    if not is_set_up(settings):
        return None
    letter = msgspec.structs.replace(letter, to=check_address(letter.to))
    made = uuid4()
    sealed = vault.seal(settings.secret_key or "", _PURPOSE, str(made), msgspec.json.encode(letter))
    ends = expires_at or datetime.now(UTC) + LASTS
    await conn.execute(insert(mail_outbox).values(id=made, kind=letter.kind, sealed=sealed, expires_at=ends))
    await queue.enqueue(conn, SendMail(), key="now")
    return made


@by_system
async def take_back(conn: AsyncConnection, settings: Settings, email: str) -> int:
    """Take the letters to an address that were not sent yet out of the outbox; answers how many.

    One that cannot be read (another secret key) cannot be sent either, and stays until it is too old.
    """
    waiting = select(_o.id, _o.sealed).where(_o.sealed.is_not(None), _o.sent_at.is_(None))
    theirs = []
    for row in await conn.execute(waiting.with_for_update()):
        with suppress(vault.UnreadableError):
            if _letter(settings, row).to.casefold() == email.casefold():
                theirs.append(row.id)
    await conn.execute(delete(mail_outbox).where(_o.id.in_(theirs)))
    return len(theirs)


async def send_letters(run: Run, _payload: SendMail) -> None:
    """The job: once after each letter was put down, and every minute for those that wait."""
    while (await send_due(run.engine, run.settings)).sent:
        pass


async def send_due(engine: AsyncEngine, settings: Settings) -> Sent:
    """Send what is due, ``AT_ONCE`` letters at most over one connection; what a job or a loop calls.

    Opens its own short transactions: none is held while the mail server is spoken to.
    """
    async with transaction(engine) as conn:
        await _forget_old(conn)
        claimed = await _claim(conn, AT_ONCE) if is_set_up(settings) else []
    if not claimed:
        return Sent()
    done = Sent()
    try:
        async with connected(settings) as server:
            for row in claimed:
                done = _add(done, await _send(engine, settings, server, row))
    except (aiosmtplib.SMTPException, OSError) as error:
        log.warning("the mail server cannot be used", trouble=_told(error))
        left = claimed[sum(done) :]
        async with transaction(engine) as conn:
            for row in left:
                done = _add(done, await _failed(conn, row, error))
    return done


async def _send(engine: AsyncEngine, settings: Settings, server: aiosmtplib.SMTP, row: Any) -> Sent:
    trouble: Exception | None = None
    try:
        await server.send_message(_message(settings, row))
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
        raise  # nothing more goes over this connection
    except (aiosmtplib.SMTPException, vault.UnreadableError) as error:
        trouble = error
    async with transaction(engine) as conn:
        if trouble is not None:
            return await _failed(conn, row, trouble)
        await conn.execute(
            update(mail_outbox).where(_o.id == row.id).values(sent_at=func.now(), sealed=None, trouble=None)
        )
    log.info("sent a letter", letter=str(row.id), kind=row.kind)
    return Sent(sent=1)


def _letter(settings: Settings, row: Any) -> Letter:
    content = vault.unseal(settings.secret_key or "", _PURPOSE, str(row.id), row.sealed)
    return msgspec.json.decode(content, type=Letter)


def _message(settings: Settings, row: Any) -> Any:
    return compose(
        _letter(settings, row),
        sender=settings.mail_from or "",
        base_url=settings.base_url,
        message_id=str(row.id),
        sent_at=row.created_at,
    )


async def _failed(conn: AsyncConnection, row: Any, error: Exception) -> Sent:
    """Wait before the next attempt; give up at once what the server will never take, or nobody can read."""
    for_good = isinstance(error, vault.UnreadableError) or (
        isinstance(error, (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused))
        and all(500 <= code < 600 for code in _codes(error))
    )
    over = for_good or row.attempts > len(WAITS)
    values: dict[str, Any] = {"trouble": _told(error)}
    if over:
        values |= {"failed_at": func.now(), "sealed": None}
    else:
        values["due_at"] = datetime.now(UTC) + WAITS[row.attempts - 1]
    await conn.execute(update(mail_outbox).where(_o.id == row.id).values(values))
    log.warning("a letter was not taken", letter=str(row.id), kind=row.kind, trouble=_told(error), over=over)
    return Sent(given_up=1) if over else Sent(waiting=1)


async def _claim(conn: AsyncConnection, at_once: int) -> list[Any]:
    due = (
        select(_o.id)
        .where(_o.sent_at.is_(None), _o.failed_at.is_(None), _o.due_at <= func.now())
        .order_by(_o.due_at)
        .limit(at_once)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(mail_outbox)
        .where(_o.id.in_(due.scalar_subquery()))
        .values(due_at=datetime.now(UTC) + _CLAIMED, attempts=_o.attempts + 1)
        .returning(_o.id, _o.kind, _o.sealed, _o.attempts, _o.created_at)
    )
    return sorted((await conn.execute(claim)).all(), key=lambda row: row.created_at)


async def _forget_old(conn: AsyncConnection) -> None:
    late = update(mail_outbox).where(
        _o.sent_at.is_(None), _o.failed_at.is_(None), _o.expires_at <= func.now()
    )
    await conn.execute(late.values(failed_at=func.now(), sealed=None, trouble="too old"))


def _codes(error: Exception) -> list[int]:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return [each.code for each in error.recipients]
    return [error.code] if isinstance(error, aiosmtplib.SMTPResponseException) else []


def _told(error: Exception) -> str:
    """The kind of an error with its reply codes: a server's own words may name the recipient."""
    return " ".join((type(error).__name__, *map(str, _codes(error))))


def _add(one: Sent, other: Sent) -> Sent:
    return Sent(*(a + b for a, b in zip(one, other, strict=True)))
