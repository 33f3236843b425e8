"""Borders of areas that an administrator has uploaded.

Revision: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_outline",
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rings", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("loaded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("code ~ '^UA[0-9]{17}$'", name="code"),
        sa.CheckConstraint("level IN ('oblast', 'raion', 'municipality')", name="level"),
    )


def downgrade() -> None:
    op.drop_table("area_outline")
