"""News by letter and by webhook: from a fact on a page to a real mail server, and to a program that listens."""

import asyncio
import email
import email.policy
import json
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from sqlalchemy import select, update

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.tables import user_account
from asset_tracker.app import create_app
from asset_tracker.assets.queries import find_asset
from asset_tracker.assets.service import record
from asset_tracker.db.engine import transaction
from asset_tracker.jobs import queue
from asset_tracker.jobs.queue import Taken
from asset_tracker.jobs.tables import job
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger import events
from asset_tracker.mail.outbox import send_due
from asset_tracker.notices import ordered, telling, webhooks
from asset_tracker.notices.tables import webhook_delivery
from asset_tracker.settings import Settings
from factories.office import PASSWORD, furnish


class Listener:
    """A program that takes webhooks, and says what it is told to."""

    def __init__(self):
        self.say, self.heard = "200 OK", []

    async def __call__(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
        self.heard.append((head, json.loads(await reader.readexactly(length))))
        writer.write(f"HTTP/1.1 {self.say}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def lifespan(app):
    async with app.lifespan():
        yield


@pytest.fixture
async def listener():
    made = Listener()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    made.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


@pytest.fixture
async def here(new_database, tmp_path, mail_server, listener):
    """The application with a mail server and a listener, furnished."""
    inbox = mail_server()
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": new_database(),
            "ASSET_TRACKER_DATA_DIR": str(tmp_path),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
            "ASSET_TRACKER_SMTP_URL": f"smtp://127.0.0.1:{inbox.port}",
            "ASSET_TRACKER_MAIL_FROM": "assets@example.org",
            "ASSET_TRACKER_WEBHOOK_HOSTS": listener.host,
        }
    )
    app = create_app(settings)
    async with lifespan(app):
        async with app.state.engine.begin() as conn:
            office = await furnish(conn)
            english = update(user_account).where(user_account.c.email == "donor@example.org")
            await conn.execute(english.values(lang="en"))
        made = Here(app, settings, office, inbox, listener)
        yield made
        for client in made.people.values():
            await client.aclose()


class Here:
    def __init__(self, app, settings, office, inbox, listener):
        self.app, self.settings, self.office = app, settings, office
        self.inbox, self.listener, self.people = inbox, listener, {}

    async def at(self, who):
        if who not in self.people:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            client = httpx.AsyncClient(
                transport=transport,
                base_url="http://127.0.0.1:8000",
                headers={"Accept-Language": "uk", "Sec-Fetch-Site": "same-origin"},
            )
            if who:
                form = {"email": f"{who}@example.org", "password": PASSWORD}
                assert (await client.post("/login", data=form)).status_code == 303
            self.people[who] = client
        return self.people[who]

    async def post(self, who, path, data=None, **more):
        return await (await self.at(who)).post(path, data=data, **more)

    async def get(self, who, path):
        return await (await self.at(who)).get(path)

    def run(self, tries=1):
        taken = Taken(id=0, kind="", payload=None, due_at=datetime.now(UTC), tries=tries)
        return Run(self.app.state.engine, self.settings, taken)

    async def work(self):
        """Do the jobs of letters that wait, as a worker does."""
        ways = {kind.name: kind for kind in (ordered.KIND, telling.DAILY, telling.LETTER)}
        engine = self.app.state.engine
        async with engine.connect() as lease:
            await lease.execution_options(isolation_level="AUTOCOMMIT")
            while taken := await queue.take(lease, dict.fromkeys(ways, 5), set()):
                kind = ways[taken.kind]
                payload = msgspec.convert(taken.payload, kind.payload, strict=False)
                await kind.work(Run(engine, self.settings, taken), payload)
                await queue.release(lease, taken.id)

    async def morning(self):
        async with transaction(self.app.state.engine) as conn:
            await queue.enqueue(conn, telling.TellDaily())
        await self.work()

    async def lose(self, tag):
        async with transaction(self.app.state.engine) as conn:
            found = await find_asset(conn, COMMAND_LINE, tag)
            await record(conn, COMMAND_LINE, [found], events.Lost(circumstances="Немає"))
        await self.app.state.sealing.once()

    async def letters(self):
        await send_due(self.app.state.engine, self.settings)
        read = [
            email.message_from_bytes(each.original_content or each.content, policy=email.policy.default)
            for each in self.inbox.letters
        ]
        self.inbox.letters.clear()
        return {each["to"]: each for each in read}


