"""What is kept of reports: questions that somebody saved, and what goes out by mail."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.access.tables import SUBJECTS
from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of
from asset_tracker.reports.progressing import STEPS

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

# Reports that take longer than a click: asked for, being made by a worker, and made; each goes within the hour.
report_work = Table(
    "report_work",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Of what is asked, by whom, and of all that the answer rests on.
    Column("key", Text, nullable=False),
    # who asked, with which rights
    Column("actor_id", Uuid, nullable=False),
    Column("grants", JSONB, nullable=False),
    Column("subject", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("ask", JSONB, nullable=False),
    # The name of the format of a file; of a page none.
    Column("form", Text),
    Column("step", Text, nullable=False, server_default="waiting"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("due", Integer, nullable=False, server_default="0"),
    Column("asked_at", _instant, nullable=False, server_default=text("now()")),
    # By what was known then it was made, and when that was done.
    Column("known_at", _instant),
    Column("made_at", _instant),
    Column("file_name", Text),
    Column("content", LargeBinary),
    one_of("subject", SUBJECTS),
    one_of("step", STEPS),
    Index("report_work_key_idx", "key"),
    Index("report_work_asked_at_idx", "asked_at"),
)
