"""Tables of the files: what is stored, and under which hashes it was sent."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, Table, Text, func

from asset_tracker.db.metadata import metadata

file = Table(
    "file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint("kind IN ('photo', 'scan')", name="kind"),
    CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type"),
    CheckConstraint("size > 0", name="size"),
    CheckConstraint(
        "(media_type = 'image/jpeg') = (width IS NOT NULL AND height IS NOT NULL)", name="dimensions"
    ),
)

file_sent = Table(
    "file_sent",
    metadata,
    # A phone names its photo in an event by the hash of what it took, before the server has cleaned it.
    Column("sent_sha256", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("file.sha256"), nullable=False, index=True),
    CheckConstraint("sent_sha256 ~ '^[0-9a-f]{64}$'", name="sent_sha256"),
)
