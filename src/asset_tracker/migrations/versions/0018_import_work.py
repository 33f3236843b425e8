"""What is being done to imports outside of requests, and how far it is.

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATUS = "import_batch_status_check"


def upgrade() -> None:
    op.drop_constraint(op.f(STATUS), "import_batch", type_="check")
    op.create_check_constraint(
        op.f(STATUS), "import_batch", "status IN ('sent', 'planned', 'committed', 'undone')"
    )
    op.create_table(
        "import_work",
        sa.Column("batch_id", sa.Uuid(), primary_key=True),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("grants", postgresql.JSONB(), nullable=False),
        sa.Column("choices", postgresql.JSONB(), nullable=False),
        sa.Column("mapping", sa.Text()),
        sa.Column("partial", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("step", sa.Text(), nullable=False, server_default="waiting"),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("refusal", postgresql.JSONB()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("doing IN ('plan', 'commit', 'undo')", name=op.f("import_work_doing_check")),
        sa.CheckConstraint(
            "step IN ('waiting', 'reading', 'planning', 'recording', 'taking back')",
            name=op.f("import_work_step_check"),
        ),
    )


def downgrade() -> None:
    op.drop_table("import_work")
    op.execute("UPDATE import_batch SET status = 'undone' WHERE status = 'sent'")
    op.drop_constraint(op.f(STATUS), "import_batch", type_="check")
    op.create_check_constraint(op.f(STATUS), "import_batch", "status IN ('planned', 'committed', 'undone')")
