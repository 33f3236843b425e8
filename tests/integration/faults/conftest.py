"""An office furnished once for each worker, and the application on it as each test wants it."""

import pytest

from factories.siege import besieged, furnished


@pytest.fixture(scope="session")
async def stronghold(new_database, tmp_path_factory, anyio_backend):
    url = new_database()
    return url, tmp_path_factory.mktemp("data"), *await furnished(url)


@pytest.fixture
def siege(stronghold):
    """``siege(**options)``: the application, on an engine made with these options."""
    return lambda **options: besieged(*stronghold, **options)
