"""Which photos may be shown in reports, and on what ground.

Revision: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "photo_consent",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("sha256", sa.Text(), sa.ForeignKey("file.sha256"), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text()),
        sa.Column("given_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", _INSTANT),
        sa.Column("withdrawn_by", sa.Uuid()),
        sa.CheckConstraint("people IN ('nobody', 'agreed')", name="people"),
        sa.CheckConstraint("people = 'nobody' OR basis IS NOT NULL", name="basis"),
    )
    op.create_index(
        "photo_consent_standing_key",
        "photo_consent",
        ["sha256"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("photo_consent")
