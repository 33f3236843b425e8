"""For what an asset may wait at the desk: each a condition that a partial index of the asset table knows."""

from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, Date, cast, func

from asset_tracker import kyiv
from asset_tracker.ledger.tables import BROKEN, CASE_OPEN, LENT, NOT_FILLED, TO_INSTALL, asset

Wait = Literal["broken", "disputed", "to_install", "cases", "lent_late", "unaccepted"]
WAITS: Final[tuple[Wait, ...]] = get_args(Wait)

_a = asset.c
_here = _a.gone_reason.is_(None)
_delivered = _here & _a.delivered_at.is_not(None)
_until = cast(_a.state["lent_until"].astext, Date)
_CONDITIONS: Final[dict[Wait, ColumnElement[bool]]] = {
    "broken": _here & BROKEN,
    "disputed": _a.disputed,
    "to_install": _here & TO_INSTALL,
    "cases": CASE_OPEN,
    "lent_late": _here & LENT & (_until < cast(func.timezone(kyiv.NAME, func.now()), Date)),
    "unaccepted": _delivered & _a.accepted_at.is_(None),
}
MISSING: Final[tuple[str, ...]] = tuple(NOT_FILLED)


def waits_for(what: Wait) -> ColumnElement[bool]:
    """The condition that an asset waits for this."""
    return _CONDITIONS[what]


def lacks(field: str) -> ColumnElement[bool]:
    """The condition that a delivered asset lacks what a donor's rule may ask for (``NOT_FILLED``)."""
    return _delivered & NOT_FILLED[field]
