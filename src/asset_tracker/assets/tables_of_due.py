"""Tables of what is kept of how much is due (``due_kept``): of each asset, and counted.

Only the job that keeps them writes ``asset_due``; by a trigger on it the counts follow. By triggers on assets and
plans ``due_note`` tells which assets changed since: of these the counts are not believed.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of
from asset_tracker.ledger.tables_of_counts import place_of

# What is due of assets, in the order in which ``late`` and ``soon`` say how much of each.
KINDS: Final = (
    "verification",
    "act",
    "publication",
    "vehicle_registration",
    "visibility",
    "required_fields",
    "transfer_proof",
    "warranty",
    "late_purchase",
    "maintenance",
)


def _whose() -> Sequence[Column[object]]:
    """What decides who sees an asset, as in ``ledger.tables_of_counts``."""
    return (
        Column("programme_id", Uuid),
        Column("municipality_code", Text),
        Column("destination_code", Text),
        Column("donors", ARRAY(Uuid), nullable=False),
    )


# How much is overdue (``late``) and how much comes within a month (``soon``), true until ``changes_on`` comes: the
# day on which something becomes due or overdue, or is no news any more. Assets of which nothing is have no row.
asset_due = Table(
    "asset_due",
    metadata,
    Column("asset_id", Uuid, primary_key=True),
    *_whose(),
    Column("late", ARRAY(SmallInteger), nullable=False),
    Column("soon", ARRAY(SmallInteger), nullable=False),
    Column("changes_on", Date),
)
Index(
    "asset_due_changes_on_idx", asset_due.c.changes_on, postgresql_where=asset_due.c.changes_on.is_not(None)
)
# Assets that changed, or whose plans did, since they were looked at last; some more than once.
due_note = Table("due_note", metadata, Column("asset_id", Uuid, nullable=False))
# By which rules (their digest), and on which day in Kyiv, all that is kept was told; and the first day on which any
# of it changes. One row.
due_told = Table(
    "due_told",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=true()),
    Column("rules", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("changes_on", Date),
    CheckConstraint("one", name="one"),
)
# How many assets have something overdue: by what decides who sees them, and of a place whoever paid for them.
overdue_count = Table("overdue_count", metadata, *_whose(), Column("n", BigInteger, nullable=False))
overdue_place = Table(
    "overdue_place",
    metadata,
    Column("municipality_code", Text),
    Column("destination_code", Text),
    Column("n", BigInteger, nullable=False),
)
# How much is due of each kind, by oblast (the first four characters of the codes).
due_number = Table(
    "due_number",
    metadata,
    Column("kind", Text, nullable=False),
    *_whose(),
    Column("late", Integer, nullable=False),
    Column("soon", Integer, nullable=False),
    one_of("kind", KINDS),
)
_COUNTED: Final = {
    overdue_count: ("programme_id", "municipality_code", "destination_code", "donors"),
    overdue_place: ("municipality_code", "destination_code"),
    due_number: ("kind", "programme_id", "municipality_code", "destination_code", "donors"),
}
for _table, _key in _COUNTED.items():
    _columns = [_table.c[name] for name in _key]
    Index(f"{_table.name}_key", *_columns, unique=True, postgresql_nulls_not_distinct=True)
for _table in (overdue_count, due_number):
    Index(f"{_table.name}_programme_id_idx", _table.c.programme_id)
Index("overdue_count_place_idx", place_of(overdue_count.c))
