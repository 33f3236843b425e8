"""Codes that begin so, asked in a way that an index serves behind the wall, where LIKE is kept from one."""

from sqlalchemy import ColumnElement, and_

_LENGTH = 19  # of a KATOTTH code, UA and digits: the last that begins so ends in nines


def begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """The condition that a code of the codifier begins with ``prefix``, which is the beginning of one."""
    return and_(column >= prefix, column <= prefix.ljust(_LENGTH, "9"))
