"""The jobs that are to be done, and when the recurring ones come next."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.db.metadata import metadata

_instant = DateTime(timezone=True)

# What is done is gone from the table: its effect is what stays.
job = Table(
    "job",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    # while one with this key waits or runs, no second one of its kind is made
    Column("key", Text),
    Column("state", Text, nullable=False, server_default="waiting"),
    # what it is for, such as the night of a backup; and when it may be tried (again)
    Column("due_at", _instant, nullable=False, server_default=text("now()")),
    Column("run_at", _instant, nullable=False, server_default=text("now()")),
    Column("tries", Integer, nullable=False, server_default="0"),
    # steps outside of the database that have been begun and are not to be done a second time
    Column("steps", ARRAY(Text), nullable=False, server_default="{}"),
    # the class of the last error, never its words, which may be personal
    Column("error", Text),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    CheckConstraint("state IN ('waiting', 'failed')", name="state"),
    Index("job_run_at_idx", "run_at", postgresql_where=text("state = 'waiting'")),
    Index("job_kind_key_idx", "kind", "key", unique=True, postgresql_where=text("state = 'waiting'")),
)

job_schedule = Table(
    "job_schedule",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("next_at", _instant, nullable=False),
)
