"""What every operation may answer besides what it is for: the problems, as OpenAPI describes them."""

from collections.abc import Iterable

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from asset_tracker.edge.problems import MEDIA_TYPE, Problem

_READING = {
    400: "What was sent cannot be read.",
    401: "Nobody is logged in, or the token is none.",
    403: "The role does not allow this.",
    404: "There is no such thing, or it is not in reach.",
    422: "What was sent can be read and is not right; `errors` names each field.",
    503: "The system cannot answer just now; nothing was saved. `Retry-After` says when to try again.",
}
_WRITING = _READING | {
    409: "It contradicts what is recorded.",
    413: "It is larger than allowed.",
    415: "It is of another content type.",
    507: "The disk is full; nothing was saved.",
}


def with_problems(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """The handlers, each describing the problems that it may answer with."""
    found = list(handlers)
    for handler in found:
        told = _READING if handler.http_methods == {"GET"} else _WRITING
        specs = {status: problem(description) for status, description in told.items()}
        handler.responses = specs | dict(handler.responses or {})
    return found


def problem(description: str) -> ResponseSpec:
    """A problem that only this operation answers, to be named in its ``responses``."""
    return ResponseSpec(Problem, media_type=MEDIA_TYPE, generate_examples=False, description=description)
