"""Imports: batches, their rows, saved mappings.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("programme_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("choices", postgresql.JSONB(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("uploaded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("planned_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("operation", sa.Uuid(), nullable=True),
        sa.Column("committed_at", INSTANT, nullable=True),
        sa.Column("committed_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('planned', 'committed', 'undone')", name=op.f("import_batch_status_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("import_batch_pkey")),
    )
    op.create_index("import_batch_sha256_idx", "import_batch", ["sha256"])
    op.create_index("import_batch_uploaded_by_idx", "import_batch", ["uploaded_by"])
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("kit_key", sa.Text(), nullable=True),
        sa.Column("item", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "action IN ('create', 'change', 'unchanged', 'problem')", name=op.f("import_row_action_check")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("import_row_batch_id_fkey")),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("import_row_pkey")),
    )
    op.create_index("import_row_action_idx", "import_row", ["batch_id", "action", "n"])
    op.create_index(
        "import_row_weight_idx",
        "import_row",
        ["batch_id", "weight", "n"],
        postgresql_where=sa.text("weight > 0"),
    )
    op.create_table(
        "import_mapping",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("import_mapping_pkey")),
    )


def downgrade() -> None:
    op.drop_table("import_mapping")
    op.drop_table("import_row")
    op.drop_table("import_batch")
