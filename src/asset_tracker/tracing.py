"""Traces for OpenTelemetry, where an installation asks for them (``OTLP_URL``); else nothing is loaded or measured.

What a span tells is metadata, as in the log: routes rather than addresses, statements without their values, kinds
of jobs, the names of errors without their messages. The packages come with ``asset-tracker[otel]``.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker import version
from asset_tracker.settings import SettingsError, variable

_OFF: Final[nullcontext[Any]] = nullcontext()
_LONGEST: Final = 4000  # signs of a statement
# Values are bound; but people may write statements themselves, with names in them.
_LITERAL: Final = re.compile(r"'(?:[^']|'')*'|(?<![\w$])\d+(?:\.\d+)?")
_TRANSACTION, _STATEMENT = "asset_tracker_trace", "asset_tracker_span"
_tracer: Any = None


def must_be_installed(url: str | None) -> None:
    """Raise SettingsError when traces are asked for and the packages for them are not there."""
    if url is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: F401 - whether it is there
    except ImportError as error:
        raise SettingsError(
            variable("otlp_url"),
            "traces need packages that are not installed; install them with: pip install 'asset-tracker[otel]'",
        ) from error


@contextmanager
def sending(url: str | None, process: str, engine: AsyncEngine) -> Iterator[None]:
    """While the block runs, spans of this ``process`` (serve or worker) go to the collector at ``url``.

    None of ``url``: no spans. What is not sent yet at the end is sent then. Raises SettingsError.
    """
    global _tracer  # noqa: PLW0603 - one for the process, as engines and jobs are many
    if url is None:
        yield
        return
    must_be_installed(url)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {"service.name": f"asset-tracker-{process}", "service.version": version()}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", timeout=5)))
    before, _tracer = _tracer, provider.get_tracer("asset_tracker", version())
    _follow(engine)
    try:
        yield
    finally:
        _tracer = before
        provider.shutdown()


def span(name: str, **attributes: Any) -> AbstractContextManager[Any]:
    """A step that takes time; the block gets the span (``tell`` takes it), or None while nothing is sent.

    An error that leaves the block is told by its name.
    """
    return _OFF if _tracer is None else _begun(name, attributes)


def tell(found: Any, name: str | None = None, *, failed: bool = False, **attributes: Any) -> None:
    """Add to a span what is known in the end; nothing while none are sent (None)."""
    if found is None:
        return
    from opentelemetry.trace import StatusCode

    if name:
        found.update_name(name)
    found.set_attributes(attributes)
    if failed:
        found.set_status(StatusCode.ERROR)


@contextmanager
def _begun(name: str, attributes: dict[str, Any]) -> Iterator[Any]:
    from opentelemetry.trace import StatusCode

    given = {"attributes": attributes, "record_exception": False, "set_status_on_exception": False}
    with _tracer.start_as_current_span(name, **given) as found:
        try:
            yield found
        except BaseException as error:
            found.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def without_values(statement: str) -> str:
    """A statement as a trace tells it: text and numbers in it are left out."""
    return _LITERAL.sub("?", statement)[:_LONGEST]


def _follow(engine: AsyncEngine) -> None:
    """Spans of transactions and of the statements in them. What goes past SQLAlchemy (COPY) is in neither."""
    target = engine.sync_engine

    def begin(conn: Any) -> None:
        if _tracer is not None:
            conn.info[_TRANSACTION] = _tracer.start_span("transaction")

    def end(how: str) -> Any:
        def ended(conn: Any) -> None:
            found = conn.info.pop(_TRANSACTION, None)
            tell(found, outcome=how)
            if found is not None:
                found.end()

        return ended

    def before(conn: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, many: bool) -> None:
        if _tracer is None or context is None:
            return
        from opentelemetry.trace import set_span_in_context

        within = conn.info.get(_TRANSACTION)
        attributes = {
            "db.system.name": "postgresql",
            "db.query.text": without_values(statement),
            "db.batch": many,
        }
        name = statement.split(None, 1)[0].upper()[:20] if statement.strip() else "statement"
        parent = set_span_in_context(within) if within is not None else None
        setattr(context, _STATEMENT, _tracer.start_span(name, context=parent, attributes=attributes))

    def after(_conn: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        _end_statement(context)

    def wrong(caught: Any) -> None:
        _end_statement(caught.execution_context, type(caught.original_exception).__name__)

    event.listen(target, "begin", begin)
    event.listen(target, "commit", end("committed"))
    event.listen(target, "rollback", end("rolled back"))
    event.listen(target, "before_cursor_execute", before)
    event.listen(target, "after_cursor_execute", after)
    event.listen(target, "handle_error", wrong)


def _end_statement(context: Any, error: str | None = None) -> None:
    found = getattr(context, _STATEMENT, None)
    if found is None:
        return
    delattr(context, _STATEMENT)
    if error is not None:
        tell(found, failed=True, error=error)
    found.end()
