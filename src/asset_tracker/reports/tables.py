"""What is kept of reports: questions that somebody saved, and what goes out by mail."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.access.tables import SUBJECTS
from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of

_instant = DateTime(timezone=True)

saved_query = Table(
    "saved_query",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("length(sql) <= 20000", name="sql"),
    Index("saved_query_user_id_idx", "user_id"),
)

report_subscription = Table(
    "report_subscription",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    # What its owner might when they asked; what of it they still may is what they are sent.
    Column("rights", JSONB, nullable=False),
    Column("subject", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("donor", Text),
    Column("every", Text, nullable=False),
    Column("formats", ARRAY(Text), nullable=False),
    Column("started_at", _instant, nullable=False, server_default=text("now()")),
    Column("ended_at", _instant),
    # The last day that a report was sent for.
    Column("sent_for", Date),
    one_of("subject", SUBJECTS),
    CheckConstraint("every IN ('month', 'quarter')", name="every"),
    Index("report_subscription_user_id_idx", "user_id"),
)
