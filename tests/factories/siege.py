"""A product under siege: the application in this process on an engine of the test's choosing, and its phones."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
from sqlalchemy import make_url, select

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.app import create_app
from asset_tracker.db import migrate
from asset_tracker.db.engine import in_use, make_engine, transaction
from asset_tracker.db.roles import APP
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import event
from asset_tracker.settings import Settings
from factories.office import PEOPLE, furnish


class Siege:
    """The application, its office, and a bearer token for each of its people."""

    def __init__(self, app, office, tokens):
        self.app, self.office, self.tokens = app, office, tokens
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    @property
    def in_use(self):
        """Connections that somebody holds."""
        return in_use(self.app.state.engine)

    async def ask(self, who, method, path, **more):
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        headers = {"Accept-Language": "en"} | bearer | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def note(self, who="technician", n=1, **more):
        """Send ``n`` facts about the laptop; the answer, and the ids sent."""
        batch = [fact(self.office.laptop) for _ in range(n)]
        answer = await self.ask(who, "POST", "/api/v1/events", json=batch, **more)
        return answer, {each["id"] for each in batch}


def fact(tag, **payload):
    """A note about an asset, made now."""
    return {
        "id": str(uuid7()),
        "asset": tag,
        "occurred_at": (datetime.now(UTC) - timedelta(seconds=1)).isoformat(),
        "payload": payload or {"kind": "verified", "method": "sight"},
    }


async def behind_the_wall(server):
    """Start an embedded server and migrate it; the address for the application's own log-in."""
    owner = await asyncio.to_thread(server.start)
    await migrate.upgrade(owner)
    return make_url(owner).set(username=APP).render_as_string(hide_password=False)


async def furnished(url):
    """The office, and a token for each of its people."""
    engine = make_engine(url)
    tokens = {}
    async with transaction(engine) as conn:
        office = await furnish(conn)
        for name in PEOPLE:
            tokens[name] = await token_of(conn, name)
    await engine.dispose()
    return office, tokens


async def token_of(conn, name):
    """A new token for one of the office's people."""
    user = await users.by_email(conn, f"{name}@example.org")
    return (await tokens.make_token(conn, COMMAND_LINE, "tests", user=user)).token


@asynccontextmanager
async def besieged(url, folder, office, tokens, answer_within=120, **options):
    """The application on an engine made with ``options``, in an office that is furnished."""
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": url,
            "ASSET_TRACKER_DATA_DIR": str(folder),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )
    settings = msgspec.structs.replace(settings, answer_within=answer_within)
    app = create_app(settings, engine=make_engine(url, **options))
    async with app.lifespan():
        # It takes a connection at the start, and has no event of its own to wait for.
        while app.state.sealing.told() == "not sealed yet":  # noqa: ASYNC110 - as said above
            await asyncio.sleep(0.01)
        made = Siege(app, office, tokens)
        yield made
        await made.client.aclose()


async def recorded(engine, ids):
    """Those of the ids that are in the ledger, and how many rows they take there."""
    async with transaction(engine) as conn:
        rows = (await conn.scalars(select(event.c.id).where(event.c.id.in_(ids)))).all()
    return {str(each) for each in rows}, len(rows)
