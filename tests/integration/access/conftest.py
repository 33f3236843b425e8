"""Two offices, made once for each worker; what is asked of them afterwards is rolled back."""

from contextlib import asynccontextmanager

import pytest

from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from factories.offices import NeverCommits, Offices, furnish


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
