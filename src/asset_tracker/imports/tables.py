"""Imports: what was sent, what would come of each row, and what did."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.db.metadata import metadata
from asset_tracker.imports.known import ACTIONS
from asset_tracker.imports.progress import STEPS
from asset_tracker.imports.views import KIND_KEYS
from asset_tracker.ledger.tables import one_of

# sent: the file is here, and nobody has planned it yet
STATUSES = ("sent", "planned", "committed", "undone")
DOINGS = ("plan", "commit", "undo")

_instant = DateTime(timezone=True)

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False, server_default="assets"),
    Column("file_name", Text, nullable=False),
    # names the bytes in the storage, and the file in the provenance of each asset
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("status", Text, nullable=False, server_default="planned"),
    Column("programme_ids", ARRAY(Uuid), nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("uploaded_at", _instant, nullable=False, server_default=text("now()")),
    Column("uploaded_by", Uuid, nullable=False),
    Column("planned_at", _instant, nullable=False, server_default=text("now()")),
    Column("operation", Uuid),
    Column("committed_at", _instant),
    Column("committed_by", Uuid),
    Column("undone_at", _instant),
    Column("undone_by", Uuid),
    # when the bytes that were sent went: a list of people is not kept
    Column("file_dropped_at", _instant),
    one_of("kind", KIND_KEYS),
    one_of("status", STATUSES),
    Index("import_batch_sha256_idx", "sha256"),
    Index("import_batch_uploaded_by_idx", "uploaded_by"),
)

# What is being done to an import outside of a request, and how far it is; written beside the transaction
# that does it, so others see it move. What was refused stays until the next is asked for.
import_work = Table(
    "import_work",
    metadata,
    Column("batch_id", Uuid, primary_key=True),
    Column("doing", Text, nullable=False),
    # who asked, with which rights (a token may have fewer than its owner), and what for
    Column("actor_id", Uuid, nullable=False),
    Column("grants", JSONB, nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("mapping", Text),
    Column("partial", Boolean, nullable=False, server_default=false()),
    Column("step", Text, nullable=False, server_default="waiting"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("due", Integer, nullable=False, server_default="0"),
    Column("refusal", JSONB(none_as_null=True)),
    Column("asked_at", _instant, nullable=False, server_default=text("now()")),
    one_of("doing", DOINGS),
    one_of("step", STEPS),
)

import_row = Table(
    "import_row",
    metadata,
    Column("batch_id", Uuid, ForeignKey("import_batch.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    # 0 where the row says nothing, 1 for a warning, 2 for an error
    Column("weight", Integer, nullable=False),
    Column("programme_id", Uuid),
    Column("asset_id", Uuid),
    Column("kit_key", Text),
    Column("item", JSONB, nullable=False),
    one_of("action", ACTIONS),
    Index("import_row_action_idx", "batch_id", "action", "n"),
    Index("import_row_weight_idx", "batch_id", "weight", "n", postgresql_where=text("weight > 0")),
)

import_mapping = Table(
    "import_mapping",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False, server_default="assets"),
    Column("answers", JSONB, nullable=False),
    Column("saved_at", _instant, nullable=False, server_default=text("now()")),
    Column("saved_by", Uuid, nullable=False),
    one_of("kind", KIND_KEYS),
)

# What an import did to things that are no events: the record before (none for a new one) and after.
import_change = Table(
    "import_change",
    metadata,
    Column("batch_id", Uuid, ForeignKey("import_batch.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("target", Uuid, nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB, nullable=False),
    Column("at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Column("undone_at", _instant),
    Column("undone_by", Uuid),
    Index("import_change_target_idx", "target", "at"),
)
