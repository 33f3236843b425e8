"""Whether the server lives, and whether it can work."""

from litestar import get
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@get("/healthz", opt={"public": True}, include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", opt={"public": True}, include_in_schema=False)
async def readyz(conn: NamedDependency[AsyncConnection], state: State) -> dict[str, str]:
    """The database answers too; 503 otherwise. Trouble with sealing the ledger is told, and stops nobody."""
    await conn.execute(text("SELECT 1"))
    return {"status": "ready", "ledger": state.sealing.told()}


ROUTES = (healthz, readyz)
