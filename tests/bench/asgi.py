"""Requests handed to an application as a server hands them in, so that no client's time is measured."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

# In a path, the very moment of asking. By what is known at that moment a report is made anew each time; without it
# the second one is what is kept of the first (ADR 159).
NOW: Final = "{now}"


async def ask(
    app: Any,
    path: str,
    headers: list[tuple[bytes, bytes]],
    *,
    body: bytes = b"",
    method: str = "GET",
    weights: list[int] | None = None,
    pieces: list[bytes] | None = None,
) -> int:
    """The status of the answer, all of which is taken. ``path``: with its query, perhaps with ``NOW`` in it.

    ``weights`` is given the bytes of the answer as a browser unpacks it, piece by piece; ``pieces`` the pieces.
    """
    told: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])
        elif weights is not None:
            weights.append(len(message.get("body", b"")))
        elif pieces is not None:
            pieces.append(message.get("body", b""))

    if NOW in path:
        path = path.replace(NOW, quote(datetime.now(UTC).isoformat()))
    at, _, query = path.partition("?")
    request = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": at,
        "raw_path": at.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    await app(request, receive, send)
    return told[0]
