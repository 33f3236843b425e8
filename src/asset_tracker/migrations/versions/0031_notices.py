"""What people want to hear about, webhooks and their log, and how far the log of events was read for both.

Revision: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("now()")
    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.CheckConstraint("pace IN ('daily', 'at_once')", name="pace"),
    )
    op.create_table(
        "feed_cursor",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("made_at", instant, nullable=False, server_default=now),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", instant),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("webhook_id", sa.Uuid(), sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("event_id", sa.Uuid()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_at", instant, nullable=False, server_default=now),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("tried_at", instant),
        sa.Column("status", sa.Integer()),
        sa.Column("trouble", sa.Text()),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("done_at", instant),
        sa.Column("failed_at", instant),
    )
    op.create_index("webhook_delivery_webhook_id_idx", "webhook_delivery", ["webhook_id", "made_at"])
    op.create_index("webhook_delivery_made_at_idx", "webhook_delivery", ["made_at"])


def downgrade() -> None:
    for name in ("webhook_delivery", "webhook", "feed_cursor", "notice_choice"):
        op.drop_table(name)
