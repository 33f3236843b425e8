"""What is kept of reports: questions that somebody saved."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Table, Text, Uuid, text

from asset_tracker.db.metadata import metadata

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
