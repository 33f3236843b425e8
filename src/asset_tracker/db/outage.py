"""[pure] Whether an error is the database being away, rather than something that was asked wrongly."""

import socket

import asyncpg
import sqlalchemy.exc as sa

_GONE = (
    sa.TimeoutError,
    sa.InterfaceError,
    sa.OperationalError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
)
# Connections, conflicts that another try ends, resources, and a server that is being stopped; a lock that was not
# to be had in time; only read here, as at a standby that was the primary until just now (PostgreSQL, appendix A).
_CLASSES = ("08", "40", "53", "57")
_REFUSED = ("28", "3D")
_STATES = ("55P03", "25006")


def sqlstate_of(error: BaseException) -> str:
    """The five characters by which PostgreSQL names the error, from whichever layer wraps it; else empty."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlstate", None) or getattr(cause.__cause__, "sqlstate", None) or ""


def is_outage(error: BaseException) -> bool:
    """Whether the same may well work later."""
    state = sqlstate_of(error)
    if state[:2] in _CLASSES or state in _STATES or isinstance(error, _GONE):
        return True
    # The driver lost its connection in the middle of a conversation, and cannot tell where it stood.
    cause = getattr(error, "orig", None) or error
    return isinstance(cause.__cause__ or cause, asyncpg.InternalClientError)


def is_refusal(error: BaseException) -> bool:
    """Whether the server is there, and knows no such log-in, password or database."""
    return sqlstate_of(error)[:2] in _REFUSED
