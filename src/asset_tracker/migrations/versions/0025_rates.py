"""Rates of exchange, and the currency that a donor reckons in.

Revision: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("party", sa.Column("currency", sa.Text()))
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("uah", sa.Numeric(18, 8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("uah > 0", name="uah"),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$' AND currency <> 'UAH'", name="currency"),
    )
    op.create_index("exchange_rate_day_idx", "exchange_rate", ["currency", "day", "recorded_at"])


def downgrade() -> None:
    op.drop_table("exchange_rate")
    op.drop_column("party", "currency")
