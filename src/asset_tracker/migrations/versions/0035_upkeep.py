"""When the last backup, the last try of one and the last verification were.

Revision: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep",
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("what IN ('backup', 'drill', 'verify')", name="what"),
    )


def downgrade() -> None:
    op.drop_table("upkeep")
