"""Who counts besides the one who leads the count.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (name IS NULL)", name=op.f("campaign_member_who_check")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("campaign_member_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "place", name=op.f("campaign_member_pkey")),
    )
    op.create_index(
        "campaign_member_user_id_idx",
        "campaign_member",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "campaign_member_user_id_idx",
        table_name="campaign_member",
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.drop_table("campaign_member")
