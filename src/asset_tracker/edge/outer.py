"""What surrounds every answer, the ones to unknown addresses included.

A request id, headers as OWASP ASVS 5.0 chapters V3.4 and V4 ask, and the refusal of requests that
another site makes with somebody's cookie (Fetch Metadata, with Origin for browsers without it).
"""

import secrets
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from asset_tracker.edge.logs import REQUEST
from asset_tracker.edge.problems import MEDIA_TYPE, TYPE, Problem
from asset_tracker.settings import LOOPBACK

log = structlog.get_logger(__name__)
_SAFE = ("GET", "HEAD", "OPTIONS")
_TAKEN = (b"application/json", b"multipart/form-data", b"application/offset+octet-stream")
# Asked by machines that know us by an address only; they tell nothing.
_PROBES = ("/healthz", "/readyz")

_CSP = (
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'self'",
    "base-uri 'none'",
)
_HEADERS = (
    (b"content-security-policy", "; ".join(_CSP).encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
# An answer that says one of these itself knows better.
_NAMES = frozenset(name for name, _ in (*_HEADERS, _NO_STORE, _HSTS))


class Outer:
    """Wraps the application's whole ASGI stack."""

    def __init__(self, app: ASGIApp, base_url: str, allowed_hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._to_files = (*_HEADERS, _HSTS) if base_url.startswith("https:") else _HEADERS
        self._to_all = (*self._to_files, _NO_STORE)
        self._host = urlsplit(base_url).netloc
        self._hosts = {urlsplit(base_url).hostname, *LOOPBACK, *allowed_hosts}
        self._is_ours = lru_cache(maxsize=100)(self._names_us)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST.set(request_id)
        ours = self._to_files if scope["path"].startswith("/static/") else self._to_all

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                extra = ours if given.isdisjoint(_NAMES) else [h for h in ours if h[0] not in given]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", request_id.encode())]
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            log.info("refused", status=refusal.status, problem=refusal.type)
            await _answer(msgspec.structs.replace(refusal, request=request_id), send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: HTTPScope) -> Problem | None:
        headers = dict(scope["headers"])
        if scope["path"] not in _PROBES and not self._is_ours(headers.get(b"host", b"")):
            return Problem(
                type=TYPE + "unknown-host",
                title="This host name is not one of ours: see ASSET_TRACKER_BASE_URL and ASSET_TRACKER_ALLOWED_HOSTS.",
                status=421,
            )
        if scope["method"] in _SAFE:
            return None
        if b"authorization" not in headers and not self._same_origin(headers):
            return Problem(type=TYPE + "cross-site", title="Another site sent this request.", status=403)
        content_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if scope["path"].startswith("/api/") and has_body and content_type not in _TAKEN:
            return Problem(
                type=TYPE + "content-type", title="JSON is expected (application/json).", status=415
            )
        return None

    def _names_us(self, host: bytes) -> bool:
        """Whether the request names a host of ours: another's name that points here (DNS rebinding) is none."""
        try:
            return urlsplit("//" + host.decode("ascii")).hostname in self._hosts
        except ValueError:
            return False

    def _same_origin(self, headers: dict[bytes, bytes]) -> bool:
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site in (b"same-origin", b"none")
        origin = headers.get(b"origin")
        if origin is None:
            return True  # not a browser: no cookie of anybody's comes along unasked
        try:
            host = urlsplit(origin.decode("latin-1")).netloc
        except ValueError:
            return False  # no browser says so
        return host in (headers.get(b"host", b"").decode("latin-1"), self._host)


async def _answer(problem: Problem, send: Send) -> None:
    body = msgspec.json.encode(problem)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
