"""In which order assets are listed: a word, ``-`` before it for the other way round.

A list goes on after its last asset by the value that it is ordered by, so a page costs the same wherever it
stands. Orders without an index of their own are for lists of at most ``SORTABLE`` assets.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Text, Uuid, case, func, literal, select, tuple_
from sqlalchemy import cast as as_type
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import NAME_ORDER, PLACED_AT, asset
from asset_tracker.ledger.values import CONDITIONS, STAGES
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.tables import municipality

NEWEST: Final = ""
SORTABLE: Final = 50_000
# The municipality where an asset is, or is bound for; ``queries.ROWS`` joins it.
HERE: Final = municipality.alias("here")

_a = asset.c


class _Key(NamedTuple):
    """What is ordered by, and what stands for nothing, so that it comes last either way."""

    value: ColumnElement[Any]
    lowest: Any = None
    highest: Any = None
    indexed: bool = False


class Mark(NamedTuple):
    """The asset that a page ends with, and what it is ordered by."""

    key: Any
    id: UUID


class Order(NamedTuple):
    """``value`` is None for the newest first, which the id alone gives. ``placed``: ``HERE`` is needed for it."""

    word: str
    value: ColumnElement[Any] | None
    falling: bool
    indexed: bool
    placed: bool = False

    @property
    def key(self) -> ColumnElement[Any]:
        """What is ordered by, as a column ``key``."""
        return (_a.id if self.value is None else self.value).label("key")

    @property
    def by(self) -> tuple[ColumnElement[Any], ...]:
        """What to give ORDER BY."""
        return self._turned((_a.id,) if self.value is None else (self.value, _a.id))

    def by_of(self, found: Any) -> tuple[ColumnElement[Any], ...]:
        """The same of what was found: columns ``key`` and ``id``."""
        return self._turned((found.key, found.id))

    def after(self, mark: Mark | None, found: Any = None) -> tuple[ColumnElement[bool], ...]:
        """The condition that an asset (or what was found, with ``key`` and ``id``) comes after the mark."""
        if mark is None:
            return ()
        if self.value is None:
            return (_a.id < mark.id,)
        here = tuple_(self.value, _a.id) if found is None else tuple_(found.key, found.id)
        there = tuple_(literal(mark.key, self.value.type), literal(mark.id, Uuid))
        return (here < there if self.falling else here > there,)

    def _turned(self, keys: tuple[ColumnElement[Any], ...]) -> tuple[ColumnElement[Any], ...]:
        return tuple(key.desc() for key in keys) if self.falling else keys


def _text(value: ColumnElement[Any]) -> _Key:
    return _Key(value, "", "~")


def _moment(value: ColumnElement[Any]) -> _Key:
    return _Key(value, datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


def _day(value: ColumnElement[Any]) -> _Key:
    return _Key(value, date(1, 1, 2), date(9999, 12, 30))


def _money(value: ColumnElement[Any]) -> _Key:
    return _Key(as_type(value, Numeric(20, 2)), Decimal(-1), Decimal(10) ** 17)


def _by_rank(column: ColumnElement[Any], words: tuple[str, ...]) -> _Key:
    return _Key(case({word: n for n, word in enumerate(words)}, value=column, else_=len(words)))


_code = select(programme.c.code).where(programme.c.id == _a.programme_id).scalar_subquery()
_makes = func.coalesce(_a.manufacturer, "") + " " + func.coalesce(_a.model, "")
_KEYS: Final[dict[str, _Key]] = {
    "name": _Key(NAME_ORDER, indexed=True),
    "tag": _Key(_a.tag, indexed=True),
    "category": _Key(_a.category, indexed=True),
    "model": _Key(in_ukrainian_order(_makes)),
    "serial": _text(_a.serial_key),
    "municipality": _text(HERE.c.sort_key),
    "programme": _text(as_type(_code, Text)),
    "stage": _by_rank(_a.stage, STAGES),
    "condition": _by_rank(_a.condition, CONDITIONS),
    "quantity": _Key(_a.quantity),
    "unit_price": _money(_a.unit_price),
    "value": _money(_a.unit_price * _a.quantity),
    "inventory_number": _text(_a.inventory_number),
    "acquired_on": _day(_a.acquired_on),
    "warranty_until": _day(_a.warranty_until),
    "delivered_at": _moment(_a.delivered_at),
    "accepted_at": _moment(_a.accepted_at),
    "installed_at": _moment(_a.installed_at),
    "verified_at": _moment(_a.verified_at),
    "maintained_at": _moment(_a.maintained_at),
    "changed_at": _moment(_a.changed_at),
}
SORTS: Final[tuple[str, ...]] = tuple(_KEYS)


def order_of(sort: str) -> Order:
    """The order that a word names. Raises InvalidError."""
    word, falling = sort.removeprefix("-"), sort.startswith("-")
    if not word:
        return Order(sort, None, falling=True, indexed=True)
    key = _KEYS.get(word)
    if key is None:
        wrong = FieldError("sort", "There is no such order to sort in.", expected=", ".join(SORTS))
        raise InvalidError(errors=(wrong,))
    nothing = key.lowest if falling else key.highest
    value = key.value if nothing is None else func.coalesce(key.value, literal(nothing, key.value.type))
    return Order(sort, value, falling, key.indexed, placed=word == "municipality")


def too_many(sort: str) -> InvalidError:
    """What is raised where more than ``SORTABLE`` assets would have to be ordered without an index."""
    told = FieldError(
        "sort",
        "More than %(limit)s assets cannot be sorted like this at once: narrow the list first.",
        {"limit": SORTABLE, "sort": sort},
    )
    return InvalidError(errors=(told,))


async def mark_of(conn: AsyncConnection, order: Order, after: UUID | None) -> Mark | None:
    """The mark to go on from; None at the beginning, and after an asset that is not seen."""
    if after is None or order.value is None:
        return None if after is None else Mark(None, after)
    joined = asset.outerjoin(HERE, HERE.c.code == PLACED_AT)
    last = await conn.execute(select(order.value.label("key")).select_from(joined).where(_a.id == after))
    row = last.first()
    return None if row is None else Mark(row.key, after)
