"""Our own files: the stylesheet, the script, the marks, the face, and what the build vendored."""

from typing import Any

from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import CacheControlHeader
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from asset_tracker.errors import NotFoundError
from asset_tracker.web.fonts import FILES, woff
from asset_tracker.web.rendering import STATIC

# Longer than the path of any file of ours, and shorter than what the file system calls a mistake.
_LONGEST = 255


def _may_be_a_file(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Raises NotFoundError for what no file can be called, before the file system is asked and fails."""
    path = connection.scope["path"]
    if "\0" in path or len(path.encode(errors="replace")) > _LONGEST:
        raise NotFoundError


files = create_static_files_router(
    path="/static",
    directories=[str(STATIC)],
    opt={"public": True},
    guards=[_may_be_a_file],
    include_in_schema=False,
    # Pages name files with a hash of their content; what names them without one is asked for again each hour.
    cache_control=CacheControlHeader(public=True, max_age=3600),
)


@get("/fonts/{name:str}", opt={"public": True}, include_in_schema=False, sync_to_thread=True)
def font(name: FromPath[str]) -> Response[bytes]:
    """One weight of our face."""
    weight = name.removeprefix("pt-sans-").removesuffix(".woff")
    if weight not in FILES or name != f"pt-sans-{weight}.woff":
        raise NotFoundError
    forever = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(woff(weight), media_type="font/woff", headers=forever)


ROUTES = (files, font)
