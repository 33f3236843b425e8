"""The one table that turns errors into HTTP: RFC 9457 problems, shown as JSON or as a page."""

import errno
from typing import Any

import msgspec
from litestar.exceptions import HTTPException, ValidationException

from asset_tracker import errors
from asset_tracker.db.outage import is_outage, sqlstate_of
from asset_tracker.i18n import Lang, gettext

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:asset-tracker:problem:"
RETRY_AFTER = 5

# An error's nearest class in this table gives its status; codes come from the classes.
STATUS: dict[type[errors.AssetTrackerError], int] = {
    errors.NotFoundError: 404,
    errors.ForbiddenError: 403,
    errors.UnauthenticatedError: 401,
    errors.InvalidError: 422,
    errors.ConflictError: 409,
    errors.TooLargeError: 413,
    errors.ThrottledError: 429,
    errors.UnavailableError: 503,
    errors.DiskFullError: 507,
    errors.AssetTrackerError: 500,
}

_TITLES = {
    400: "The request cannot be read.",
    401: "Please log in.",
    403: "Your role does not allow this.",
    404: "There is no such page.",
    405: "This address does not accept that method.",
    413: "What was sent is larger than allowed.",
    415: "This content type is not accepted here.",
    429: "Too many attempts; wait before the next.",
    500: "Something went wrong on our side.",
    503: "The system cannot answer just now; nothing was saved.",
    507: "The disk is full; nothing was saved.",
}
_HUNG_UP = "client disconnected prematurely"
_HTTP_CODES = {
    400: "malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "content-type",
}


class FieldProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one field."""

    field: str
    message: str
    expected: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. ``type`` is stable; ``request`` is what to quote when asking for help."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: tuple[FieldProblem, ...] = ()
    happened: tuple[Any, ...] = ()
    request: str | None = None
    retry_after: int | None = None


def problem_of(error: Exception, lang: Lang, request: str | None = None) -> Problem:
    """The problem that an error is, told in ``lang``."""
    error = _first(error)
    if isinstance(error, errors.AssetTrackerError):
        return _business(error, lang, request)
    if isinstance(error, HTTPException):
        return _http(error, lang, request)
    status = _system_status(error)
    code = {400: "malformed", 503: "unavailable", 507: "disk-full"}.get(status, "internal")
    return Problem(
        type=TYPE + code,
        title=gettext(lang, _TITLES[status]),
        status=status,
        request=request,
        retry_after=RETRY_AFTER if status in (503, 507) else None,
    )


def is_our_fault(problem: Problem) -> bool:
    """Whether somebody should look into the log."""
    return problem.status == 500


def headers(problem: Problem) -> dict[str, str]:
    """The HTTP headers that go with a problem."""
    found = {"Cache-Control": "no-store"}
    if problem.retry_after is not None:
        found["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        found["WWW-Authenticate"] = "Bearer"
    return found


def _business(error: errors.AssetTrackerError, lang: Lang, request: str | None) -> Problem:
    kind = next(cls for cls in type(error).__mro__ if cls in STATUS)
    status = STATUS[kind]
    found = error.errors if isinstance(error, errors.InvalidError) else ()
    return Problem(
        type=TYPE + error.code,
        title=gettext(lang, kind().message),
        detail=gettext(lang, error.message, **error.params),
        status=status,
        errors=tuple(_field(each, lang) for each in found),
        happened=error.happened if isinstance(error, errors.StaleError) else (),
        request=request,
        retry_after=error.retry_after
        if isinstance(error, errors.ThrottledError)
        else RETRY_AFTER
        if status in (503, 507)
        else None,
    )


def _field(error: errors.FieldError, lang: Lang) -> FieldProblem:
    expected = gettext(lang, error.expected) if error.expected else None
    return FieldProblem(error.field, gettext(lang, error.message, **error.params), expected)


def _http(error: HTTPException, lang: Lang, request: str | None) -> Problem:
    found: tuple[FieldProblem, ...] = ()
    # Whoever hangs up while sending is no fault of ours, and the framework has no class for it.
    status = 400 if error.detail == _HUNG_UP or _is_of_the_body(error) else error.status_code
    if isinstance(error, ValidationException):
        # A path or query value that is no such thing names nothing that exists.
        listed: Any = error.extra if isinstance(error.extra, list) else ()
        found = tuple(FieldProblem(str(e.get("key", "body")), str(e.get("message", ""))) for e in listed)
    title = gettext(lang, _TITLES.get(status, _TITLES[400 if status < 500 else 500]))
    detail = error.detail if status < 500 and isinstance(error, ValidationException) else None
    return Problem(
        type=TYPE + _HTTP_CODES.get(status, "malformed" if status < 500 else "internal"),
        title=title,
        detail=detail,
        status=status,
        errors=found,
        request=request,
    )


def _is_of_the_body(error: HTTPException) -> bool:
    """Whether it is what was sent that could not be read.

    The framework takes a field of a form for the dependency of the same name (`lang`), and the mistake for ours.
    """
    cause = error.__cause__
    return isinstance(cause, msgspec.ValidationError) and "`$.data" in str(cause)


def _first(error: Exception) -> Exception:
    """Itself, or of several the first: the framework groups what happens while it cleans up after a request.

    So it is when the connection was lost and cannot be rolled back any more.
    """
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _system_status(error: Exception) -> int:
    state = sqlstate_of(error)
    if isinstance(error, (UnicodeDecodeError, RecursionError)) or type(error) is LookupError:
        return 400
    if state == "53100" or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return 507
    if state in ("22021", "22P05", "22003"):
        return 400
    return 503 if is_outage(error) or isinstance(error, OSError) else 500
