"""Signatures on the glass: a kind of file of their own, filed with acts.

Revision: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_constraint(op.f("file_kind_check"), "file")
    op.create_check_constraint(op.f("file_kind_check"), "file", "kind IN ('photo', 'scan', 'signature')")
    op.add_column("photo_upload", sa.Column("kind", sa.Text(), nullable=False, server_default="photo"))
    op.create_check_constraint(
        op.f("photo_upload_kind_check"), "photo_upload", "kind IN ('photo', 'signature')"
    )
    op.create_table(
        "act_signature",
        sa.Column("act_id", sa.Uuid(), sa.ForeignKey("act.id"), primary_key=True),
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("signed_at", _INSTANT, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("act_signature")
    op.drop_column("photo_upload", "kind")
    op.execute("UPDATE file SET kind = 'photo' WHERE kind = 'signature'")
    op.drop_constraint(op.f("file_kind_check"), "file")
    op.create_check_constraint(op.f("file_kind_check"), "file", "kind IN ('photo', 'scan')")
