"""HEAD wherever there is GET: the same answer without its body, as RFC 9110, 9.3.2 asks of every server.

Those who ask so are monitors, checkers of links and programs that want to know how large a file is.
"""

import re
from collections.abc import Iterable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


class Heads:
    """Wraps an application; ``own`` are the templates of paths (`/photos/{sha256}`) that answer HEAD themselves."""

    def __init__(self, app: ASGIApp, own: Iterable[str]) -> None:
        self._app = app
        told = (re.sub(r"\\\{\w+\\\}", ".+", re.escape(path)) for path in own)
        self._own = re.compile("|".join(told) or r"(?!)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD"
        if not asked or self._own.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get: Any = {**scope, "method": "GET"}
        await self._app(as_get, receive, send_without_body)
