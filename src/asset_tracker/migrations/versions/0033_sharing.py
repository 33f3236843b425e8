"""Reports by mail, and links for an auditor.

Revision: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")
_SUBJECT = "subject IN ('municipality', 'programme')"


def upgrade() -> None:
    op.create_table(
        "report_subscription",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rights", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("donor", sa.Text()),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("formats", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("ended_at", _INSTANT),
        sa.Column("sent_for", sa.Date()),
        sa.CheckConstraint(_SUBJECT, name="subject"),
        sa.CheckConstraint("every IN ('month', 'quarter')", name="every"),
    )
    op.create_index("report_subscription_user_id_idx", "report_subscription", ["user_id"])
    op.create_table(
        "report_link",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("rights", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("donor", sa.Text()),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", _INSTANT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.CheckConstraint(_SUBJECT, name="subject"),
    )
    op.create_index("report_link_made_by_idx", "report_link", ["made_by"])
    op.create_table(
        "report_link_opening",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("report_link.id"), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("form", sa.Text(), nullable=False),
    )
    op.create_index("report_link_opening_link_id_idx", "report_link_opening", ["link_id"])


def downgrade() -> None:
    op.drop_table("report_link_opening")
    op.drop_table("report_link")
    op.drop_table("report_subscription")
