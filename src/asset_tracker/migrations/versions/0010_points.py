"""What became of service points.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_point_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_point_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("to_point_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "change IN ('opened', 'relocated', 'suspended', 'destroyed', 'reopened')",
            name=op.f("service_point_change_change_check"),
        ),
        sa.CheckConstraint(
            "to_point_id IS NULL OR change = 'relocated'", name=op.f("service_point_change_to_point_check")
        ),
        sa.CheckConstraint(
            "to_point_id <> service_point_id", name=op.f("service_point_change_elsewhere_check")
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"],
            ["service_point.id"],
            name=op.f("service_point_change_service_point_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["to_point_id"], ["service_point.id"], name=op.f("service_point_change_to_point_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("service_point_change_pkey")),
    )
    op.create_index(
        op.f("service_point_change_service_point_id_occurred_at_idx"),
        "service_point_change",
        ["service_point_id", "occurred_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("service_point_change_service_point_id_occurred_at_idx"), table_name="service_point_change"
    )
    op.drop_table("service_point_change")
