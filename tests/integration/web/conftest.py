"""The application in this process, with a browser's manners: cookies, forms, HTML."""

import re
from contextlib import asynccontextmanager
from html import unescape

import httpx
import pytest

from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from factories.office import PASSWORD, furnish


class Site:
    """The application, and somebody at a browser for each role."""

    def __init__(self, app, office):
        self.app, self.office = app, office
        self.people = {None: self.somebody()}

    def somebody(self):
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {"Accept-Language": "uk", "Sec-Fetch-Site": "same-origin"}
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)

    async def at(self, who):
        if who not in self.people:
            client = self.somebody()
            answer = await client.post("/login", data={"email": f"{who}@example.org", "password": PASSWORD})
            assert answer.status_code == 303
            self.people[who] = client
        return self.people[who]

    async def get(self, who, path, **more):
        return await (await self.at(who)).get(path, **more)

    async def post(self, who, path, data=None, **more):
        return await (await self.at(who)).post(path, data=data, **more)


def hidden(page):
    """The hidden fields of the page's forms, which a browser would send along."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


@pytest.fixture(scope="module")
async def site(new_database, tmp_path_factory, anyio_backend):
    """A site of each file's own: what one file records is no business of another."""
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": new_database(),
            "ASSET_TRACKER_DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )
    app = create_app(settings)
    async with lifespan(app):
        async with app.state.engine.begin() as conn:
            office = await furnish(conn)
        made = Site(app, office)
        yield made
        for client in made.people.values():
            await client.aclose()


@asynccontextmanager
async def lifespan(app):
    async with app.lifespan():
        yield
