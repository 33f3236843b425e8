"""Questions in SQL: keys to ask by, and what was saved.

Revision: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "reading_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
    )
    op.create_index("reading_key_user_id_idx", "reading_key", ["user_id"])
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False, server_default=_NOW),
        sa.CheckConstraint("length(sql) <= 20000", name="sql"),
    )
    op.create_index("saved_query_user_id_idx", "saved_query", ["user_id"])


def downgrade() -> None:
    op.drop_table("saved_query")
    op.drop_table("reading_key")
