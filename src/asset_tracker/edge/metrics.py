"""What the server counts about itself, for Prometheus: no names, no places, no addresses of assets."""

import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, get_args

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from asset_tracker import tracing
from asset_tracker.access.actors import Actor
from asset_tracker.assets.field import EventOutcome, Outcome
from asset_tracker.db.engine import in_use
from asset_tracker.edge.figures import Gauges
from asset_tracker.edge.layer import Layer
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.events import KINDS

# When each series began is asked by nobody, and would be a line for each.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types for it

REQUESTS = Histogram(
    "asset_tracker_request_seconds",
    "How long answers took, by route.",
    ("method", "route", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
)
ERRORS = Counter("asset_tracker_errors_total", "Answers 500: something went wrong on our side.")
EVENTS = Counter(
    "asset_tracker_events_total",
    "Facts sent to the API, by their kind and by what became of them.",
    ("kind", "outcome"),
)
# What is counted from nothing: Prometheus sees no increase in a series that begins with a number, so the first
# batch after each start would be missed, and a first error with it.
for _kind in (*KINDS, "sealed", "unknown"):
    for _outcome in get_args(Outcome):
        EVENTS.labels(_kind, _outcome)
LATE = Histogram(
    "asset_tracker_event_late_seconds",
    "How much later facts were recorded than they happened, of those that were recorded.",
    buckets=(60, 3600, 6 * 3600, 86400, 3 * 86400, 7 * 86400, 30 * 86400),
)
REPORTS = Histogram(
    "asset_tracker_report_seconds",
    "How long reports took from the question to the file, by what they are about and their format.",
    ("about", "format"),
    buckets=(0.1, 0.3, 1, 3, 10, 30),
)
POOL = Gauge("asset_tracker_db_connections_in_use", "Connections to the database that are in use.")
DISK = Gauge(
    "asset_tracker_disk_free_bytes", "Room on the disk where the data or the files lie.", ("folder",)
)
_LOOPBACK: Final = {"127.0.0.1", "::1"}
GAUGES: Final = Gauges()


class CountRequests(Layer):
    """Times each answer, and traces it, under its route's pattern, never under its address."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        began = time.perf_counter()
        status = "500"

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        with tracing.span("request") as span:
            try:
                await next_app(scope, receive, watch)
            finally:
                took = time.perf_counter() - began
                method, route = str(scope.get("method", "")), scope.get("path_template") or "unknown"
                _timer(method, route, status).observe(took)
                if status == "500":
                    ERRORS.inc()
                if span is not None:
                    told = {"request.id": scope["state"].get("request_id", ""), "http.route": route}
                    told |= {"http.request.method": method, "http.response.status_code": int(status)}
                    tracing.tell(span, f"{method} {route}", failed=status >= "500", **told)


@lru_cache(maxsize=4096)
def _timer(method: str, route: str, status: str) -> Histogram:
    return REQUESTS.labels(method, route, status)


@get("/metrics", opt={"public": True}, include_in_schema=False)
async def metrics(request: Request[Actor | None, Any, State]) -> Response[bytes]:
    """For a scraper on this machine, or one with the token of an administrator or auditor."""
    local = request.client is not None and request.client.host in _LOOPBACK
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    allowed = request.user is not None and request.user.has("administrator", "auditor")
    if not allowed and (not local or forwarded):
        raise NotFoundError
    state = request.app.state
    POOL.set(in_use(state.engine))
    folders = {"data": state.settings.data_dir, "files": state.storage.folder}
    for name, folder in folders.items():
        if folder is not None and folder.exists():
            DISK.labels(name).set(shutil.disk_usage(folder).free)
    await GAUGES.ask(state.engine)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def count_events(outcomes: Sequence[EventOutcome], batch: Sequence[msgspec.Raw] = ()) -> None:
    """Count what was sent, and how late it was; ``batch``: the events themselves, unless they came sealed."""
    now = datetime.now(UTC)
    for n, each in enumerate(outcomes):
        said = _said(bytes(batch[n])) if batch else _Said(_Kind("sealed"))
        kind = said.payload.kind
        EVENTS.labels(kind if kind in KINDS or not batch else "unknown", each.outcome).inc()
        if each.outcome == "recorded" and said.occurred_at is not None:
            LATE.observe(max((now - (each.occurred_at or said.occurred_at)).total_seconds(), 0))


class _Kind(msgspec.Struct):
    kind: str = "unknown"


class _Said(msgspec.Struct):
    payload: _Kind
    occurred_at: datetime | None = None


_read = msgspec.json.Decoder(_Said).decode


def _said(raw: bytes) -> _Said:
    try:
        said = _read(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Said(_Kind())
    aware = said.occurred_at is not None and said.occurred_at.tzinfo is not None
    return said if aware else _Said(said.payload)
