"""Work ordered for many things at once, and news of orders that wait for the morning's letter.

Revision: 0043
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_order", sa.Column("operation", sa.Uuid()))
    op.create_index(
        "work_order_operation_idx",
        "work_order",
        ["operation"],
        postgresql_where=sa.text("operation IS NOT NULL"),
    )
    op.add_column("bulk_item", sa.Column("plans", ARRAY(sa.Uuid())))
    op.create_table(
        "order_news",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), primary_key=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.CheckConstraint("what IN ('new', 'changed', 'taken', 'ended')", name="what"),
    )


def downgrade() -> None:
    op.drop_table("order_news")
    op.drop_column("bulk_item", "plans")
    op.drop_index("work_order_operation_idx", "work_order")
    op.drop_column("work_order", "operation")
