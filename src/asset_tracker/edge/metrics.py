"""What the server counts about itself, for Prometheus: no names, no places, no addresses of assets."""

import time
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access import devices
from asset_tracker.access.actors import Actor
from asset_tracker.db.engine import transaction
from asset_tracker.errors import NotFoundError
from asset_tracker.jobs import queue

REQUESTS = Histogram(
    "asset_tracker_request_seconds",
    "How long answers took, by route.",
    ("method", "route", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
)
EVENTS = Counter(
    "asset_tracker_events_total", "Events sent to the API, by what became of them.", ("outcome",)
)
POOL = Gauge("asset_tracker_db_connections_in_use", "Connections to the database that are in use.")
JOBS = Gauge("asset_tracker_jobs", "Jobs outside of requests, by how they stand.", ("state",))
OLDEST_JOB = Gauge("asset_tracker_jobs_oldest_seconds", "How long the oldest job has waited that could run.")
WORKERS = Gauge("asset_tracker_workers", "Workers that do jobs.")
DEVICE_SEEN = Gauge(
    "asset_tracker_device_seen_seconds", "How long ago a phone in use sent something, by its id.", ("device",)
)
DEVICE_TO_COME = Gauge(
    "asset_tracker_device_events_to_come",
    "Facts that a phone has numbered and that did not arrive, by its id.",
    ("device",),
)
_LOOPBACK = {"127.0.0.1", "::1"}


class CountRequests(ASGIMiddleware):
    """Times each answer under its route's pattern, never under its address."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        began = time.perf_counter()
        status = "500"

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await next_app(scope, receive, watch)
        finally:
            took = time.perf_counter() - began
            method, route = str(scope.get("method", "")), scope.get("path_template") or "unknown"
            REQUESTS.labels(method, route, status).observe(took)


@get("/metrics", opt={"public": True}, include_in_schema=False)
async def metrics(request: Request[Actor | None, Any, State]) -> Response[bytes]:
    """For a scraper on this machine, or one with the token of an administrator or auditor."""
    local = request.client is not None and request.client.host in _LOOPBACK
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    allowed = request.user is not None and request.user.has("administrator", "auditor")
    if not allowed and (not local or forwarded):
        raise NotFoundError
    engine = request.app.state.engine
    POOL.set(engine.pool.checkedout())
    await _count_jobs(engine)
    await _count_devices(engine)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _count_jobs(engine: AsyncEngine) -> None:
    """NaN while the database cannot be asked: the other figures are wanted then all the more."""
    try:
        async with transaction(engine) as conn:
            depth = await queue.depth(conn)
    except (SQLAlchemyError, OSError):
        waiting = failed = workers = oldest = float("nan")
    else:
        waiting, failed, workers, oldest = depth.waiting, depth.failed, depth.workers, depth.oldest
    JOBS.labels("waiting").set(waiting)
    JOBS.labels("failed").set(failed)
    WORKERS.set(workers)
    OLDEST_JOB.set(oldest)


async def _count_devices(engine: AsyncEngine) -> None:
    """Nothing of phones while the database cannot be asked."""
    DEVICE_SEEN.clear()
    DEVICE_TO_COME.clear()
    try:
        async with transaction(engine) as conn:
            found = await devices.figures(conn)
    except (SQLAlchemyError, OSError):
        return
    for device, seen, to_come in found:
        DEVICE_SEEN.labels(device).set(seen)
        DEVICE_TO_COME.labels(device).set(to_come)
