"""Tables of the files: what is stored, under which hashes it was sent, and what is still coming in."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
    CheckConstraint("kind IN ('photo', 'scan', 'signature')", name="kind"),
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

# Who sent a file, or could see it when they named it: what they name may be shown to others (``files.service``).
file_sender = Table(
    "file_sender",
    metadata,
    Column("sha256", Text, ForeignKey("file.sha256"), primary_key=True),
    Column("actor_id", Uuid, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # As what they sent it, or saw it. None: an earlier version wrote the row; as what the file was sent first.
    Column("kinds", ARRAY(Text)),
    CheckConstraint("kinds <@ ARRAY['photo', 'scan', 'signature']", name="kinds"),
)

# A photo that comes in parts. It is its uploader's alone: another who names the same hash begins anew.
photo_upload = Table(
    "photo_upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("uploader_id", Uuid, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="photo"),
    Column("length", Integer, nullable=False),
    Column("received", Integer, nullable=False, server_default="0"),
    Column("touched_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # What came of it: the hash of the cleaned photo. Its parts are gone then.
    Column("stored_sha256", Text),
    UniqueConstraint("uploader_id", "sha256"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint("kind IN ('photo', 'signature')", name="kind"),
    CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name="received"),
    Index(None, "touched_at"),
)

photo_part = Table(
    "photo_part",
    metadata,
    Column("upload_id", Uuid, ForeignKey("photo_upload.id", ondelete="CASCADE"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# That a photo may be shown in reports, and on what ground. One who withdraws it ends the row; it is never removed.
photo_consent = Table(
    "photo_consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sha256", Text, ForeignKey("file.sha256"), nullable=False),
    Column("people", Text, nullable=False),
    # Where the written consent is kept; no names.
    Column("basis", Text),
    Column("given_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("given_by", Uuid, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", Uuid),
    CheckConstraint("people IN ('nobody', 'agreed')", name="people"),
    CheckConstraint("people = 'nobody' OR basis IS NOT NULL", name="basis"),
    Index("photo_consent_standing_key", "sha256", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
)
