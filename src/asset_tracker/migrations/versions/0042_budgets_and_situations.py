"""What a programme may spend, and on which list of territories a municipality stands, each from a day on.

Revision: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "programme_budget",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("programme_id", sa.Uuid(), sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name="amount"),
    )
    op.create_index("programme_budget_programme_id_idx", "programme_budget", ["programme_id", "since"])
    op.create_table(
        "municipality_situation",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("municipality_code", sa.Text(), sa.ForeignKey("municipality.code"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("situation IN ('possible', 'active', 'occupied', 'none')", name="situation"),
    )
    op.create_index(
        "municipality_situation_code_idx", "municipality_situation", ["municipality_code", "since"]
    )


def downgrade() -> None:
    op.drop_table("municipality_situation")
    op.drop_table("programme_budget")
