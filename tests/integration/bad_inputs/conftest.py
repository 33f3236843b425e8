"""A house of two offices for the attackers; made once for each worker."""

from contextlib import asynccontextmanager

import pytest

from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from factories.house import House, furnish_house


@pytest.fixture(scope="session")
async def house(new_database, tmp_path_factory, anyio_backend):
    async with furnished(new_database(), tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
async def house_of_its_own(new_database, tmp_path_factory, anyio_backend):
    """For a file that moves things about, which others look for where they were."""
    async with furnished(new_database(), tmp_path_factory.mktemp("data")) as made:
        yield made


@asynccontextmanager
async def furnished(url, folder):
    settings = Settings.from_env(
        {
            "ASSET_TRACKER_DATABASE_URL": url,
            "ASSET_TRACKER_DATA_DIR": str(folder),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
    )
    app = create_app(settings)
    async with lifespan(app):
        made = House(app)
        await furnish_house(made)
        yield made
        await made.client.aclose()


@asynccontextmanager
async def lifespan(app):
    async with app.lifespan():
        yield
