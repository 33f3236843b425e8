"""The outbox of letters.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "mail_outbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("created_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("due_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("sent_at", instant),
        sa.Column("failed_at", instant),
        sa.Column("trouble", sa.Text()),
    )
    op.create_index(
        "mail_outbox_due_at_idx",
        "mail_outbox",
        ["due_at"],
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("mail_outbox")
