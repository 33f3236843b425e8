"""The product served on a port of its own, for tests that come to it as the world does."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn
from sqlalchemy.pool import NullPool

from asset_tracker.app import create_app
from asset_tracker.db.engine import make_engine
from asset_tracker.settings import Settings

# For what comes in the end, on a machine that others use too; a test that passes never waits for so long.
PATIENCE = 120  # seconds


@contextmanager
def served(database_url, data_dir, furnish):
    """Fill the database by ``furnish(conn)``, serve it; gives the address and what ``furnish`` gave."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings = Settings.from_env(
            {
                "ASSET_TRACKER_DATABASE_URL": database_url,
                "ASSET_TRACKER_DATA_DIR": str(data_dir),
                "ASSET_TRACKER_SECRET_KEY": "t" * 40,
                "ASSET_TRACKER_PORT": str(listener.getsockname()[1]),
            }
        )
        made = in_a_thread(furnished(database_url, furnish))
        with serving(settings, listener):
            yield settings.base_url, made


@contextmanager
def serving(settings, listener):
    config = uvicorn.Config(create_app(settings), log_level="warning", lifespan="on", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the server did not end"


async def furnished(url, furnish):
    engine = make_engine(url, poolclass=NullPool)
    async with engine.begin() as conn:
        made = await furnish(conn)
    await engine.dispose()
    return made


def in_a_thread(coroutine):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
