"""What the labels' pages keep: prints, stock of one's own, presets."""

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import asset

_instant = DateTime(timezone=True)

# The proof of a print are the events ``label_printed`` of the same operation; this is its list, with the
# blank tags that have no asset to bear an event, and what it takes to print it again.
label_print = Table(
    "label_print",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("printed_at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("output", Text, nullable=False),
    Column("stock", Text, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("settings", JSONB, nullable=False),
    Index("label_print_actor_id_idx", "actor_id", "printed_at"),
    Index("label_print_printed_at_idx", "printed_at"),
)

label_stock = Table(
    "label_stock",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
)

label_preset = Table(
    "label_preset",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
)

# A scanned code of somebody else's is looked for among all that were linked (``tagging.find_by_code``).
asset.append_constraint(Index("asset_codes_idx", text("(state -> 'codes')"), postgresql_using="gin"))
