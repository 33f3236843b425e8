"""Letters leave with the transaction that made them, over TLS, once, and leave nothing behind."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from structlog.testing import capture_logs

from asset_tracker.errors import InvalidError
from asset_tracker.mail.letters import Item, Letter
from asset_tracker.mail.outbox import WAITS, Sent, enqueue, send_due
from asset_tracker.mail.tables import mail_outbox
from asset_tracker.settings import Settings

pytestmark = pytest.mark.anyio
LETTER = Letter(
    kind="invitation",
    to="olha@example.org",
    lang="uk",
    subject="Запрошення",
    paragraphs=("Вітаємо!",),
    button=Item("Обрати пароль", "/password/a-secret-token"),
)


@pytest.fixture(autouse=True)
async def empty(engine):
    async with engine.begin() as conn:
        await conn.execute(delete(mail_outbox))


def settings(url, key="k" * 40):
    return Settings.from_env(
        {
            "ASSET_TRACKER_SMTP_URL": url,
            "ASSET_TRACKER_MAIL_FROM": "Облік <assets@example.org>",
            "ASSET_TRACKER_SECRET_KEY": key,
        }
    )


async def put(engine, chosen, **more):
    async with engine.begin() as conn:
        return await enqueue(conn, chosen, LETTER, **more)


async def row(engine):
    async with engine.connect() as conn:
        return (await conn.execute(select(mail_outbox))).one()


async def make_due(engine):
    async with engine.begin() as conn:
        await conn.execute(update(mail_outbox).values(due_at=datetime.now(UTC)))


async def test_a_letter_arrives_once_and_is_forgotten(engine, mail_server):
    inbox = mail_server()
    chosen = settings(f"smtp://127.0.0.1:{inbox.port}")
    made = await put(engine, chosen)
    with capture_logs() as logs:
        assert await send_due(engine, chosen) == Sent(sent=1)
        assert await send_due(engine, chosen) == Sent()
    (taken,) = inbox.letters
    assert taken.rcpt_tos == ["olha@example.org"]
    message = email.message_from_bytes(taken.content, policy=email.policy.default)
    assert message["Message-ID"] == f"<{made}@example.org>"
    assert "/password/a-secret-token" in message.get_body(("plain",)).get_content()
    kept = await row(engine)
    assert (kept.sealed, kept.trouble, kept.attempts) == (None, None, 1)
    assert kept.sent_at is not None
    assert "olha" not in str(logs)
    assert "a-secret-token" not in str(logs)


async def test_what_waits_says_nothing_to_who_reads_the_table(engine, mail_server):
    await put(engine, settings("smtp://127.0.0.1:9"))
    async with engine.connect() as conn:
        dumped = str((await conn.execute(text("SELECT o::text FROM mail_outbox o"))).all())
    assert b"olha".hex() not in dumped
    assert b"a-secret-token".hex() not in dumped


async def test_a_transaction_taken_back_takes_its_letter_back(engine, mail_server):
    inbox = mail_server()
    chosen = settings(f"smtp://127.0.0.1:{inbox.port}")
    async with engine.connect() as conn:
        await enqueue(conn, chosen, LETTER)
        await conn.rollback()
    assert await send_due(engine, chosen) == Sent()


async def test_without_a_mail_server_nothing_is_put_down(engine):
    async with engine.begin() as conn:
        assert await enqueue(conn, Settings.from_env({}), LETTER) is None


async def test_a_wrong_address_is_refused_where_it_is_given(engine):
    bad = Letter(kind="x", to="a@b\nBcc: c@d", lang="uk", subject="x", paragraphs=())
    async with engine.begin() as conn:
        with pytest.raises(InvalidError):
            await enqueue(conn, settings("smtp://127.0.0.1:9"), bad)


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
async def test_speaks_tls_and_logs_in(engine, mail_server, certificate, monkeypatch, scheme):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    login = ("assets", "p@ss/word")
    inbox = mail_server("127.0.0.2", "smtps" if scheme == "smtps" else "starttls", login)
    chosen = settings(f"{scheme}://assets:p%40ss%2Fword@127.0.0.2:{inbox.port}")
    await put(engine, chosen)
    assert await send_due(engine, chosen) == Sent(sent=1)
    assert (inbox.spoke_tls, inbox.logins) == ([True], [login])


@pytest.mark.parametrize("tls", ["none", "starttls", "smtps"])
async def test_nothing_leaves_without_a_certificate_that_holds(engine, mail_server, tls):
    """A server elsewhere that offers no TLS, or shows a certificate nobody vouches for."""
    inbox = mail_server("127.0.0.2", tls)
    chosen = settings(f"{'smtps' if tls == 'smtps' else 'smtp'}://u:secret-word@127.0.0.2:{inbox.port}")
    await put(engine, chosen)
    with capture_logs() as logs:
        assert await send_due(engine, chosen) == Sent(waiting=1)
    assert inbox.letters == []
    assert "secret-word" not in str(logs)
    assert (await row(engine)).sealed is not None


async def test_a_busy_server_is_tried_again_later_and_later(engine, mail_server):
    inbox = mail_server()
    inbox.say = "451 busy, olha@example.org"
    chosen = settings(f"smtp://127.0.0.1:{inbox.port}")
    await put(engine, chosen, expires_at=datetime.now(UTC) + timedelta(days=30))
    for attempt in range(len(WAITS)):
        assert await send_due(engine, chosen) == Sent(waiting=1)
        kept = await row(engine)
        assert kept.due_at > datetime.now(UTC) + WAITS[attempt] - timedelta(seconds=30)
        assert kept.trouble == "SMTPDataError 451"
        assert await send_due(engine, chosen) == Sent()
        await make_due(engine)
    assert await send_due(engine, chosen) == Sent(given_up=1)
    assert (await row(engine)).sealed is None


async def test_what_will_never_be_taken_is_given_up_at_once(engine, mail_server):
    inbox = mail_server()
    inbox.refuse = "550 no such olha@example.org"
    chosen = settings(f"smtp://127.0.0.1:{inbox.port}")
    await put(engine, chosen)
    assert await send_due(engine, chosen) == Sent(given_up=1)
    kept = await row(engine)
    assert (kept.sealed, kept.trouble) == (None, "SMTPRecipientsRefused 550")


async def test_a_server_that_is_away_leaves_the_letter_waiting(engine):
    chosen = settings("smtp://127.0.0.1:9")
    await put(engine, chosen)
    assert await send_due(engine, chosen) == Sent(waiting=1)


async def test_a_letter_too_old_is_not_sent(engine, mail_server):
    inbox = mail_server()
    chosen = settings(f"smtp://127.0.0.1:{inbox.port}")
    await put(engine, chosen, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await send_due(engine, chosen) == Sent()
    assert inbox.letters == []
    assert (await row(engine)).trouble == "too old"


async def test_another_secret_key_gives_up_and_hurts_no_other_letter(engine, mail_server):
    inbox = mail_server()
    url = f"smtp://127.0.0.1:{inbox.port}"
    await put(engine, settings(url, "another secret key, long enough to be one"))
    await put(engine, settings(url))
    assert await send_due(engine, settings(url)) == Sent(sent=1, given_up=1)
    assert len(inbox.letters) == 1
