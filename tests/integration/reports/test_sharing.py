"""Reports go out by mail and by link: what their owner may see, and no longer than that."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from asset_tracker import vault
from asset_tracker.access import panic, sessions
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.access.users import add_user, by_email, disable_user
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail.letters import Letter, compose
from asset_tracker.mail.stopping import stopped
from asset_tracker.mail.tables import mail_outbox
from asset_tracker.reports import sharing, subjects, subscriptions
from asset_tracker.reports.subjects import Subject
from asset_tracker.reports.subscriptions import NewSubscription, last_day
from asset_tracker.settings import Settings
from factories.office import furnish

from .conftest import register

ABOUT = Subject(subject="programme", code="VIDEO-2024")
NOW = datetime.now(UTC)
SETTINGS = msgspec.structs.replace(
    Settings.from_env(
        {"ASSET_TRACKER_SMTP_URL": "smtp://localhost:25", "ASSET_TRACKER_MAIL_FROM": "a@example.org"}
    ),
    secret_key="s" * 40,
)


async def somebody(conn, *grants):
    made = await add_user(
        conn,
        COMMAND_LINE,
        email=f"{uuid7()}@example.org",
        name="Donor",
        password="p" * 16,
        grants=grants,
    )
    return Actor(id=made, name="Donor", grants=grants)


@pytest.fixture
async def donor(conn, world):
    await register(conn, world, 2)
    return await somebody(conn, Grant(role="donor", donor=world.sida))


async def link(conn, who, **more):
    given = {
        "as_of": date(2025, 2, 1),
        "purpose": "the auditor of Sida",
        "days": 30,
        "now": datetime.now(UTC),
    } | more
    return await sharing.make_link(conn, who, ABOUT, **given)


async def test_a_link_opens_the_report_its_maker_saw_and_tells_them_of_it(conn, donor):
    token = await link(conn, donor)
    opened = await sharing.open_link(conn, token, form="page", lang="en")
    report = await subjects.report_on(
        conn, opened.actor, opened.about, opened.ask, now=datetime.now(UTC), base_url="https://x.example"
    )
    assert report.facts.question.donor.short == "Sida"
    assert {share.donor for item in report.facts.items for share in item.shares} == {
        str(donor.grants[0].donor)
    }
    (seen,) = await sharing.list_links(conn, donor)
    assert [form for _, form in seen.openings] == ["page"]


async def test_a_link_ends(conn, donor):
    token = await link(conn, donor)
    (mine,) = await sharing.list_links(conn, donor)
    with pytest.raises(NotFoundError):
        await sharing.open_link(conn, token + "x", form="page", lang="en")
    with pytest.raises(NotFoundError):
        await sharing.revoke(conn, COMMAND_LINE, mine.id)
    await sharing.revoke(conn, donor, mine.id)
    with pytest.raises(NotFoundError):
        await sharing.open_link(conn, token, form="page", lang="en")
    expired = await link(conn, donor, now=datetime.now(UTC) - timedelta(days=31))
    with pytest.raises(NotFoundError):
        await sharing.open_link(conn, expired, form="page", lang="en")
    brake = await link(conn, donor)
    await panic.begin(conn)
    with pytest.raises(NotFoundError):
        await sharing.open_link(conn, brake, form="page", lang="en")


async def test_a_link_of_somebody_who_is_gone_opens_nothing(conn, donor):
    await somebody(conn, Grant(role="administrator"))
    token = await link(conn, donor)
    await disable_user(conn, COMMAND_LINE, donor.id)
    with pytest.raises(NotFoundError):
        await sharing.open_link(conn, token, form="page", lang="en")


async def test_nobody_shares_what_they_may_not_see(conn, world):
    stranger = await somebody(conn, Grant(role="donor", donor=world.third))
    with pytest.raises(NotFoundError):
        await link(conn, stranger)
    with pytest.raises(InvalidError):
        await link(conn, COMMAND_LINE, days=0, purpose="")


@pytest.mark.parametrize(
    ("every", "moment", "day"),
    [
        ("month", "2025-02-01T04:30", date(2025, 1, 31)),
        ("month", "2025-03-05T04:30", date(2025, 2, 28)),
        ("quarter", "2025-04-01T03:30", date(2025, 3, 31)),
        ("quarter", "2025-03-01T04:30", None),
        ("month", "2025-02-28T22:30", date(2025, 2, 28)),  # it is March in Kyiv
    ],
)
def test_a_report_is_for_the_month_before(every, moment, day):
    assert last_day(every, datetime.fromisoformat(moment).replace(tzinfo=UTC)) == day


async def test_mail_must_be_set_up(conn, donor):
    new = NewSubscription(about=ABOUT, every="month")
    with pytest.raises(InvalidError):
        await subscriptions.subscribe(conn, donor, Settings.from_env({}), new)


@pytest.fixture
async def own_engine(new_database, anyio_backend):
    made = make_engine(new_database())
    yield made
    await made.dispose()


async def test_reports_are_sent_once_with_their_files(own_engine):
    async with transaction(own_engine) as conn:
        office = await furnish(conn)
        user = await by_email(conn, "donor@example.org")
        donor = await sessions.actor_of(conn, user)
        about = Subject(subject="programme", code="PROSTO")
        new = NewSubscription(about=about, every="month", formats=("pdf", "xlsx", "csv"))
        made = await subscriptions.subscribe(conn, donor, SETTINGS, new)
    moment = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    assert await subscriptions.send_due(own_engine, SETTINGS, moment) == 1
    assert await subscriptions.send_due(own_engine, SETTINGS, moment) == 0
    async with transaction(own_engine) as conn:
        (letter,) = await letters(conn)
        assert [each.sent_for for each in await subscriptions.list_own(conn, donor)] == [date(2026, 2, 28)]
        assert (
            stopped(SETTINGS.secret_key, subscriptions.STOPS, letter.unsubscribe.rpartition("/")[2]) == made
        )
        await subscriptions.stop(conn, made)
        with pytest.raises(NotFoundError):
            await subscriptions.end(conn, donor, made)
    assert letter.to == "donor@example.org"
    assert [each.name for each in letter.enclosed] == [
        "PROSTO-2026-02-28-uk.pdf",
        "PROSTO-2026-02-28-uk.xlsx",
        "PROSTO-2026-02-28-uk.csv",
    ]
    assert "known_on=" in letter.button.href
    assert letter.button.href.startswith("/reports/programmes/PROSTO?")
    assert re.search(r"Доставлено: \d+", letter.paragraphs[1])
    message = compose(
        letter, sender="a@example.org", base_url="https://x.example", message_id="1", sent_at=NOW
    )
    files = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    (table,) = (part for part in message.iter_attachments() if part.get_content_type() == "text/csv")
    assert "Мітка" in table.get_content().splitlines()[0]
    assert files["PROSTO-2026-02-28-uk.pdf"].startswith(b"%PDF")
    book = load_workbook(io.BytesIO(files["PROSTO-2026-02-28-uk.xlsx"]))
    tags = {row[0] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
    assert office.foreign not in tags
    assert await subscriptions.send_due(own_engine, SETTINGS, datetime(2026, 4, 1, 4, 30, tzinfo=UTC)) == 0


async def letters(conn):
    rows = (await conn.execute(select(mail_outbox).where(mail_outbox.c.kind == "report"))).all()
    return [
        msgspec.json.decode(vault.unseal(SETTINGS.secret_key, "mail", str(row.id), row.sealed), type=Letter)
        for row in rows
    ]
