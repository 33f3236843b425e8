"""How exactly donors may know where something is.

Revision: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "sensitivity_rule",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("category", sa.Text()),
        sa.Column("asset_id", sa.Uuid()),
        sa.Column("sensitivity", sa.Text(), nullable=False),
        sa.Column("delay_days", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", instant),
        sa.CheckConstraint("sensitivity IN ('public', 'restricted', 'secret')", name="sensitivity"),
        sa.CheckConstraint("num_nonnulls(programme_id, category, asset_id) > 0", name="about_something"),
    )


def downgrade() -> None:
    op.drop_table("sensitivity_rule")
