"""The least that is a server with a database: one Litestar route with one asyncpg SELECT, behind uvicorn.

    python tests/bench/bare_server.py PORT USER DATABASE HOST DATABASE_PORT

What ``stack.py`` holds the start and the memory of the product against.
"""

import sys

import asyncpg
import uvicorn
from litestar import Litestar, get

PORT, USER, DATABASE, HOST, DATABASE_PORT = sys.argv[1:]


async def start(app: Litestar) -> None:
    app.state.pool = await asyncpg.create_pool(
        user=USER, database=DATABASE, host=HOST, port=int(DATABASE_PORT), min_size=1
    )


async def stop(app: Litestar) -> None:
    await app.state.pool.close()


@get("/readyz")
async def ready() -> int:
    """One row of one table."""
    return int(await APP.state.pool.fetchval("SELECT 1"))


APP = Litestar([ready], on_startup=[start], on_shutdown=[stop])
uvicorn.run(APP, host="127.0.0.1", port=int(PORT), loop="uvloop", http="httptools", log_level="warning")
