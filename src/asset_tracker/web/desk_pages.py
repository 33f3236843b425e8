"""The first page: what waits to be done today."""

from litestar import Response, get

from asset_tracker.edge.who import AnyRequest
from asset_tracker.web.pages import page


@get("/")
async def today(request: AnyRequest) -> Response[str]:
    return page(request, "desk.html", section="today", tiles=(), groups=(), shortcuts=())


ROUTES = (today,)
