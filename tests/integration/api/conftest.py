"""The application in this process, on a database of its own that keeps what is committed."""

from contextlib import asynccontextmanager
from decimal import Decimal

import httpx
import pytest

from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.app import create_app
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.settings import Settings
from asset_tracker.territory.service import load_shipped

BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"


class World:
    """Two programmes of two donors, and somebody in each role."""

    def __init__(self, app, client):
        self.app, self.engine, self.client = app, app.state.engine, client
        self.donors, self.programmes, self.tokens, self.users = [], [], {}, {}

    def headers(self, who):
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def request(self, who, method, path, **more):
        headers = (self.headers(who) if who else {}) | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, who, path, **more):
        return await self.request(who, "GET", path, **more)

    async def post(self, who, path, json=None, **more):
        return await self.request(who, "POST", path, json=json, **more)


@pytest.fixture(scope="session")
async def world(new_database, tmp_path_factory, anyio_backend):
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": new_database(),
            "ASSET_TRACKER_DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )
    app = create_app(settings)
    async with lifespan(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            made = World(app, client)
            await furnish(made)
            yield made


@asynccontextmanager
async def lifespan(app):
    async with app.lifespan():
        yield


async def furnish(world):
    async with world.engine.begin() as conn:
        await load_shipped(conn)
        for n in (1, 2):
            donor = await add_party(
                conn, COMMAND_LINE, NewParty(kind="donor", name_uk=f"Донор {n}", name_en=f"Donor {n}")
            )
            implementer = await add_party(
                conn,
                COMMAND_LINE,
                NewParty(kind="implementer", name_uk=f"Виконавець {n}", name_en=f"Implementer {n}"),
            )
            new = NewProgramme(
                code=f"P{n}",
                name_uk=f"Програма {n}",
                name_en=f"Programme {n}",
                implementer=implementer,
                shares=(Share(donor, Decimal(100)),),
            )
            world.donors.append(donor)
            world.programmes.append(await add_programme(conn, COMMAND_LINE, new))
        one, two = world.programmes
        grants = {
            "administrator": Grant(role="administrator"),
            "auditor": Grant(role="auditor"),
            "coordinator": Grant(role="coordinator", programme=one),
            "coordinator2": Grant(role="coordinator", programme=two),
            "technician": Grant(role="technician", programme=one, area="UA18"),
            "custodian": Grant(role="custodian", area=BARANIVKA),
            "custodian2": Grant(role="custodian", area=OVRUCH),
            "donor": Grant(role="donor", donor=world.donors[0]),
            "donor2": Grant(role="donor", donor=world.donors[1]),
            "nobody": None,
        }
        for name, grant in grants.items():
            world.users[name] = user = await users.add_user(
                conn,
                COMMAND_LINE,
                email=f"{name}-{uuid7().hex[-6:]}@example.org",
                name=name.title(),
                password=None,
                grants=(grant,) if grant else (),
                lang="en",
            )
            world.tokens[name] = (await tokens.make_token(conn, COMMAND_LINE, "tests", user=user)).token
