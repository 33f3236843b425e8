"""Work outside of requests: the jobs that wait, and when the recurring ones come next.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("now()")
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False, server_default="waiting"),
        sa.Column("due_at", instant, nullable=False, server_default=now),
        sa.Column("run_at", instant, nullable=False, server_default=now),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("steps", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", instant, nullable=False, server_default=now),
        sa.CheckConstraint("state IN ('waiting', 'failed')", name="state"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("job_run_at_idx", "job", ["run_at"], postgresql_where=waiting)
    op.create_index("job_kind_key_idx", "job", ["kind", "key"], unique=True, postgresql_where=waiting)
    op.create_table(
        "job_schedule",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("next_at", instant, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("job_schedule")
    op.drop_table("job")