async def test_news_come_at_once_in_each_reader_s_language_of_what_they_reach(here):
    for who in ("coordinator", "donor", "stranger"):
        assert (await here.post(who, "/me/notices", {"loss_pace": "at_once"})).status_code == 303
    await telling.tell_at_once(here.run(), telling.TellAtOnce())  # the log is read from here on
    assert await here.letters() == {}
    await here.lose(here.office.laptop)
    await telling.tell_at_once(here.run(), telling.TellAtOnce())
    await telling.tell_at_once(here.run(), telling.TellAtOnce())
    letters = await here.letters()
    assert set(letters) == {"coordinator@example.org", "donor@example.org"}, "once, and not to a stranger"
    text = letters["coordinator@example.org"].get_body("plain").get_content()
    assert "Втрачено: Ноутбук, " + here.office.laptop in text
    assert "Lost: Laptop, " in letters["donor@example.org"].get_body("plain").get_content()
    assert letters["coordinator@example.org"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    link = re.search(r"/notices/stop/[\w-]+", text)[0]
    assert "Не надсилати мені новин" in (await here.get(None, link)).text
    assert (await here.get(None, link[:-3] + "AAA")).status_code == 404
    assert (await here.post(None, link, {"List-Unsubscribe": "One-Click"})).status_code == 200
    kept = (await here.get("coordinator", "/api/v1/me/notices")).json()
    assert (kept, len((await here.get("donor", "/api/v1/me/notices")).json())) == ([], 1)


async def test_each_morning_one_letter_tells_the_day_s_news_and_what_waits(here):
    wanted = {"loss_pace": "daily", "loss_programme": str(here.office.programme), "due_pace": "daily"}
    await here.post("coordinator", "/me/notices", wanted)
    assert (await here.post("coordinator", "/me/notices", {"due_pace": "at_once"})).status_code == 422
    stranger = {"loss_pace": "daily", "loss_programme": str(here.office.programme)}
    assert (await here.post("stranger", "/me/notices", stranger)).status_code == 422
    await telling.tell_at_once(here.run(), telling.TellAtOnce())
    async with transaction(here.app.state.engine) as conn:
        await telling.feed.held_cursor(conn, "notices-daily")
    await here.lose(here.office.laptop)
    await here.lose(here.office.foreign)
    async with transaction(here.app.state.engine) as conn:
        end = await telling.feed.end_of_log(conn)
        news = await telling.feed.read_on(conn, 0, end)
        me = await conn.scalar(
            select(user_account.c.id).where(user_account.c.email == "coordinator@example.org")
        )
        assert await telling.write_letter(conn, here.settings, me, "daily", news)
    (letter,) = (await here.letters()).values()
    text = letter.get_body("plain").get_content()
    assert (text.count("Втрачено:"), here.office.foreign in text) == (1, False)


async def test_a_webhook_hears_every_event_again_until_it_takes_it(here):
    form = {"url": f"http://{here.listener.host}/in", "kind": ["lost"]}
    assert (await here.post("coordinator", "/webhooks", form)).status_code == 403
    wrong = await here.post("administrator", "/webhooks", {"url": "https://169.254.169.254/"})
    assert wrong.status_code == 422
    made = await here.post("administrator", "/webhooks", form)
    assert "whsec_" in made.text
    hook = (await here.get("administrator", "/api/v1/webhooks")).json()[0]["id"]
    await webhooks.make_messages(here.run(), webhooks.FeedWebhooks())
    await here.lose(here.office.laptop)
    await webhooks.make_messages(here.run(), webhooks.FeedWebhooks())
    await webhooks.make_messages(here.run(), webhooks.FeedWebhooks())
    async with here.app.state.engine.connect() as conn:
        (message,) = (await conn.scalars(select(webhook_delivery.c.id))).all()
        queued = (await conn.scalars(select(job.c.payload).where(job.c.kind == "send-webhook"))).all()
    assert queued == [{"type": "send-webhook", "delivery": str(message)}]
    sent = webhooks.SendWebhook(delivery=message)

    here.listener.say = "503 Busy"
    with pytest.raises(webhooks.NotTakenError):
        await webhooks.send_message(here.run(), sent)
    here.listener.say = "200 OK"
    await webhooks.send_message(here.run(tries=2), sent)
    await webhooks.send_message(here.run(tries=3), sent)  # taken already: nothing more is sent
    (first, told), (_, again) = here.listener.heard
    assert told == again
    assert told["type"] == "lost"
    assert told["data"]["tag"] == here.office.laptop.replace("-", "")
    assert "webhook-signature: v1," in first

    log = (await here.get("administrator", f"/api/v1/webhooks/{hook}/messages")).json()
    assert [(each["attempts"], each["status"], bool(each["done_at"])) for each in log] == [(2, 200, True)]
    assert (await here.post("administrator", f"/webhooks/{hook}/test")).status_code == 303
    page = await here.get("administrator", f"/webhooks/{hook}")
    assert ("HTTP 200" in page.text, "Ще не прийнято" in page.text) == (True, True)
    assert (await here.post("administrator", f"/webhooks/{hook}/end")).status_code == 303
    assert (await here.post("administrator", f"/webhooks/{hook}/test")).status_code == 404
    assert (await here.get("administrator", "/records")).text.count("Вебхук") >= 2


async def test_a_message_that_is_never_taken_is_given_up_and_can_be_sent_again(here):
    form = {"url": f"http://{here.listener.host}/in"}
    await here.post("administrator", "/webhooks", form)
    hook = (await here.get("administrator", "/api/v1/webhooks")).json()[0]["id"]
    answer = await here.post("administrator", f"/api/v1/webhooks/{hook}/test")
    message = webhooks.SendWebhook(delivery=answer.json()["message"])
    here.listener.say = "500 Broken"
    await webhooks.send_message(here.run(tries=webhooks.TRIES), message)
    page = await here.get("administrator", f"/webhooks/{hook}")
    assert "Не вдалося" in page.text
    again = f"/webhooks/{hook}/messages/{message.delivery}/again"
    assert (await here.post("administrator", again)).status_code == 303
    here.listener.say = "200 OK"
    await webhooks.send_message(here.run(), message)
    assert here.listener.heard[-1][1]["type"] == "test"


async def order(here, who="coordinator", **more):
    """A work order by somebody, and the job that tells of it."""
    tag = here.office.laptop
    client = await here.at(who)
    made = await client.post(f"/api/v1/assets/{tag}/orders", json={"title": "Почистити", **more})
    assert made.status_code == 201, made.text
    await here.work()
    return made.json()["id"]


async def test_a_work_order_is_told_to_whom_it_concerns_in_their_way_and_language(here):
    async with transaction(here.app.state.engine) as conn:
        english = update(user_account).where(user_account.c.email == "technician@example.org")
        await conn.execute(english.values(lang="en"))
        who = select(user_account.c.email, user_account.c.id)
        ids = {row.email: str(row.id) for row in await conn.execute(who)}
    mine = ids["technician@example.org"]
    page = (await here.get("technician", "/me/notices")).text
    assert "order_pace" in page
    assert "order_pace" not in (await here.get("donor", "/me/notices")).text
    for person, pace in (("technician", "at_once"), ("coordinator", "daily"), ("stranger", "at_once")):
        assert (await here.post(person, "/me/notices", {"order_pace": pace})).status_code == 303

    made = await order(here, assignee=mine, due_on="2030-02-01")
    (letter,) = (await here.letters()).values()
    assert letter["to"] == "technician@example.org"
    assert letter["subject"].startswith("New work order: Почистити – ")
    assert "by 1 Feb 2030" in letter.get_body(("plain",)).get_content()
    assert f"/a/{here.office.laptop}/orders" in letter.get_body(("plain",)).get_content()

    coordinator = await here.at("coordinator")
    for assignee, said in (
        (mine, "that was changed"),
        (ids["coordinator@example.org"], "somebody else’s now"),
    ):
        given = {"assignee": assignee, "due_on": "2030-03-01"}
        assert (await coordinator.put(f"/api/v1/orders/{made}", json=given)).status_code == 200
        await here.work()
        assert said in (await here.letters())["technician@example.org"]["subject"]

    # For nobody by name: it is news to whoever works there, each in their way, but not to who made it.
    await order(here, "technician", title="Оглянути")
    assert await here.letters() == {}
    await here.morning()
    told = (await here.letters())["coordinator@example.org"].get_body(("plain",)).get_content()
    assert "Новий наряд: Оглянути" in told
    assert "Треба виконати 2 наряди" in told
    await here.morning()
    later = (await here.letters())["coordinator@example.org"].get_body(("plain",)).get_content()
    assert ("Новий наряд" in later, "Треба виконати 2 наряди" in later) == (False, True)
