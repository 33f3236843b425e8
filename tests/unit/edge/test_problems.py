"""The one table: which error becomes which problem."""

import asyncpg
import pytest
from litestar.exceptions import HTTPException, InternalServerException, NotFoundException
from sqlalchemy import exc as sa

from asset_tracker import errors
from asset_tracker.edge.problems import STATUS, headers, problem_of
from asset_tracker.ledger.tags import TagError


def every_error(cls=errors.AssetTrackerError):
    yield cls
    for sub in cls.__subclasses__():
        yield from every_error(sub)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.NotFoundError(), 404, "not-found"),
        (errors.ForbiddenError(), 403, "forbidden"),
        (errors.UnauthenticatedError(), 401, "unauthenticated"),
        (errors.StaleError(happened=("x",)), 409, "stale"),
        (errors.RefusedError("It is already on its way."), 409, "refused"),
        (TagError("Enter the tag from the label."), 422, "invalid"),
        (errors.ThrottledError(retry_after=7), 429, "throttled"),
        (errors.UnavailableError(), 503, "unavailable"),
        (NotFoundException(), 404, "not-found"),
        (HTTPException(status_code=405), 405, "method-not-allowed"),
        (InternalServerException("client disconnected prematurely"), 400, "malformed"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), 400, "malformed"),
        (RecursionError(), 400, "malformed"),
        (LookupError("unknown encoding"), 400, "malformed"),
        (KeyError("a mistake of ours"), 500, "internal"),
        (ValueError("a mistake of ours"), 500, "internal"),
        (sa.TimeoutError(), 503, "unavailable"),
        (ConnectionRefusedError(), 503, "unavailable"),
        (asyncpg.exceptions.DiskFullError(), 507, "disk-full"),
        (asyncpg.exceptions.TooManyConnectionsError(), 503, "unavailable"),
        (asyncpg.exceptions.DeadlockDetectedError(), 503, "unavailable"),
        (asyncpg.exceptions.QueryCanceledError(), 503, "unavailable"),
        (sa.DBAPIError("SELECT", {}, asyncpg.exceptions.CharacterNotInRepertoireError()), 400, "malformed"),
        (asyncpg.exceptions.UniqueViolationError(), 500, "internal"),
        (asyncpg.exceptions.OutOfMemoryError(), 503, "unavailable"),
        (asyncpg.InternalClientError("cannot switch to state 12"), 503, "unavailable"),
        (ExceptionGroup("cleaning up", [asyncpg.InterfaceError("connection is closed")]), 503, "unavailable"),
        (ExceptionGroup("cleaning up", [KeyError("a mistake of ours")]), 500, "internal"),
        (errors.DiskFullError(), 507, "disk-full"),
        (OSError(28, "No space left on device"), 507, "disk-full"),
    ],
)
def test_table(error, status, code):
    problem = problem_of(error, "en", "abc")
    assert (problem.status, problem.type.rpartition(":")[2], problem.request) == (status, code, "abc")
    assert problem.title


# In one order, or the workers of a run disagree on what there is to test.
@pytest.mark.parametrize(
    "cls",
    sorted(set(every_error()), key=lambda cls: (cls.__name__, cls.__module__)),
    ids=lambda cls: cls.__name__,
)
def test_every_class_has_a_status_and_a_code_of_its_own_or_its_parents(cls):
    assert any(base in STATUS for base in cls.__mro__)
    assert cls.code


def test_what_can_be_tried_again_says_when():
    assert headers(problem_of(errors.ThrottledError(retry_after=7), "en"))["Retry-After"] == "7"
    assert headers(problem_of(asyncpg.exceptions.DiskFullError(), "en"))["Retry-After"] == "5"
    assert "Retry-After" not in headers(problem_of(errors.NotFoundError(), "en"))


def test_fields_are_named_in_the_readers_language():
    wrong = errors.FieldError("shares", "The funding shares must sum to 100 per cent.")
    problem = problem_of(errors.InvalidError(errors=(wrong,)), "uk")
    assert [each.field for each in problem.errors] == ["shares"]
    assert "100" in problem.errors[0].message
    assert "must" not in problem.errors[0].message
