"""Where assets are, as a condition that their indexes know."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, or_

from asset_tracker.ledger.tables import asset

_a = asset.c


def in_area(lies: Callable[[ColumnElement[str]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The asset is now where ``lies`` says of a column of codes; or, while it is nowhere yet, bound for there."""
    return or_(lies(_a.municipality_code), and_(_a.municipality_code.is_(None), lies(_a.destination_code)))
