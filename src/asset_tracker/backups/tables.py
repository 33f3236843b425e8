"""When the last time was that somebody looked after the installation."""

from sqlalchemy import CheckConstraint, Column, DateTime, Table, Text, text

from asset_tracker.db.metadata import metadata

upkeep = Table(
    "upkeep",
    metadata,
    Column("what", Text, primary_key=True),
    Column("done_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("what IN ('backup', 'drill', 'verify')", name="what"),
)
