"""What people want to hear about, whom events are sent to, and how far both have read the log."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from asset_tracker.db.metadata import metadata

_instant = DateTime(timezone=True)

# One row for each kind that somebody wants to hear about; without a programme, of all in their reach.
notice_choice = Table(
    "notice_choice",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("pace", Text, nullable=False),
    Column("programme_id", Uuid),
    CheckConstraint("pace IN ('daily', 'at_once')", name="pace"),
)

# What the letter of the next morning tells of work orders: the last that became of each.
order_news = Table(
    "order_news",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("what", Text, nullable=False),
    Column("at", _instant, nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("what IN ('new', 'changed', 'taken', 'ended')", name="what"),
)

# How far the sealed log was read, by whom: the position that comes next.
feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    # Empty: every kind of event.
    Column("kinds", ARRAY(Text), nullable=False),
    Column("programme_id", Uuid),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("ended_at", _instant),
)

# One row for each thing sent to each webhook: the log of sending.
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", Uuid, ForeignKey("webhook.id"), nullable=False),
    # NULL: a test.
    Column("event_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("tried_at", _instant),
    Column("status", Integer),
    Column("trouble", Text),
    Column("milliseconds", Integer),
    Column("done_at", _instant),
    Column("failed_at", _instant),
    Index("webhook_delivery_webhook_id_idx", "webhook_id", "made_at"),
    Index("webhook_delivery_made_at_idx", "made_at"),
)
