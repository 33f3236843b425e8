"""Reports that take longer than a click: asked for, being made by a worker, and made, for an hour.

Revision: 0058
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_work",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("grants", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ask", postgresql.JSONB(), nullable=False),
        sa.Column("form", sa.Text()),
        sa.Column("step", sa.Text(), nullable=False, server_default="waiting"),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("known_at", sa.DateTime(timezone=True)),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.Column("file_name", sa.Text()),
        sa.Column("content", sa.LargeBinary()),
        sa.CheckConstraint(
            "subject IN ('municipality', 'programme')", name=op.f("report_work_subject_check")
        ),
        sa.CheckConstraint(
            "step IN ('waiting', 'reading', 'counting', 'writing')", name=op.f("report_work_step_check")
        ),
    )
    op.create_index("report_work_key_idx", "report_work", ["key"])
    op.create_index("report_work_asked_at_idx", "report_work", ["asked_at"])
    # What is in it is compressed already.
    op.execute("ALTER TABLE report_work ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("report_work")
