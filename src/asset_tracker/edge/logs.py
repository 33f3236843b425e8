"""Structured logs: metadata only. No headers, no bodies, no local variables of a traceback."""

import logging
from contextvars import ContextVar
from typing import Any

import structlog

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""The number of the request that is being answered, which every line of the log tells."""


def configure_logs(*, as_json: bool) -> None:
    """Log lines for people (a terminal) or for machines (one JSON object a line)."""
    renderers: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def _with_request(_logger: Any, _method: str, told: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if number := REQUEST.get():
        told.setdefault("request", number)
    return told
