"""One fact for many assets: looked at, recorded as one operation, taken back.

Revision: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fact", JSONB()),
        sa.Column("occurred_at", instant),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("grants", JSONB(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("can", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("recorded", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("refusal", sa.Text()),
        sa.CheckConstraint(
            "status IN ('looking', 'ready', 'recording', 'done', 'taking back', 'undone')", name="status"
        ),
    )
    op.create_index("bulk_action_made_by_idx", "bulk_action", ["made_by", "made_at"])
    action = sa.ForeignKey("bulk_action.id", ondelete="CASCADE")
    op.create_table(
        "bulk_item",
        sa.Column("action_id", sa.Uuid(), action, primary_key=True),
        sa.Column("asset_id", sa.Uuid(), primary_key=True),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("why_not", sa.Text()),
    )
    op.create_index(
        "bulk_item_left_out_idx",
        "bulk_item",
        ["action_id", "why_not"],
        postgresql_where=sa.text("why_not IS NOT NULL"),
    )
    op.create_table(
        "bulk_progress",
        sa.Column(
            "action_id", sa.Uuid(), sa.ForeignKey("bulk_action.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("done", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("bulk_progress")
    op.drop_table("bulk_item")
    op.drop_table("bulk_action")
