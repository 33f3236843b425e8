"""Whether the server lives, and whether it can work."""

from litestar import Response, get
from litestar.datastructures import State

from asset_tracker.edge.readiness import Ready


@get("/healthz", opt={"public": True}, include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", opt={"public": True}, include_in_schema=False)
async def readyz(state: State) -> Response[Ready]:
    """How each part stands; 503 when the server cannot work."""
    found = await state.readiness.ask()
    return Response(found, status_code=503 if found.status == "unable" else 200)


ROUTES = (healthz, readyz)
