"""The composition root: what the server is made of, in one place."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from litestar import Litestar, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker import api, tracing, version, web
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.outage import sqlstate_of
from asset_tracker.db.raising import must_stand
from asset_tracker.db.replica import Replica
from asset_tracker.edge import problems
from asset_tracker.edge.admission import Admission
from asset_tracker.edge.claims import Claims
from asset_tracker.edge.heads import Heads
from asset_tracker.edge.logs import configure_logs
from asset_tracker.edge.metrics import CountRequests, metrics
from asset_tracker.edge.outer import Outer
from asset_tracker.edge.packing import Packing
from asset_tracker.edge.readiness import Readiness
from asset_tracker.edge.sealing import background, sealing_of
from asset_tracker.edge.transaction import provide_conn
from asset_tracker.edge.who import AnyRequest, WhoAsks, lang_of, provide_actor, provide_lang
from asset_tracker.files.storage import Storage
from asset_tracker.programmes.queries import has_demonstration
from asset_tracker.settings import Settings
from asset_tracker.web.problem_pages import problem_page

log = structlog.get_logger(__name__)
MAX_BODY = 64 * 1024 * 1024


def create_app(settings: Settings, *, engine: AsyncEngine | None = None) -> Litestar:
    """The ASGI application. ``settings.database_url`` must be set unless an ``engine`` is given (tests)."""
    configure_logs(as_json=not sys.stderr.isatty())
    tracing.must_be_installed(settings.otlp_url)
    engine = engine or make_engine(
        settings.pool_url or settings.database_url or "", pooled=settings.pool_url is not None
    )
    storage = Storage.open(settings.storage_url)
    folders = (settings.data_dir, *([storage.folder] if storage.folder else []))
    sealing = sealing_of(engine, settings)
    app = Litestar(
        route_handlers=[metrics, *api.ROUTES, *web.ROUTES],
        dependencies={
            "conn": provide_conn,
            "actor": Provide(provide_actor),
            "lang": Provide(provide_lang),
        },
        middleware=[CountRequests(), Admission(folders, settings.answer_within), WhoAsks()],
        exception_handlers={
            Exception: answer_error,
            # Litestar looks classes up by their order of resolution, and these two are ValueErrors
            # or LookupErrors that it would otherwise meet first.
            UnicodeDecodeError: answer_error,
            RecursionError: answer_error,
        },
        state=State(
            {
                "engine": engine,
                "claims": Claims(),
                "replica": Replica(engine, make_engine(settings.replica_url))
                if settings.replica_url
                else None,
                "settings": settings,
                "storage": storage,
                "sealing": sealing,
                "readiness": Readiness(engine, storage, sealing, folders),
            }
        ),
        lifespan=[_engine_lifespan],
        # Ours are structured and set up above; the default would send what every library tells to stderr as well.
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="asset_tracker",
            version=version(),
            # What the API can do is no secret; what it answers is.
            openapi_router=Router(path="/api", route_handlers=[], opt={"public": True}),
            render_plugins=api.DOCS,
            description=api.DESCRIPTION,
        ),
        request_max_body_size=MAX_BODY,
        debug=False,
    )
    own_heads = (route.path_format for route in app.routes if "HEAD" in getattr(route, "methods", ()))
    whole = Heads(Packing(app.asgi_handler), own_heads)
    app.asgi_handler = Outer(whole, settings.base_url, settings.allowed_hosts)
    return app


def answer_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Any error as an answer: problem+json under /api, a page elsewhere."""
    problem = problems.problem_of(error, lang_of(request), request.scope["state"].get("request_id"))
    if problems.is_our_fault(problem):
        log.error("unhandled error", path=request.url.path, exc_info=error)
    elif problem.status not in (401, 404):  # who asks for help names the number: it is found, and why
        route = request.scope.get("path_template") or "unknown"
        say = log.warning if problem.status >= 500 else log.info
        why = {"error": type(error).__name__} | ({"sqlstate": state} if (state := sqlstate_of(error)) else {})
        say("answered", route=route, status=problem.status, problem=problem.type, **why)
    if not request.scope["path"].startswith("/api"):
        return problem_page(request, problem)
    return Response(
        problem,
        status_code=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=problems.headers(problem),
    )


@asynccontextmanager
async def _engine_lifespan(app: Litestar) -> AsyncIterator[None]:
    async with transaction(app.state.engine) as conn:
        await must_stand(conn)
        app.state.demo = await has_demonstration(conn)
    try:
        with tracing.sending(app.state.settings.otlp_url, "serve", app.state.engine):
            async with background(app.state.sealing):
                yield
    finally:
        await app.state.engine.dispose()
        if app.state.replica:
            await app.state.replica.engine.dispose()
