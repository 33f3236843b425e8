"""Tables of kept counts (``counts``).

A row stands for ``n`` assets; those that are pending say by how much ``n`` changed.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Index,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    case,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of


def _alike(of: Table, names: Sequence[str]) -> Iterator[Column[Any]]:
    return (Column(name, of.c[name].type, nullable=of.c[name].nullable) for name in names)


_WHOSE = ("programme_id", "municipality_code", "destination_code", "donors")
_HOW = ("disputed", "component", "case_open", "delivered", "accepted", "installed")
asset_count = Table(
    "asset_count",
    metadata,
    Column("programme_id", Uuid),
    Column("municipality_code", Text),
    Column("destination_code", Text),
    Column("donors", ARRAY(Uuid), nullable=False),
    Column("stage", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("gone_reason", Text),
    *(Column(_name, Boolean, nullable=False) for _name in _HOW),
    Column("n", BigInteger, nullable=False),
    Column("pending", Boolean, nullable=False),
)
# The same by oblast (the first four characters of the codes): ``what`` says of what.
# condition: the pieces in ``category`` and ``condition``; seen: the assets last verified on ``day`` in Kyiv, both of
# what is there; worth: what was delivered in the month of ``day`` for so much ``value`` of a currency.
asset_figure = Table(
    "asset_figure",
    metadata,
    Column("what", Text, nullable=False),
    *_alike(asset_count, _WHOSE),
    Column("category", Text),
    Column("condition", Text),
    Column("day", Date),
    Column("currency", Text),
    Column("n", BigInteger, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("pending", Boolean, nullable=False),
    one_of("what", ("condition", "seen", "worth")),
)
# The numbers of the desk, by oblast likewise: the country's counts of how assets stand are ten times as many.
NUMBERS = ("total", "in_service", "broken", "disputed", "to_install", "cases", "unaccepted")
_numbered = _alike(asset_figure, ("what", *_WHOSE, "n", "pending"))
asset_number = Table("asset_number", metadata, *_numbered, one_of("what", NUMBERS))
KEPT: tuple[Table, ...] = (asset_count, asset_figure, asset_number)
# What is settled of them over all programmes and donors, for whoever may see all: by place, and of the whole country.
_stands = ("municipality_code", "destination_code", "stage", "condition", "gone_reason", *_HOW, "n")
place_count = Table("place_count", metadata, *_alike(asset_count, _stands))
_tells = ("what", "category", "condition", "day", "currency", "n", "value")
country_figure = Table("country_figure", metadata, *_alike(asset_figure, _tells))
# Of each programme likewise: how its assets stand wherever they are, and how many were handed over at which place.
_of_programme = ("programme_id", "stage", "condition", "gone_reason", "accepted", "n")
programme_count = Table("programme_count", metadata, *_alike(asset_count, _of_programme))
programme_reach = Table(
    "programme_reach",
    metadata,
    Column("programme_id", Uuid),
    Column("code", Text),
    Column("n", BigInteger, nullable=False),
)
OVER_ALL = (
    (asset_count, place_count),
    (asset_figure, country_figure),
    (asset_count, programme_count),
    (asset_count, programme_reach),
)
UNDER_WAY = ("expected", "received", "dispatched")
_SUMS = ("n", "value", "pending")


def place_of(rows: Any) -> ColumnElement[str]:
    """Where the assets of a row are or, while they are nowhere yet, are bound for.

    Not as ``coalesce``, which PostgreSQL does not trust behind row-level security to use its index.
    """
    return case((rows.municipality_code.is_(None), rows.destination_code), else_=rows.municipality_code)


def handed_over(rows: Any) -> ColumnElement[bool]:
    """Whether the assets of a row reached a place, whatever became of them."""
    return and_(rows.stage.not_in(UNDER_WAY), rows.gone_reason.is_distinct_from("withdrawn"))


def over_all(counted: FromClause, whole: Table) -> Select[Any]:
    """What ``whole`` keeps of rows that have the columns of its table of counts, to be added up."""
    rows = counted.c
    names = [column.name for column in whole.c]
    told = select(*(rows[name] if name in rows else place_of(rows).label(name) for name in names))
    return told.where(handed_over(rows)) if whole is programme_reach else told


for _kept in KEPT:
    _key = [column for column in _kept.c if column.name not in _SUMS]
    _name, _settled = _kept.name, text("NOT pending")
    Index(f"{_name}_key", *_key, unique=True, postgresql_where=_settled, postgresql_nulls_not_distinct=True)
    Index(f"{_name}_pending_idx", _kept.c.pending, postgresql_where=_kept.c.pending)
    Index(f"{_name}_programme_id_idx", _kept.c.programme_id)
    Index(f"{_name}_place_idx", place_of(_kept.c))
for _, _kept in OVER_ALL:
    _key = [column for column in _kept.c if column.name not in _SUMS]
    Index(f"{_kept.name}_key", *_key, unique=True, postgresql_nulls_not_distinct=True)
