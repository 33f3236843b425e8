"""Where assets are, as a condition that their indexes know."""

from collections.abc import Callable

from sqlalchemy import Boolean, ColumnElement, and_, literal_column, or_, true

from asset_tracker.ledger.tables import OBLAST_DIGITS, asset

_a = asset.c


def in_area(lies: Callable[[ColumnElement[str]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The asset is now where ``lies`` says of a column of codes; or, while it is nowhere yet, bound for there."""
    return or_(lies(_a.municipality_code), and_(_a.municipality_code.is_(None), lies(_a.destination_code)))


def in_oblast_of(code: str) -> ColumnElement[bool]:
    """An asset is, or is bound for, where codes begin as ``code`` does, as far as its oblast: told by an index.

    Of what is no code of the codifier it tells nothing.
    """
    told = code[2:4] if code.startswith("UA") else ""
    if not (len(told) == len(OBLAST_DIGITS) and told.isascii() and told.isdigit()):
        return true()
    digits = zip(OBLAST_DIGITS, told, strict=True)
    return and_(*(literal_column(f"({place} = '{digit}')", Boolean) for place, digit in digits))
