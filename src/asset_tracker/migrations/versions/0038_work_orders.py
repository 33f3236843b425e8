"""Work orders: somebody is to do something to one thing.

Revision: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "work_order",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("work", sa.Text()),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("maintenance_plan.id")),
        sa.Column("assignee_id", sa.Uuid()),
        sa.Column("due_on", sa.Date()),
        sa.Column("made_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", instant),
        sa.Column("changed_by", sa.Uuid()),
        sa.Column("ended_at", instant),
        sa.Column("ended_by", sa.Uuid()),
        sa.CheckConstraint("kind IN ('maintained', 'repaired')", name="kind"),
    )
    op.create_index("work_order_asset_id_idx", "work_order", ["asset_id"])
    op.create_index(
        "work_order_open_idx",
        "work_order",
        ["due_on", "id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("work_order")
