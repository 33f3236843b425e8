"""Answers packed (gzip) for whoever takes them so: a list of a hundred assets is a tenth of its size on the way.

Only texts are packed: pages, styles, scripts, drawings, JSON and CSV. Why this tells an eavesdropper nothing
stands in docs/adr/0125.
"""

import zlib
from functools import lru_cache
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

_TEXTS: Final = (b"text/", b"application/json", b"application/problem+json", b"application/geo+json",
                 b"application/javascript", b"application/manifest+json", b"image/svg+xml")  # fmt: skip
SMALL: Final = 1000
"""Bytes of an answer that is sent in one piece and gains nothing by being packed."""
_LEVEL: Final = 4
_GZIP: Final = 31  # zlib's word for a gzip stream with the largest window


class Packing:
    """Wraps an application; what it sends is packed piece by piece, so that a long answer stays a stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = scope["type"] == ScopeType.HTTP and scope["method"] != "HEAD" and _takes_gzip(scope)
        await self._app(scope, receive, _Packer(send).send if taken else send)


class _Packer:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Any = None
        self._pack: zlib._Compress | None = None

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start" and _is_text(message):
            self._start = message  # until it is known how long the answer is
            return
        if message["type"] == "http.response.body":
            if self._start is not None:
                await self._begin(self._start, message)
                self._start = None
            if self._pack is not None:
                message = _packed(self._pack, message)
                if not message["body"] and message["more_body"]:
                    return
        await self._send(message)

    async def _begin(self, start: Any, first: Any) -> None:
        if first.get("more_body") or len(first.get("body", b"")) >= SMALL:
            self._pack = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        start["headers"] = _headers(start, packed=self._pack is not None)
        await self._send(start)


def _packed(pack: "zlib._Compress", message: Any) -> Any:
    more = bool(message.get("more_body", False))
    body = pack.compress(message.get("body", b"")) + (b"" if more else pack.flush())
    return {"type": "http.response.body", "body": body, "more_body": more}


def _takes_gzip(scope: Scope) -> bool:
    told = next((value for name, value in scope["headers"] if name == b"accept-encoding"), None)
    return told is not None and _names_gzip(told)


@lru_cache(maxsize=100)
def _names_gzip(told: bytes) -> bool:
    wanted = (each.partition(b";") for each in told.lower().split(b","))
    return any(name.strip() == b"gzip" and more.strip() != b"q=0" for name, _, more in wanted)


def _is_text(start: Any) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    whole = start["status"] == 200 or start["status"] >= 400
    return (
        whole and b"content-encoding" not in headers and headers.get(b"content-type", b"").startswith(_TEXTS)
    )


def _headers(start: Any, *, packed: bool) -> list[tuple[bytes, bytes]]:
    """Those of the answer; what is packed has another length, and its tag no longer names it byte by byte."""
    found: list[tuple[bytes, bytes]] = []
    varies = [b"Accept-Encoding"]
    for name, value in start["headers"]:
        key = name.lower()
        if key == b"vary":
            varies.insert(0, value)
        elif packed and key == b"etag" and not value.startswith(b"W/"):
            found.append((name, b"W/" + value))
        elif not (packed and key == b"content-length"):
            found.append((name, value))
    return [*found, (b"vary", b", ".join(varies)), *([(b"content-encoding", b"gzip")] if packed else [])]
