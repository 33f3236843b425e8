"""The outbox. Whom a letter is for and what it says is sealed, and gone once it has been sent."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, SmallInteger, Table, Text, Uuid, text

from asset_tracker.db.metadata import metadata

_instant = DateTime(timezone=True)

mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary),  # NULL once nobody needs it any more
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("due_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("sent_at", _instant),
    Column("failed_at", _instant),
    Column("trouble", Text),  # what the last attempt met: a reply code or the name of an error
    Index("mail_outbox_due_at_idx", "due_at", postgresql_where=text("sent_at IS NULL AND failed_at IS NULL")),
)
