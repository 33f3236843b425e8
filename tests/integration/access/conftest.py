"""Two offices, made once for each worker; what is asked of them afterwards is rolled back."""

from contextlib import asynccontextmanager

import pytest

from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.app import create_app
from asset_tracker.ledger.ids import uuid7
from asset_tracker.settings import Settings
from factories.offices import NeverCommits, Offices, furnish

from .browsers import PASSWORD


@pytest.fixture(scope="session")
async def offices(new_database, tmp_path_factory, anyio_backend):
    app = create_app(settings(new_database(), tmp_path_factory.mktemp("data")))
    async with lifespan(app):
        made = Offices(app)
        await furnish(made)
        await app.state.sealing.once()
        app.state.engine = NeverCommits(made.engine)
        yield made
        await made.client.aclose()


@pytest.fixture(scope="module")
async def site(new_database, tmp_path_factory, anyio_backend):
    app = create_app(settings(new_database(), tmp_path_factory.mktemp("data")))
    async with lifespan(app):
        yield app


@pytest.fixture
async def somebody(site):
    """A new administrator: e-mail address and id."""
    email = f"{uuid7().hex}@example.org"
    async with site.state.engine.begin() as conn:
        made = await users.add_user(
            conn,
            COMMAND_LINE,
            email=email,
            name="X",
            password=PASSWORD,
            grants=(Grant(role="administrator"),),
            lang="en",
        )
    return email, made


def settings(url, folder):
    return Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": url,
            "ASSET_TRACKER_DATA_DIR": str(folder),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )


@asynccontextmanager
async def lifespan(app):
    async with app.lifespan():
        yield
