"""Tables of the log over all events: what is not sealed yet, the tree, its checkpoints and keys (``checkpoints``)."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid, text

from asset_tracker.db.metadata import metadata

_instant = DateTime(timezone=True)

# Stored but not sealed yet; a trigger on ``event`` fills it, sealing empties it.
ledger_unsealed = Table("ledger_unsealed", metadata, Column("event_id", Uuid, nullable=False))

ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ledger_leaf_event_id_key", "event_id", unique=True),
)

ledger_tile = Table(
    "ledger_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("made_at", _instant, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("note", Text, nullable=False),
)

ledger_key = Table(
    "ledger_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("since", _instant, nullable=False),
    Column("until", _instant),
    Column("statement", Text),
    Index("ledger_key_in_use_key", text("(true)"), unique=True, postgresql_where=text("until IS NULL")),
)
