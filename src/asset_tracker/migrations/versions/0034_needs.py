"""Needs of municipalities, and links to calendars.

Revision: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("now()")
    op.create_table(
        "municipality_need",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("readiness", sa.Integer()),
        sa.Column("approved", sa.Integer()),
        sa.Column("approved_on", sa.Date()),
        sa.Column("planned_on", sa.Date()),
        sa.Column("note", sa.Text()),
        sa.Column("made_at", instant, nullable=False, server_default=now),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", instant),
        sa.Column("ended_by", sa.Uuid()),
        sa.CheckConstraint("asked > 0 AND approved >= 0", name="numbers"),
        sa.CheckConstraint("readiness BETWEEN 0 AND 100", name="readiness"),
    )
    op.create_index("municipality_need_municipality_code_idx", "municipality_need", ["municipality_code"])
    op.create_table(
        "calendar_link",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("made_at", instant, nullable=False, server_default=now),
    )


def downgrade() -> None:
    op.drop_table("calendar_link")
    op.drop_table("municipality_need")
