import socket

import asyncpg
import pytest
import sqlalchemy.exc as sa

from asset_tracker.db.outage import is_outage, is_refusal, sqlstate_of


def wrapped(cause):
    return sa.DBAPIError("SELECT 1", None, cause)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connect call failed"),
        socket.gaierror(-2, "Name or service not known"),
        TimeoutError(),
        sa.TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.TooManyConnectionsError("53300"),
        wrapped(asyncpg.AdminShutdownError("terminating connection")),
        wrapped(asyncpg.LockNotAvailableError("canceling statement due to lock timeout")),
        wrapped(asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT")),
    ],
)
def test_what_another_try_may_end(error):
    assert is_outage(error)
    assert not is_refusal(error)


@pytest.mark.parametrize(
    "error",
    [asyncpg.InvalidPasswordError("no"), wrapped(asyncpg.InvalidCatalogNameError("no database x"))],
)
def test_who_is_not_let_in(error):
    assert is_refusal(error)
    assert not is_outage(error)


@pytest.mark.parametrize(
    "error", [ValueError("x"), FileNotFoundError(2, "x"), wrapped(asyncpg.UniqueViolationError("twice"))]
)
def test_what_was_asked_wrongly_is_no_outage(error):
    assert not is_outage(error)
    assert not is_refusal(error)


def test_the_state_is_found_under_any_wrapping():
    class WrapperError(Exception):
        pass

    wrapper = WrapperError()
    wrapper.__cause__ = asyncpg.UniqueViolationError("twice")
    assert sqlstate_of(wrapped(wrapper)) == "23505"
    assert sqlstate_of(ValueError()) == ""
